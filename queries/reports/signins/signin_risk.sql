-- title: Risky sign-ins
-- description: One row a sign-in that Entra ID found risky, joined with the risk detections on it; a detection whose
--   sign-in is not in the files has a row of its own, without a sign-in status. risk_level is the highest that the sign-in
--   or a detection on it has, in whatever state. risk_level_during_sign_in was known when it happened,
--   risk_level_aggregated was worked out later: the sign-in's own, or of the row that is a detection. risk_state tells what became of it: atRisk and
--   confirmedCompromised are open, remediated and dismissed are not. Highest level first, then the newest.
-- notes on: file_id:record
-- position: 14
-- wrap: app_display_name
-- topics: identity protection, risk detections
-- needs: sign_ins, risk_detections
-- filled by: the sign-in logs downloaded as JSON, and the risk detections of Entra ID Protection
-- caveat: The portal's sign-in CSV has no risk columns, and without a P2 licence the levels are hidden: in both cases an
--   empty table does not mean that nothing was risky. Detections also arrive days after the sign-in.
with detections as (
    select
        request_id,
        listed(list_sort(list(distinct risk_event_type) filter (where risk_event_type is not null))) as risk_event_types,
        count(*) as detections,
        max(list_position(['low', 'medium', 'high'], risk_level)) as level,
        last(risk_state order by last_updated_date_time, risk_state) as risk_state,
        max(detected_date_time) as detected_date_time
    from risk_detections
    where request_id is not null
    group by request_id
),
risky as (
    select
        s.event_time,
        coalesce(s.user_principal_name, s.user_id) as user_principal_name,
        s.app_display_name,
        s.status,
        s.ip_address,
        s.city,
        s.country,
        s.risk_level_during_sign_in,
        s.risk_level_aggregated,
        coalesce(case when s.risk_state not in ('none', 'hidden') then s.risk_state end, d.risk_state, s.risk_state) as risk_state,
        s.risk_detail,
        coalesce(case when s.risk_event_types not in ('', 'none') then s.risk_event_types end, d.risk_event_types) as risk_event_types,
        coalesce(d.detections, 0) as detections,
        d.detected_date_time,
        greatest(
            list_position(['low', 'medium', 'high'], s.risk_level_during_sign_in),
            list_position(['low', 'medium', 'high'], s.risk_level_aggregated),
            d.level,
            0
        ) as level,
        s.session_id,
        s.id,
        s.file_id,
        s.record
    from sign_ins as s
    left join detections as d on d.request_id = s.id
    where s.risk_level_during_sign_in in ('low', 'medium', 'high')
        or s.risk_level_aggregated in ('low', 'medium', 'high')
        or s.risk_state not in ('none', 'hidden', 'unknownFutureValue')
        or s.risk_event_types not in ('', 'none')
        or d.request_id is not null
    union all
    select
        d.event_time,
        coalesce(d.user_principal_name, d.user_id),
        null,
        null,
        d.ip_address,
        d.city,
        d.country,
        null,
        d.risk_level,
        d.risk_state,
        d.risk_detail,
        d.risk_event_type,
        1,
        d.detected_date_time,
        coalesce(list_position(['low', 'medium', 'high'], d.risk_level), 0),
        null,
        d.request_id,
        d.file_id,
        d.record
    from risk_detections as d
    where not exists (from evidence.sign_ins as s where s.id = d.request_id)
)
select
    event_time,
    user_principal_name,
    ['low', 'medium', 'high'][nullif(level, 0)] as risk_level,
    risk_state,
    risk_event_types,
    app_display_name,
    status,
    ip_address,
    country,
    city,
    risk_level_during_sign_in,
    risk_level_aggregated,
    risk_detail,
    detections,
    detected_date_time,
    session_id,
    id,
    file_id,
    record
from risky
order by
    level desc,
    event_time desc nulls last,
    file_id,
    record,
    risk_event_types
