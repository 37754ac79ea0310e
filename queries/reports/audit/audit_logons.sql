-- title: Sign-ins as the audit log saw them
-- sheet: Sign-ins in the audit log
-- description: The unified audit log keeps its own sign-in records, often the only ones left. One row a status,
--   error number and LogonError. status is decided by the operation and the error: what the record's ResultStatus
--   says is not used, because it calls most failed sign-ins a success (result_said_success counts how many of the
--   row did). interrupted means what it means in the sign-in logs: a prompt on the way, no failed password.
--   country_list and network_list are where the addresses are, as far as sign-ins from there or a geolocation database
--   say.
-- position: 4
-- wrap: meaning
-- topics: password spray, logins, logons, userloggedin, userloginfailed
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: These records have no place, no network and no multifactor result of their own, and since 50053 has no reason here, a
--   locked account and an address known for attacks look the same.
with logons as (
    select
        operation,
        error_number,
        logon_error,
        lower(result_status) in ('success', 'succeeded', 'true') as said_success,
        user_id,
        e.ip_address,
        a.country,
        a.network,
        session_id,
        event_time
    from audit_events as e
    left join addresses as a on client_address(e.ip_address) = a.ip_address
    where record_type in (9, 15)
        or list_contains(['UserLoggedIn', 'UserLoginFailed'], operation)
),
kinds as (
    select
        operation,
        error_number,
        logon_error,
        count(*) as events,
        count(*) filter (where said_success) as result_said_success,
        count(distinct user_id) as users,
        count(distinct ip_address) as ip_addresses,
        listed(list_sort(list(distinct country) filter (where country is not null))) as country_list,
        listed(list_transform(list_sort(list(distinct network) filter (where network is not null)), n -> 'AS' || n)) as network_list,
        count(distinct session_id) as sessions,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from logons
    group by all
),
-- A record without a number has at least the error's name.
explained as (
    select
        kinds.*,
        code.meaning,
        code.first_factor_passed,
        code.stopped_by,
        interrupt.error_code is not null as is_interrupt
    from kinds
    left join error_codes as code
        on code.error_code = kinds.error_number
        or (kinds.error_number is null and code.name = kinds.logon_error)
    left join evidence.interrupt_codes as interrupt on interrupt.error_code = code.error_code
)
select
    case
        when is_interrupt then 'interrupted'
        when operation = 'UserLoginFailed' then 'failure'
        when error_number <> 0 or logon_error is not null then 'failure'
        else 'success'
    end as status,
    operation,
    error_number,
    case when error_number <> 0 or logon_error is not null then meaning end as meaning,
    first_factor_passed as password_was_right,
    events,
    users,
    ip_addresses,
    first_seen,
    last_seen,
    logon_error,
    stopped_by,
    country_list,
    network_list,
    sessions,
    result_said_success
from explained
order by
    status,
    events desc,
    operation,
    error_number,
    logon_error
