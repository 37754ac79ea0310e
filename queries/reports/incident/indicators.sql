-- title: Indicators
-- description: Indicators (IOC) of the incidents: addresses, networks, user agents, session and token ids, applications, devices,
--   names of mail rules, mail addresses outside that mail goes to or came from, their domains, domains and devices that were added, and
--   hashes of files, in the evidence of their findings of medium severity or more, each with its first and last record there, and in which findings it
--   is. elsewhere counts the records of all evidence that bear it too and belong to no such finding: where it is large, the value is
--   also somebody's ordinary one, and blocking it does harm. known is what the case sheet (--case) says of it: trusted or bad. What is
--   trusted is in no list for other programs (-f stix, -f misp), unless a note says that it is confirmed, nor is what is mostly elsewhere.
-- wrap: value, findings
-- notes on: value
-- on a terminal: type, value, known, elsewhere
-- position: 6
-- workbook: yes
-- topics: ioc, iocs, indicators of compromise, blocklist, stix, misp
-- needs: every log
-- filled by: the sign-in logs and the audit logs (Entra admin center > Download), and the unified audit log (Search-UnifiedAuditLog, or
--   Microsoft Purview > Audit > Export)
-- caveat: What an attacker shares with others (an address of a provider, the user agent of a browser) is no indicator by itself.
with incident_records as (
    select distinct
        r.file_id,
        r.record,
        f.finding
    from incident_findings as i
    join findings as f using (finding_id)
    join finding_records as r using (finding_id)
    where f.severity_rank <= 3
),
logged as (
    select
        file_id,
        record,
        event_time,
        caller_address(ip_address, category, client_credential_type) as ip_address,
        autonomous_system_number as asn,
        user_agent,
        session_id,
        unique_token_id,
        app_id,
        app_display_name as app_name,
        device_id
    from evidence.sign_ins
    union all
    select file_id, record, event_time, client_address(ip_address), null, user_agent, session_id, unique_token_id, coalesce(client_app_id, app_id), null, null
    from evidence.audit_events
    union all
    select file_id, record, event_time, client_address(ip_address), null, user_agent, null, null, null, null, null
    from evidence.directory_audits
    union all
    select file_id, record, event_time, client_address(ip_address), null, user_agent, null, unique_token_id, app_id, null, null
    from evidence.graph_activity
),
-- Where rules and forwards send mail, and who sent what was found to be bad.
mail_outside as materialized (
    select file_id, record, event_time, unnest(outside) as address
    from mail_forwards
    union
    select
        c.file_id,
        c.record,
        c.event_time,
        unnest(outside_addresses(
            concat_ws(' ; ', c.parameters['redirectmessageto'], c.parameters['blindcopyto'], c.parameters['copyto'], c.parameters['addtorecipients']),
            own.domains || list_filter([mail_domain(c.actor)], o -> o is not null)
        ))
    from cmdlets as c
    cross join (select coalesce(list(domain), []) as domains from own_domains) as own
    where c.operation in ('new-transportrule', 'set-transportrule')
    union
    select
        file_id,
        record,
        event_time,
        unnest(outside_addresses(concat_ws(' ; ', json_text(raw) ->> '$.P1Sender', json_text(raw) ->> '$.P2Sender'), own.domains))
    from evidence.audit_events
    cross join (select coalesce(list(domain), []) as domains from own_domains) as own
    where operation = 'TIMailData'
),
mail_rules as (
    select file_id, record, event_time, rule
    from inbox_rules
    union
    select file_id, record, event_time, coalesce(nullif(parameters['name'], ''), object)
    from cmdlets
    where operation in ('new-transportrule', 'set-transportrule')
),
added as (
    select
        unnest(records) as r,
        event_time,
        case when activity like '%device' then 'device name' else 'domain' end as type,
        target
    from directory_acts
    where activity in ('add device', 'register device', 'add unverified domain', 'add verified domain', 'add domain to company', 'verify domain')
),
-- In two parts: of an OR between columns the engine would read the text of every record.
hash_records as (
    select file_id, record, event_time, raw
    from evidence.audit_events
    where workload = 'ThreatIntelligence'
    union all
    select file_id, record, event_time, raw
    from evidence.audit_events
    where list_contains(['TIMailData', 'AtpDetection', 'FileMalwareDetected'], operation)
        and workload is distinct from 'ThreatIntelligence'
),
file_hashes as materialized (
    select
        file_id,
        record,
        event_time,
        unnest(regexp_extract_all(lower(json_text(raw)::varchar), '"(?:sha256|sha1|md5)" *: *"([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})"', 1)) as hash
    from hash_records
),
-- A record has up to seven: all together do not fit into memory.
named as not materialized (
    select file_id, record, event_time, 'ip address' as type, ip_address as value from logged
    union all
    select file_id, record, event_time, 'ASN', 'AS' || asn from logged
    union all
    select file_id, record, event_time, 'user agent', user_agent from logged
    union all
    select file_id, record, event_time, 'session id', session_id from logged
    union all
    select file_id, record, event_time, 'token id', unique_token_id from logged
    union all
    select file_id, record, event_time, 'application', lower(app_id) from logged
    union all
    select file_id, record, event_time, 'device', device_id from logged
    union all
    select r.file_id, r.record, event_time, type, target from added
    union all
    select file_id, record, event_time, 'mail rule', rule from mail_rules
    union all
    select file_id, record, event_time, 'email address', address from mail_outside
    union all
    select file_id, record, event_time, 'domain', mail_domain(address)
    from mail_outside
    where mail_domain(address) not in (select domain from own_domains) and mail_domain(address) not in (select domain from list_free_mail_domains)
    union all
    select file_id, record, event_time, 'file hash', hash from file_hashes
),
values_in_incidents as (
    select
        n.type,
        n.value,
        min(n.event_time) as first_seen,
        max(n.event_time) as last_seen,
        count(distinct (n.file_id, n.record)) as records,
        string_agg(distinct i.finding, ', ' order by i.finding) as findings
    from named as n
    join incident_records as i using (file_id, record)
    where n.value <> ''
    group by all
),
counted_values as (
    select type, value, count(*) as all_records
    from named
    semi join values_in_incidents using (type, value)
    group by all
),
-- What the case sheet trusts or calls bad of them. What is both is bad.
known_devices as (
    select distinct s.device_id, e.kind
    from evidence.sign_ins as s
    join sheet_entries as e on e.thing = 'device' and e.value in (lower(s.device_id), lower(s.device_name))
),
known_entries as (
    select v.type, v.value, e.kind
    from values_in_incidents as v
    left join app_names as a on case when v.type = 'application' then v.value end = a.app_id
    join sheet_entries as e on case v.type
        when 'ASN' then e.thing = 'asn' and 'AS' || e.value = v.value
        when 'application' then e.thing = 'application' and e.value in (v.value, lower(a.app_display_name))
        when 'email address' then e.thing = 'account' and e.value = lower(v.value)
        when 'domain' then e.thing = 'domain' and (lower(v.value) = e.value or ends_with(lower(v.value), '.' || e.value))
        when 'user agent' then e.thing = 'user agent' and contains(lower(v.value), e.value)
        when 'file hash' then e.thing = 'hash' and e.value = v.value
        else false
    end
    union all
    select 'ip address', ip_address, kind
    from known_addresses
    union all
    select 'device', device_id, kind
    from known_devices
),
known_values as (
    select type, value, min(kind) as known
    from known_entries
    group by type, value
)
select
    v.type,
    v.value,
    coalesce(a.app_display_name, d.device_name) as name,
    v.first_seen,
    v.last_seen,
    v.records,
    c.all_records - v.records as elsewhere,
    k.known,
    v.findings
from values_in_incidents as v
join counted_values as c using (type, value)
left join known_values as k using (type, value)
left join app_names as a on case when v.type = 'application' then v.value end = a.app_id
left join device_names as d on case when v.type = 'device' then v.value end = d.device_id
order by
    v.type,
    elsewhere,
    v.first_seen,
    v.value
