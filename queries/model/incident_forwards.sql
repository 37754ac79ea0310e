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
        lower(i.rule) as rule
    from mail_forwards as f
    left join incident_traces as s on s.trace = 'session' and f.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and client_address(f.ip_address) = a.value
    left join (
        select file_id, record, min(incident) as incident
        from finding_records
        join incident_findings using (finding_id)
        group by file_id, record
    ) as r on f.file_id = r.file_id and f.record = r.record
    left join inbox_rules as i on case when f.kind = 'inbox rule' then f.file_id end = i.file_id and f.record = i.record
    where not coalesce(f.failed, false) and coalesce(s.incident, a.incident, r.incident) is not null
),
ends as (
    select
        'mailbox' as kind,
        coalesce(mailbox, object) as mailbox,
        null::varchar as rule,
        event_time,
        ip_address,
        session_id
    from cmdlets
    where operation = 'set-mailbox' and not coalesce(failed, false)
        and coalesce(parameters['forwardingsmtpaddress'], parameters['forwardingaddress']) is not null
        and coalesce(nullif(parameters['forwardingsmtpaddress'], ''), nullif(parameters['forwardingaddress'], '')) is null
    union all
    select
        'inbox rule',
        mailbox,
        lower(coalesce(parameters['rulename'], parameters['name'], nullif(regexp_extract(parameters['identity'], '[^\\]*$'), ''), object, '')),
        event_time,
        ip_address,
        session_id
    from cmdlets
    where (operation in ('remove-inboxrule', 'disable-inboxrule') or operation = 'updateinboxrules' and starts_with(lower(parameters['ruleoperation']), 'remove'))
        and not coalesce(failed, false)
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
