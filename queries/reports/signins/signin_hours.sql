-- title: Sign-ins by weekday and hour
-- description: How many sign-ins fell into each hour of each weekday, over all weeks; every hour has its row, and
--   sign-ins without a time, if any, have one too. Use --user
--   to see the rhythm of one person, and --tz to count in the zone that they live in.
-- position: 5
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: heat x=hour y=sign_ins group=weekday overview=yes title=Sign-ins by weekday and hour
with grid as (
    select
        weekday_number,
        ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][weekday_number] as weekday,
        hour
    from range(1, 8) as weekdays (weekday_number), range(0, 24) as hours (hour)
    where exists (from sign_ins)
),
counts as (
    select
        isodow(local_event_time) as weekday_number,
        hour(local_event_time) as hour,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        count(distinct who) as users
    from (
        select
            local_time(event_time) as local_event_time,
            status,
            coalesce(user_principal_name, user_id) as who
        from sign_ins
    )
    group by all
)
select
    grid.weekday,
    hour,
    coalesce(sign_ins, 0) as sign_ins,
    coalesce(success, 0) as success,
    coalesce(failure, 0) as failure,
    coalesce(interrupted, 0) as interrupted,
    coalesce(users, 0) as users
from grid
full join counts using (weekday_number, hour)
order by
    weekday_number nulls last,
    hour
