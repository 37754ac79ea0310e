-- title: Blast radius
-- description: Who and what else the traces of an attacker touched. It begins with what the filters show (--ip, --asn, --user-agent, --session,
--   --user), or, without filters and with --incident, with the incidents: their addresses, networks, user agents, devices, sessions and
--   applications, without those that the report indicators calls ordinary. Then it lists, for each such value, every account in all evidence that bears it. accounts is how many do: a
--   value that many accounts bear is an office, a carrier or a common browser, and says little. is_start is true for the accounts
--   it began with. Applications of more than five accounts are left out.
-- wrap: value
-- notes on: value, account
-- position: 7
-- topics: blast radius, scope, pivot, who else, affected accounts, lateral movement
-- needs: sign_ins, audit_events
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns) and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Sharing a value is a reason to look, no proof. Microsoft's own addresses and browsers' user agents are shared by strangers.
with logged as materialized (
    select
        file_id,
        record,
        event_time,
        coalesce(nullif(home_account(user_principal_name), ''), lower(service_principal_name), lower(user_id)) as account,
        status = 'success' as is_success,
        caller_address(ip_address, category, client_credential_type) as ip_address,
        autonomous_system_number as asn,
        nullif(user_agent, '') as user_agent,
        nullif(session_id, '') as session_id,
        nullif(device_id, '') as device_id,
        lower(app_id) as app_id
    from evidence.sign_ins
    union all
    select
        e.file_id,
        e.record,
        e.event_time,
        coalesce(n.user_principal_name, home_account(e.user_id)),
        coalesce(lower(e.result_status) not in ('failed', 'failure', 'false'), true) and coalesce(e.error_number, 0) = 0,
        client_address(e.ip_address),
        null,
        nullif(e.user_agent, ''),
        nullif(e.session_id, ''),
        null,
        lower(coalesce(e.client_app_id, e.app_id))
    from evidence.audit_events as e
    left join account_names as n on lower(e.user_id) = n.user_id
    where not coalesce(e.is_system, false)
),
shown as (
    select file_id, record from sign_ins
    union all
    select file_id, record from audit_events
),
starting as (
    select l.*
    from logged as l
    where getvariable('is_filtered') and (l.file_id, l.record) in (from shown)
    union all
    select l.*
    from logged as l
    where getvariable('is_filtered') is null
        and (
            l.session_id in (select value from incident_traces where trace = 'session')
            or l.ip_address in (select value from incident_traces where trace = 'address')
        )
),
named as (
    select account, is_success, event_time, 'ip address' as trace, ip_address as value from logged
    union all
    select account, is_success, event_time, 'ASN', 'AS' || asn from logged
    union all
    select account, is_success, event_time, 'user agent', user_agent from logged
    union all
    select account, is_success, event_time, 'device', device_id from logged
    union all
    select account, is_success, event_time, 'session id', session_id from logged
    union all
    select account, is_success, event_time, 'application', app_id from logged
),
starting_traces as (
    select distinct 'ip address' as trace, ip_address as value from starting
    union
    select 'ASN', 'AS' || asn from starting
    union
    select 'user agent', user_agent from starting
    union
    select 'device', device_id from starting
    union
    select 'session id', session_id from starting
    union
    select 'application', app_id from starting
),
-- What began before an incident, or is everybody's, leads from it to anybody.
starting_values as (
    select s.*
    from starting_traces as s
    left join incident_values as v on v.type = s.trace and v.value = s.value and v.ordinary is not null
    where v.value is null or getvariable('is_filtered') and not coalesce(getvariable('is_of_incident'), false)
),
touched as (
    select
        n.trace,
        n.value,
        n.account,
        min(n.event_time) as first_seen,
        max(n.event_time) as last_seen,
        count(*) as events,
        count(*) filter (where n.is_success) as successes
    from named as n
    join starting_values as s using (trace, value)
    where n.account <> ''
    group by all
)
select
    t.trace,
    t.value,
    a.app_display_name as name,
    t.account,
    t.account in (select account from starting where account is not null) as is_start,
    t.first_seen,
    t.last_seen,
    t.events,
    t.successes,
    count(*) over (partition by t.trace, t.value) as accounts
from touched as t
left join app_names as a on case when t.trace = 'application' then t.value end = a.app_id
-- an application that many use leads to everybody
qualify t.trace <> 'application' or count(*) over (partition by t.trace, t.value) <= 5
order by
    accounts,
    t.trace,
    t.value,
    t.first_seen,
    t.account
