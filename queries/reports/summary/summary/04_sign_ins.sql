-- title: sign-ins
-- description: How many, of whom, and how they ended.
select
    1 as item_no,
    'sign-ins' as item,
    coalesce(sum(times), 0)::bigint::varchar as value,
    period_text(min(first_seen), max(last_seen)) as detail,
from sign_in_counts
having exists (from evidence.sign_ins)
union all
select 2, 'users', count(*)::varchar, 'most: ' || few(list(who || ' ' || times order by times desc, who)),
from (
    select who, sum(times)::bigint as times
    from sign_in_counts
    where who is not null
    group by who
)
having count(*) > 0
union all
select
    2 + row_number() over (order by times desc, status),
    coalesce(status, 'status unknown'),
    times::varchar,
    counted(users, 'user', 'users'),
from (
    select status, sum(times)::bigint as times, count(distinct who) as users
    from sign_in_counts
    group by status
)
union all
select 1, 'not loaded', null, 'The sign-in logs, to be had from Entra admin center > Sign-in logs > Download.',
where not exists (from evidence.sign_ins)
union all
select
    case operation when 'UserLoggedIn' then 2 else 3 end,
    operation,
    count(*)::varchar,
    'in the audit log: ' || counted(count(distinct user_id), 'user', 'users') || ', ' || period_text(min(event_time), max(event_time)),
from audit_events
where list_contains(['UserLoggedIn', 'UserLoginFailed'], operation) and not exists (from evidence.sign_ins)
group by operation
