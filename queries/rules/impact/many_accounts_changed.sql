-- title: Many accounts deleted, disabled or reset
-- severity: medium
-- techniques: T1531
-- catalogue: D123
-- meaning: One actor took many accounts away from their owners within an hour. This is how intruders lock out a
--   company before they ask for money.
-- false positives: Scripts for leavers; a reset of everybody after an incident.
-- blind spots: The same spread over days.
-- next: Call the administrator. Stop the account and bring the others back.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with changed as (
    select
        *,
        case
            when activity in ('delete user', 'hard delete user') then 'deleted'
            when activity = 'disable account' or activity = 'update user' and (new_values ->> 'accountenabled') = 'false' then 'disabled'
            when activity in ('reset user password', 'reset password (by admin)') then 'reset'
            when activity = 'change user license' then 'changed the licences of'
        end as kind
    from directory_acts
    where activity in ('delete user', 'hard delete user', 'disable account', 'update user', 'reset user password', 'reset password (by admin)', 'change user license')
        and result is distinct from 'failure'
        and not is_service
        and target is not null
)
select
    case when kind = 'changed the licences of' then 'low' when count(distinct target) >= 30 then 'high' else 'medium' end as severity,
    concat(actor, ' ', kind, ' ', counted(count(distinct target), 'account', 'accounts'), ' within an hour: ', listed(list(distinct target order by target))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    counted(count(distinct target), 'account', 'accounts') as target,
    min_by(app_id, (event_time, act_id)) as app_id,
    min_by(session_id, (event_time, act_id)) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    'many accounts ' || actor || ' ' || kind || ' ' || min(event_time) as act,
    flatten(list(records order by event_time, act_id)) as records
from changed
where kind is not null
group by actor, kind, time_bucket(interval 1 hour, event_time)
having count(distinct target) >= 10
order by first_seen, who, target
