-- title: Conditional Access a week
-- description: Sign-ins by what Conditional Access came to, week by week (ISO weeks, Monday to Sunday). What success,
--   failure and not_applied mean is told in ca_status. not_stated: the export does not say.
--   Sign-ins without a time, if any, are the row without a week.
-- group: ca 2
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: The first and the last week are usually cut by the export's edges, see days_covered of signin_weekly.
-- chart: stacked x=week y=success,failure,not_applied,not_stated title=Conditional Access a week
with by_week as (
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
    sign_ins,
    success,
    failure,
    not_applied,
    not_stated
from by_week
order by monday nulls last
