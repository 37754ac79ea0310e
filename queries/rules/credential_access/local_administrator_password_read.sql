-- title: Local administrator password read
-- severity: low
-- techniques: T1555
-- catalogue: D74
-- meaning: Somebody read the local administrator password of a device. With it, whoever holds the device or
--   reaches it gets at its data.
-- false positives: The help desk. Several devices in a day, or the first time after a week of log, is medium here.
-- blind spots: What was done with it.
-- next: Ask the reader, and see whether the device was with its owner.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
with reads as (
    select *
    from directory_acts
    where activity like 'recover device local administrator password%'
        and result is distinct from 'failure'
        and not is_service
)
select
    case when count(distinct target) >= 3 or bool_or(is_unusual and nth_by_actor = 1) then 'medium' else 'low' end as severity,
    concat(actor, ' read the local administrator password of ', listed(list(distinct coalesce(target, 'a device') order by coalesce(target, 'a device')))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) <= 1 then min(target) else counted(count(distinct target), 'device', 'devices') end as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from reads
group by actor, event_time::date
order by first_seen, who, target
