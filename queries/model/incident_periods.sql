-- description: From when to when somebody acted in each incident: one row an incident.
-- materialized: yes
-- ordered by: incident
-- column incident integer: of incidents
-- column first_seen timestamp: when its first finding of medium severity or more begins (UTC)
-- column in_from timestamp: the first act that succeeded from then on, by the evidence of these findings or from an address of the
--   incident, none that its accounts used before; NULL = nothing succeeded
-- column last_seen timestamp: the last act that succeeded, by the evidence of these findings or from an address of the incident that is
--   none of its accounts' own; the last attempt where nothing succeeded
with found as (
    select
        i.incident,
        min(f.first_seen) as first_seen,
        max(f.last_seen) as last_seen
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3
    group by i.incident
),
evidence_records as (
    select distinct i.incident, r.file_id, r.record
    from incident_findings as i
    join all_findings as f using (finding_id)
    join finding_records as r using (finding_id)
    where f.severity_rank <= 3
),
strange_addresses as (
    select t.incident, t.value as address
    from incident_traces as t
    left join incident_own_addresses as u on t.incident = u.incident and t.value = u.address
    where t.trace = 'address' and u.address is null
),
last_acts as (
    select
        e.incident,
        max(e.event_time) as last_act
    from incident_events as e
    left join evidence_records as r on e.incident = r.incident and e.file_id = r.file_id and e.record = r.record
    left join strange_addresses as s on e.incident = s.incident and e.address = s.address
    where not e.is_failed and (r.incident is not null or s.incident is not null)
    group by e.incident
),
first_acts as (
    select
        e.incident,
        min(e.event_time) as first_act
    from incident_events as e
    join found as f on e.incident = f.incident and e.event_time >= f.first_seen
    left join evidence_records as r on e.incident = r.incident and e.file_id = r.file_id and e.record = r.record
    left join strange_addresses as s on e.incident = s.incident and e.address = s.address
    left join incident_own_addresses as u on e.incident = u.incident and e.address = u.address
    where not e.is_failed and u.address is null and (r.incident is not null or s.incident is not null)
        and e.source in ('sign_ins', 'audit_events', 'directory_audits', 'graph_activity')
    group by e.incident
)
select
    f.incident,
    f.first_seen,
    b.first_act as in_from,
    coalesce(a.last_act, f.last_seen) as last_seen
from found as f
left join last_acts as a using (incident)
left join first_acts as b using (incident)
