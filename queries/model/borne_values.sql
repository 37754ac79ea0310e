-- description: What each record bears by which it can be known again: addresses, networks, user agents, ids of sessions, tokens, applications
--   and devices, names of mail rules, mail addresses outside and their domains, domains and devices that were added, hashes. One row a
--   record and value; a record has up to seven.
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column event_time timestamp: when (UTC)
-- column account varchar: who, lower case, in sign-ins and in the unified audit log; NULL = not known, or a service
-- column is_success boolean: the act is such an account's, and succeeded
-- column type varchar: as in the report indicators
-- column value varchar: the value; NULL = the record has none
with logged as (
    select
        file_id,
        record,
        event_time,
        coalesce(nullif(home_account(user_principal_name), ''), lower(service_principal_name), lower(user_id)) as account,
        status = 'success' as is_success,
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
    select
        e.file_id,
        e.record,
        e.event_time,
        case when not coalesce(e.is_system, false) then coalesce(n.user_principal_name, home_account(e.user_id)) end,
        coalesce(lower(e.result_status) not in ('failed', 'failure', 'false'), true) and coalesce(e.error_number, 0) = 0,
        client_address(e.ip_address),
        null,
        e.user_agent,
        e.session_id,
        e.unique_token_id,
        coalesce(e.client_app_id, e.app_id),
        null,
        null
    from evidence.audit_events as e
    left join account_names as n on lower(e.user_id) = n.user_id
    union all
    select file_id, record, event_time, null, false, client_address(ip_address), null, user_agent, null, null, null, null, null
    from evidence.directory_audits
    union all
    select file_id, record, event_time, null, false, client_address(ip_address), null, user_agent, null, unique_token_id, app_id, null, null
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
)
select file_id, record, event_time, account, is_success, 'ip address' as type, ip_address as value from logged
union all
select file_id, record, event_time, account, is_success, 'ASN', 'AS' || asn from logged
union all
select file_id, record, event_time, account, is_success, 'user agent', user_agent from logged
union all
select file_id, record, event_time, account, is_success, 'session id', session_id from logged
union all
select file_id, record, event_time, account, is_success, 'token id', unique_token_id from logged
union all
select file_id, record, event_time, account, is_success, 'application', lower(app_id) from logged
union all
select file_id, record, event_time, account, is_success, 'device', device_id from logged
union all
select r.file_id, r.record, event_time, null, false, type, target from added
union all
select file_id, record, event_time, null, false, 'mail rule', rule from mail_rules
union all
select file_id, record, event_time, null, false, 'email address', address from mail_outside
union all
select file_id, record, event_time, null, false, 'domain', mail_domain(address)
from mail_outside
where mail_domain(address) not in (select domain from own_domains) and mail_domain(address) not in (select domain from list_free_mail_domains)
union all
select file_id, record, event_time, null, false, 'file hash', hash from file_hashes
