-- title: First time that each account did each act of directory administration
-- description: When an account first and last did an act, by the Entra audit log and the unified audit log, and how many records tell of it. Beside a
--   folder of Parquet it tells a run that reads a part of it what was done for the first time in the tenant.
-- position: 14
-- needs: directory_audits, audit_events
-- caveat: The first in these logs is not the first ever. An act that both logs have counts as two records. Of a folder with one of the two
--   logs alone, ask the other half only.
with
acts as (
    select
        lower(activity) as activity,
        lower(initiated_by) as account,
        event_time
    from directory_audits
    union all
    select
        lower(operation),
        lower(user_id),
        event_time
    from audit_events
    where record_type = 8
        or record_type is null and workload = 'AzureActiveDirectory' and operation not in ('UserLoggedIn', 'UserLoginFailed')
)
select
    activity,
    account,
    min(event_time) as first_event,
    max(event_time) as last_event,
    count(*) as records
from acts
where activity is not null and event_time is not null
group by activity, account
order by activity, account nulls last
