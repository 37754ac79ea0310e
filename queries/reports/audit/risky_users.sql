-- title: Users at risk
-- description: Users, service principals and agents whom Entra ID Protection holds, or held, to be at risk, joined with the risk detections on them: open
--   states (confirmedCompromised, atRisk) and high levels first. event_time is the last change of the state. A user
--   whom only detections know has no risk_state here.
-- notes on: file_id:record
-- position: 9
-- topics: identity protection, compromised accounts, users flagged for risk
-- needs: risky_users, risk_detections
-- filled by: the risky users report and the risk detections of Entra ID Protection
-- caveat: Without a P2 licence the levels are hidden. dismissed is an administrator's word, not a finding.
with detections as (
    select
        coalesce(user_id, service_principal_id) as user_id,
        max(user_principal_name) as user_principal_name,
        max(coalesce(user_display_name, service_principal_name)) as user_display_name,
        count(*) as detections,
        listed(list_sort(list(distinct risk_event_type) filter (where risk_event_type is not null))) as risk_event_types,
        listed(list_sort(list(distinct ip_address) filter (where ip_address is not null))) as ip_addresses,
        min(event_time) as first_detection,
        max(event_time) as last_detection
    from risk_detections
    where coalesce(user_id, service_principal_id) is not null
    group by coalesce(user_id, service_principal_id)
)
select
    coalesce(u.user_principal_name, d.user_principal_name) as user_principal_name,
    coalesce(u.user_display_name, u.service_principal_name, d.user_display_name) as user_display_name,
    u.risk_level,
    u.risk_state,
    u.risk_detail,
    u.event_time,
    coalesce(d.detections, 0) as detections,
    d.risk_event_types,
    d.ip_addresses,
    d.first_detection,
    d.last_detection,
    u.is_deleted,
    u.is_processing,
    coalesce(u.id, d.user_id) as id,
    u.file_id,
    u.record
from risky_users as u
full join detections as d on d.user_id = u.id
order by
    coalesce(u.risk_state in ('confirmedCompromised', 'atRisk'), false) desc,
    list_position(['low', 'medium', 'high'], u.risk_level) desc nulls last,
    coalesce(u.event_time, d.last_detection) desc nulls last,
    id,
    u.file_id,
    u.record
