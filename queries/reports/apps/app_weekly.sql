-- title: Applications a week
-- description: The three most used applications of what is shown, or all that --app names, week by week (ISO weeks,
--   Monday to Sunday), weeks without a sign-in included. days_covered says how many of the week's days lie
--   between the first and the last sign-in of the evidence (and within --since and --until): with fewer than seven the
--   week is_cut and can't be compared.
-- position: 2
-- wrap: app_display_name
-- portal days: 30
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: heat x=week y=sign_ins group=app_display_name faint=is_cut title=Sign-ins a week of the top applications
with top_apps as (
    select
        app_display_name,
        app_id,
        row_number() over (order by count(*) desc, app_display_name, app_id) as rank
    from sign_ins
    group by app_display_name, app_id
    qualify rank <= 3 or getvariable('app')
),
by_user as (
    select
        t.rank,
        date_trunc('week', local_time(s.event_time))::date as monday,
        coalesce(s.user_principal_name, s.user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where s.status = 'success') as success,
        count(*) filter (where s.status = 'failure') as failure,
        count(*) filter (where s.status = 'interrupted') as interrupted
    from sign_ins as s
    join top_apps as t
        on t.app_display_name is not distinct from s.app_display_name
        and t.app_id is not distinct from s.app_id
    group by all
),
by_week as (
    select
        rank,
        monday,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        count(who) as users
    from by_user
    group by all
)
select
    strftime(weeks.monday, '%G-W%V') as week,
    strftime(weeks.monday, '%Y-%m-%d') as week_starts,
    weeks.days_covered < 7 as is_cut,
    t.app_display_name,
    coalesce(w.sign_ins, 0) as sign_ins,
    coalesce(w.success, 0) as success,
    coalesce(w.failure, 0) as failure,
    coalesce(w.interrupted, 0) as interrupted,
    coalesce(w.users, 0) as users,
    weeks.days_covered,
    t.rank,
    t.app_id
from sign_in_weeks as weeks
cross join top_apps as t
left join by_week as w on w.rank = t.rank and w.monday = weeks.monday
order by
    weeks.monday,
    t.rank
