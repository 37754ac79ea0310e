-- title: Sign-ins a week
-- description: One row an ISO week (Monday to Sunday), weeks without a sign-in included. users counts who tried,
--   users_signed_in who succeeded at least once. days_covered says how many of the week's days lie between the
--   first and the last sign-in of the evidence (and within --since and --until): a week with fewer than seven is_cut
--   and can't be compared. change_percent is the change of sign_ins against the week before, given between two whole weeks only.
--   Sign-ins without a time, if any, are the row without a week.
-- position: 3
-- portal days: 30
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Exports of different kinds often reach back differently far (interactive 30 days, non-interactive fewer
--   because of the row limit): a step in the counts may be an edge of one file, see coverage.
-- chart: stacked x=week y=success,failure,interrupted faint=is_cut title=Sign-ins a week
-- chart: bar x=week y=users,users_signed_in faint=is_cut overview=yes title=Users a week
with weeks as (
    select *
    from sign_in_weeks
    where exists (from sign_ins)
),
by_actor as (
    select
        date_trunc('week', local_time(event_time))::date as monday,
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
by_week as (
    select
        monday,
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
    group by monday
),
filled as (
    select
        monday,
        weeks.days_covered,
        coalesce(sign_ins, 0) as sign_ins,
        coalesce(success, 0) as success,
        coalesce(failure, 0) as failure,
        coalesce(interrupted, 0) as interrupted,
        coalesce(users, 0) as users,
        coalesce(users_signed_in, 0) as users_signed_in,
        coalesce(service_principals, 0) as service_principals,
        coalesce(interactive, 0) as interactive,
        coalesce(non_interactive, 0) as non_interactive,
        lag(coalesce(sign_ins, 0)) over (order by monday nulls last) as sign_ins_before,
        lag(weeks.days_covered) over (order by monday nulls last) as days_covered_before
    from weeks
    full join by_week using (monday)
)
select
    strftime(monday, '%G-W%V') as week,
    strftime(monday, '%Y-%m-%d') as week_starts,
    days_covered < 7 as is_cut,
    sign_ins,
    case when days_covered = 7 and days_covered_before = 7
        then round(100.0 * (sign_ins - sign_ins_before) / nullif(sign_ins_before, 0), 1) end as change_percent,
    success,
    failure,
    interrupted,
    users,
    users_signed_in,
    service_principals,
    interactive,
    non_interactive,
    days_covered
from filled
order by monday nulls last
