-- title: Activity of each account
-- description: What each account did according to the unified audit log: people first, the services' own accounts after
--   them (is_system). top_operations names the five most frequent. logons are sign-in records; logons_failed counts the
--   refused ones only, by error and not by ResultStatus, prompts on the way left out.
-- notes on: user_id
-- position: 3
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Some operations are logged under another name of the same person (an object id, a live.com key): these are
--   rows of their own.
with operations as (
    select
        user_id,
        operation,
        count(*) as events
    from audit_events
    group by all
),
top_five as (
    select
        user_id,
        operation,
        events
    from operations
    qualify row_number() over (partition by user_id order by events desc, operation) <= 5
),
top_operations as (
    select
        user_id,
        string_agg(operation || ' ' || events, ', ' order by events desc, operation) as top_operations
    from top_five
    group by user_id
),
logon_records as (
    select
        user_id,
        operation,
        error_number,
        logon_error,
        count(*) as events
    from audit_events
    where record_type in (9, 15)
        or list_contains(['UserLoggedIn', 'UserLoginFailed'], operation)
    group by all
),
logon_counts as (
    select
        l.user_id,
        sum(l.events)::bigint as logons,
        coalesce(sum(l.events) filter (where interrupt.error_code is null and (
            l.operation = 'UserLoginFailed' or l.error_number <> 0 or l.logon_error is not null
        )), 0)::bigint as logons_failed
    from logon_records as l
    left join error_codes as code
        on code.error_code = l.error_number
        or (l.error_number is null and code.name = l.logon_error)
    left join evidence.interrupt_codes as interrupt on interrupt.error_code = code.error_code
    group by l.user_id
),
accounts as (
    select
        user_id,
        bool_and(coalesce(is_system, false)) as is_system,
        bool_or(user_type = 10 or user_id like '%#ext#%') as is_guest,
        count(*) as events,
        listed(list_sort(list(distinct workload) filter (where workload is not null))) as workloads,
        count(distinct operation) as operations,
        count(distinct ip_address) as ip_addresses,
        count(distinct session_id) as sessions,
        count(distinct local_time(event_time)::date) as active_days,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from audit_events
    group by user_id
)
select
    a.user_id,
    a.is_system,
    a.is_guest,
    a.events,
    coalesce(l.logons, 0) as logons,
    coalesce(l.logons_failed, 0) as logons_failed,
    a.operations,
    t.top_operations,
    a.workloads,
    a.ip_addresses,
    a.sessions,
    a.active_days,
    a.first_seen,
    a.last_seen
from accounts as a
left join top_operations as t on t.user_id is not distinct from a.user_id
left join logon_counts as l on l.user_id is not distinct from a.user_id
order by
    a.is_system,
    a.events desc,
    a.user_id
