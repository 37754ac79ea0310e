-- description: What happened in each incident: one row an event that bears a session or an address of the incident, or is evidence of
--   one of its findings of medium severity or more.
-- materialized: yes
-- ordered by: incident, event_time, source, file_id, record
-- column incident integer: of incidents
-- column event_time timestamp: when (UTC)
-- column source varchar: the table the event stands in
-- column actor varchar: who
-- column action varchar: what, as logged
-- column target varchar: to what
-- column address varchar: from where, without its port
-- column session_id varchar: in which session
-- column result varchar: with what result
-- column is_failed boolean: it did not succeed
-- column kind varchar: what it did, in a word; of operation_kinds, or changed
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
with evidence_records as (
    select
        min(i.incident) as incident,
        r.file_id,
        r.record
    from incident_findings as i
    join all_findings as f using (finding_id)
    join finding_records as r using (finding_id)
    where f.severity_rank <= 3
    group by r.file_id, r.record
),
placed_events as (
    select
        e.*,
        client_address(e.ip_address) as address
    from all_events as e
),
incident_members as (
    select
        coalesce(r.incident, s.incident, a.incident) as incident,
        e.*
    from placed_events as e
    left join evidence_records as r on e.file_id = r.file_id and e.record = r.record
    left join incident_traces as s on s.trace = 'session' and e.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and e.address = a.value
    where coalesce(r.incident, s.incident, a.incident) is not null
)
select
    m.incident,
    m.event_time,
    m.source,
    m.actor,
    m.action,
    m.target,
    m.address,
    m.session_id,
    m.result,
    coalesce(regexp_matches(lower(m.result), '^(fail|interrupted|false|4\d\d|5\d\d)'), false) as is_failed,
    coalesce(k.kind, case when notable_operation(m.action) is not null then 'changed' end) as kind,
    m.file_id,
    m.record
from incident_members as m
left join operation_kinds as k on rtrim(lower(m.action), '. ') = k.operation
