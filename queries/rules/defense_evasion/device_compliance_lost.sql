-- title: Device lost its compliance or management
-- severity: low
-- techniques: T1562
-- catalogue: D71
-- meaning: A device is no longer compliant, or no longer managed. Policies that ask for such a device let it in no more; somebody who
--   weakens a device, or who registers one of their own under a name that is known, leaves this.
-- false positives: Missed updates and devices that are taken out of use: low. Five or more by one actor within an hour are medium.
-- blind spots: Why: Intune's own logs say.
-- next: See who uses the device, and which sign-ins came from it since.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities (Device no longer compliant, Device no
--   longer managed)
-- seen: in 0 samples, marked 0 of 58 benign ones
with lost as (
    select
        *,
        count(*) over (partition by actor order by event_time range between interval 1 hour preceding and interval 1 hour following) as near
    from directory_acts
    where activity in ('device no longer compliant', 'device no longer managed')
        and result is distinct from 'failure'
)
select
    case when max(near) >= 5 and not bool_and(is_service) then 'medium' else 'low' end as severity,
    case when count(distinct target) = 1 then 'The device ' || min(target) || ' is' else counted(count(distinct target), 'device', 'devices') || ' (' || few(list_sort(list(distinct target))) || ') are' end
        || ' no longer ' || listed(list(distinct regexp_extract(activity, '\w+$') order by regexp_extract(activity, '\w+$')))
        || coalesce(', by ' || actor, '') as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then min(target) end as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from lost
group by actor, event_time::date
order by first_seen, who, target
