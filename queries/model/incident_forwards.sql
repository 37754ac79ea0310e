-- description: What sends mail on in each incident, as long as it did: one row a setting and destination.
-- materialized: yes
-- ordered by: incident, since, mailbox, destination
-- column incident integer: of incidents
-- column kind varchar: of mail_forwards
-- column mailbox varchar: whose mail it is, lower case
-- column actor varchar: who set it, lower case
-- column destination varchar: of mail_forwards
-- column since timestamp: when it was set (UTC)
-- column until timestamp: when it was taken away; NULL = not in these files
-- column is_ended_by_intruder boolean: from an address or in a session of the incident
with own_forwards as (
    select
        coalesce(s.incident, a.incident, r.incident) as incident,
        f.kind,
        f.mailbox,
        f.actor,
        f.event_time as since,
        unnest(f.destinations) as destination,
        nullif(d.part, '') as rule
    from mail_forwards as f
    left join incident_traces as s on s.trace = 'session' and f.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and client_address(f.ip_address) = a.value
    left join (
        select file_id, record, min(incident) as incident
        from finding_records
        join incident_findings using (finding_id)
        group by file_id, record
    ) as r on f.file_id = r.file_id and f.record = r.record
    left join door_steps as d on d.kind = f.kind and d.file_id = f.file_id and d.record = f.record
    where not coalesce(f.failed, false) and coalesce(s.incident, a.incident, r.incident) is not null
),
switched_on as (
    select kind, object, part, max(event_time) as event_time
    from door_steps
    where effect = 'on'
    group by all
),
-- A rule goes by its last name. One that was switched on again did not end.
ends as (
    select
        case d.kind when 'forward of a mailbox' then 'mailbox' else d.kind end as kind,
        d.object as mailbox,
        nullif(d.part, '') as rule,
        d.event_time,
        d.ip_address,
        d.session_id
    from door_steps as d
    left join cmdlets as c on c.file_id = d.file_id and c.record = d.record
    left join switched_on as o on o.kind = d.kind and o.object = d.object and o.part = d.part
    where d.kind in ('forward of a mailbox', 'inbox rule')
        -- of rules without a name it is not known which
        and (d.kind <> 'inbox rule' or d.part <> '')
        and (
            d.effect = 'close'
            or d.effect = 'off' and coalesce(o.event_time < d.event_time, true)
            or d.kind = 'inbox rule' and d.effect = 'change'
                and coalesce(c.parameters['forwardto'], c.parameters['forwardasattachmentto'], c.parameters['redirectto']) is not null
                and concat(c.parameters['forwardto'], c.parameters['forwardasattachmentto'], c.parameters['redirectto']) = ''
        )
)
select
    f.incident,
    f.kind,
    f.mailbox,
    f.actor,
    f.destination,
    f.since,
    min(e.event_time) as until,
    coalesce(min_by(s.value is not null or a.value is not null, (e.event_time, s.value is not null or a.value is not null)), false) as is_ended_by_intruder
from own_forwards as f
left join ends as e
    on f.kind = e.kind and f.mailbox = e.mailbox and f.rule is not distinct from e.rule and e.event_time > f.since
left join incident_traces as s on s.trace = 'session' and s.incident = f.incident and s.value = e.session_id
left join incident_traces as a on a.trace = 'address' and a.incident = f.incident and a.value = client_address(e.ip_address)
group by all
