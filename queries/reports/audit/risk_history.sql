-- title: Earlier risk
-- description: What Entra ID Protection said of a sign-in, a detection or a user before, where several exports of other
--   days are loaded: the state of the record in path, beside what the last one says (now_level, now_state). Risk that
--   was remediated or dismissed stands here as it was. updated_at is when the earlier state was set, where the log has it.
-- notes on: file_id:record, user_principal_name
-- position: 10
-- topics: risk changes, remediated risk, dismissed risk
-- needs: sign_ins, risk_detections, risky_users
-- filled by: two exports of different days of the sign-in logs, the risk detections or the risky users
-- paths: path
-- caveat: Only states that an export has are known: what changed in between, and who changed it, is in the directory
--   audit log.
with
last_states as (
    select
        'sign_ins' as log,
        file_id,
        record,
        event_time,
        app_display_name as what,
        coalesce(risk_level_aggregated, risk_level_during_sign_in) as now_level,
        risk_state as now_state,
    from sign_ins
    union all
    select
        'risk_detections',
        file_id,
        record,
        event_time,
        risk_event_type,
        risk_level,
        risk_state,
    from risk_detections
    union all
    select
        'risky_users',
        file_id,
        record,
        null,
        null,
        risk_level,
        risk_state,
    from risky_users
)
select
    h.user_principal_name,
    h.log,
    s.event_time,
    s.what,
    h.updated_at,
    h.risk_level,
    h.risk_state,
    h.risk_detail,
    s.now_level,
    s.now_state,
    f.path,
    h.record,
    h.id,
    h.file_id
from evidence.risk_history as h
join last_states as s on s.log = h.log and s.file_id = h.kept_file_id and s.record = h.kept_record
join evidence.files as f on f.file_id = h.file_id
order by
    h.user_principal_name nulls last,
    h.log,
    s.event_time nulls last,
    h.id,
    h.updated_at nulls first,
    h.file_id,
    h.record
