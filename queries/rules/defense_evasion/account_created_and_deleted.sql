-- title: Account created and deleted within a day
-- severity: medium
-- techniques: T1078
-- catalogue: D69
-- meaning: An account lived for less than a day. Intruders create one, use it, and take it away with its traces.
-- false positives: Tests; somebody who mistyped a name.
-- blind spots: Accounts created before the log begins.
-- next: See what the account did while it lived; it can be brought back within 30 days.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with lives as (
    select
        *,
        -- a deleted account's name gets its object id before it
        regexp_replace(target, '^[0-9a-f]{32}', '') as account
    from directory_acts
    where activity in ('add user', 'delete user', 'hard delete user')
        and result is distinct from 'failure'
        and not is_service
),
pairs as (
    select
        c.account,
        c.event_time as created,
        min(d.event_time) as deleted
    from lives as c
    join lives as d on d.account = c.account and d.event_time between c.event_time and c.event_time + interval 1 day and d.activity like '%delete user'
    where c.activity = 'add user'
    group by c.account, c.event_time
)
select
    'medium' as severity,
    concat(
        min_by(l.actor, (l.event_time, l.act_id)), ' created the account ', p.account, ', and ', max_by(l.actor, (l.event_time, l.act_id)), ' deleted it ',
        span_text(p.created, p.deleted), ' later.'
    ) as what,
    min_by(l.actor, (l.event_time, l.act_id)) as who,
    min(l.event_time) as first_seen,
    max(l.event_time) as last_seen,
    count(*) as events,
    p.account as target,
    null::varchar as app_id,
    min_by(l.session_id, (l.event_time, l.act_id)) as session_id,
    list_sort(list_distinct(flatten(list(l.ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    'account created and deleted ' || p.account || ' ' || p.created as act,
    flatten(list(l.records order by l.event_time, l.act_id)) as records
from pairs as p
join lives as l on l.account = p.account and l.event_time between p.created and p.deleted
group by p.account, p.created, p.deleted
order by first_seen, who, target
