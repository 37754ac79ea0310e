-- title: failed sign-ins
-- description: Passwords tried on many accounts from neighbouring addresses.
with password_codes as (
    select unnest([50126, 50053, 50055, 50056, 50057, 50034, 50064]) as error_code
),
-- Neighbouring addresses (equal in the first three parts) that fail with
-- passwords for five or more users within twenty minutes, and for more users
-- than get in from the same addresses: from an office, more do. Attempts up to
-- twenty minutes before and after belong to it; what is further apart is
-- another spray.
failed_attempts as materialized (
    select
        event_time,
        ip_address,
        who,
        regexp_extract(lower(ip_address), '^([0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]*:[0-9a-f]*:[0-9a-f]*)') as block,
    from (
        select
            event_time,
            ip_address,
            lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who,
        from evidence.sign_ins
        where status is distinct from 'success'
            and error_code in (select error_code from password_codes)
            and not coalesce(lower(incoming_token_type) like '%token%', false)
        union all
        select
            event_time,
            ip_address,
            lower(user_id),
        from evidence.audit_events
        where operation = 'UserLoginFailed' and (
            error_number in (select error_code from password_codes)
            or logon_error in ('InvalidUserNameOrPassword', 'IdsLocked', 'InvalidPasswordExpiredPassword', 'UserAccountNotFound')
        )
    )
    where ip_address is not null and who not in ('', 'not available', 'not-found', 'unknown')
),
successes as (
    select distinct ip_address, who
    from (
        select
            ip_address,
            lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who,
        from evidence.sign_ins
        where status = 'success'
        union all
        select
            ip_address,
            lower(user_id),
        from evidence.audit_events
        where operation = 'UserLoggedIn' and coalesce(error_number, 0) = 0
    )
),
failed_minutes as (
    select
        block,
        who,
        date_trunc('minute', event_time) as minute,
        min(event_time) as first_time,
        max(event_time) as last_time,
    from failed_attempts
    group by all
),
-- Windows of twenty minutes, one from each minute on. They are grouped: where
-- distinct values are counted over a moving frame, DuckDB 1.1.3 might wait
-- for itself for ever.
windows as (
    select
        block,
        from_minute,
        min(first_time) as first_time,
        max(last_time) as last_time,
    from (
        select
            block,
            who,
            first_time,
            last_time,
            minute - to_minutes(unnest(range(21))) as from_minute,
        from failed_minutes
        where block in (select block from failed_minutes group by block having count(distinct who) >= 5)
    )
    group by block, from_minute
    having count(distinct who) >= 5
),
-- A run ends where the next window, with what belongs to it, begins after the
-- last one's.
runs as (
    select
        *,
        count(*) filter (where begins_run) over (partition by block order by from_minute) as run,
    from (
        select
            *,
            first_time - lag(last_time) over (partition by block order by from_minute) > interval 40 minutes as begins_run,
        from windows
    )
),
spray_periods as (
    select
        block,
        run,
        min(first_time) - interval 20 minutes as period_start,
        max(last_time) + interval 20 minutes as period_end,
    from runs
    group by block, run
),
spraying as materialized (
    select
        failed_attempts.*,
        run,
    from failed_attempts
    join spray_periods using (block)
    where event_time between period_start and period_end
),
sprays as (
    select
        block,
        run,
        list_sort(list(distinct ip_address)) as ip_addresses,
        count(distinct who) as users,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from spraying
    group by block, run
),
-- At any time, but only from the very addresses: a neighbour may be somebody else's.
got_in as (
    select
        block,
        run,
        count(distinct who) as users,
        few(list_sort(list(distinct who))) as who,
    from successes
    join (select distinct block, run, ip_address from spraying) using (ip_address)
    where who not in ('', 'not available', 'not-found', 'unknown')
    group by block, run
),
-- Whose password was right in the spray, and something else stopped the sign-in.
right_passwords as (
    select
        block,
        run,
        few(list(distinct who order by who) filter (where error_code not in (50055, 50057))) as who,
        count(distinct who) filter (where error_code = 50057) as disabled,
        few(list(distinct who order by who) filter (where error_code = 50057)) as disabled_who,
        count(distinct who) filter (where error_code = 50055) as expired,
        few(list(distinct who order by who) filter (where error_code = 50055)) as expired_who,
    from (
        select event_time, ip_address, error_code, lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who
        from evidence.sign_ins
        where status <> 'success'
        union all
        select event_time, ip_address, error_number, lower(user_id)
        from evidence.audit_events
        where list_contains(['UserLoggedIn', 'UserLoginFailed'], operation)
    )
    join (select distinct block, run, ip_address from spraying) using (ip_address)
    join spray_periods using (block, run)
    join error_codes using (error_code)
    where first_factor_passed and event_time between period_start and period_end
    group by block, run
),
shown_addresses as (
    select ip_address from sign_ins
    union
    select ip_address from audit_events
)
select
    100 + row_number() over (order by sprays.users desc, block, run) as item_no,
    'password spray from ' || few(ip_addresses) as item,
    counted(sprays.users, 'user', 'users') as value,
    concat_ws(
        '; ',
        period_text(sprays.first_seen, sprays.last_seen),
        coalesce('signed in from these addresses: ' || got_in.who, 'no sign-in from these addresses succeeded'),
        'stopped after the right password: ' || right_passwords.who,
        case when disabled > 0 then '50057 (disabled account, Microsoft counts the password as right) for ' || counted(disabled, 'user', 'users') || ': ' || disabled_who end,
        case when expired > 0 then '50055 (right password, expired) for ' || counted(expired, 'user', 'users') || ': ' || expired_who end
    ) as detail,
from sprays
left join got_in using (block, run)
left join right_passwords using (block, run)
where
    sprays.users > coalesce(got_in.users, 0)
    and list_has_any(ip_addresses, (select list(ip_address) from shown_addresses))
qualify row_number() over (order by sprays.users desc, block, run) <= 5
