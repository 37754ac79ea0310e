-- title: Sign-ins a day
-- description: One row a day, days without a sign-in included. users counts who tried, users_signed_in who succeeded at
--   least once. is_edge marks the first and the last day of the evidence (or of --since and --until): they are usually
--   only covered in part. Sign-ins without a time, if any, are the row without a day.
-- position: 4
-- workbook: yes
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: stacked x=day y=success,failure,interrupted faint=is_edge title=Sign-ins a day
with days as (
    select
        unnest(generate_series(first_day, last_day, interval 1 day))::date as day,
        first_day,
        last_day
    from sign_in_period
    where exists (from sign_ins)
),
by_actor as (
    select
        local_time(event_time)::date as day,
        coalesce(user_principal_name, user_id) as who,
        case when coalesce(user_principal_name, user_id) is null
            then coalesce(service_principal_id, service_principal_name) end as service_principal,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        count(*) filter (where category = 'interactive') as interactive,
        count(*) filter (where category = 'non_interactive') as non_interactive
    from sign_ins
    group by all
),
by_day as (
    select
        day,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        sum(interactive)::bigint as interactive,
        sum(non_interactive)::bigint as non_interactive,
        count(who) as users,
        count(who) filter (where success > 0) as users_signed_in,
        count(service_principal) as service_principals
    from by_actor
    group by day
)
select
    strftime(days.day, '%Y-%m-%d') as day,
    dayname(days.day) as weekday,
    days.day in (first_day, last_day) as is_edge,
    coalesce(sign_ins, 0) as sign_ins,
    coalesce(success, 0) as success,
    coalesce(failure, 0) as failure,
    coalesce(interrupted, 0) as interrupted,
    coalesce(users, 0) as users,
    coalesce(users_signed_in, 0) as users_signed_in,
    coalesce(service_principals, 0) as service_principals,
    coalesce(interactive, 0) as interactive,
    coalesce(non_interactive, 0) as non_interactive
from days
full join by_day on by_day.day = days.day
order by days.day nulls last
