-- title: Conditional Access a week
-- description: Sign-ins by what Conditional Access came to, week by week (ISO weeks, Monday to Sunday), weeks without a
--   sign-in included. ca_status explains success, failure and not_applied. not_stated: the export does not
--   say. days_covered says how many of the week's days lie between the first and the last sign-in of the evidence (and
--   within --since and --until): a week with fewer than seven is_cut and can't be compared. Sign-ins without a time, if
--   any, are the row without a week.
-- position: 2
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: stacked x=week y=success,failure,not_applied,not_stated faint=is_cut title=Conditional Access a week
with weeks as (
    select *
    from sign_in_weeks
    where exists (from sign_ins)
),
by_week as (
    select
        date_trunc('week', local_time(event_time))::date as monday,
        count(*) as sign_ins,
        count(*) filter (where conditional_access_status = 'success') as success,
        count(*) filter (where conditional_access_status = 'failure') as failure,
        count(*) filter (where conditional_access_status = 'not_applied') as not_applied,
        count(*) filter (where conditional_access_status is null) as not_stated
    from sign_ins
    group by all
)
select
    strftime(monday, '%G-W%V') as week,
    strftime(monday, '%Y-%m-%d') as week_starts,
    coalesce(sign_ins, 0) as sign_ins,
    coalesce(success, 0) as success,
    coalesce(failure, 0) as failure,
    coalesce(not_applied, 0) as not_applied,
    coalesce(not_stated, 0) as not_stated,
    days_covered,
    days_covered < 7 as is_cut
from weeks
full join by_week using (monday)
order by monday nulls last
