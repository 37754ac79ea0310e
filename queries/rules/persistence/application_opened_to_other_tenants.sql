-- title: Application opened to other tenants
-- severity: medium
-- techniques: T1098.003
-- catalogue: D55
-- meaning: An application of the tenant accepts accounts of other tenants now. Intruders do so to use it from a
--   tenant of theirs.
-- false positives: Developers who make a product.
-- blind spots: Applications that were registered so.
-- next: Ask the owner; close it again if nobody ordered it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    case when nth_by_actor > 20 then 'low' else 'medium' end as severity,
    concat(actor, ' opened the application ', target, ' to accounts of other tenants.') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    target as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where activity in ('update application', 'update service principal')
    and (
        lower(new_values ->> 'availabletoothertenants') = 'true' and coalesce(lower(old_values ->> 'availabletoothertenants'), 'false') <> 'true'
        or lower(new_values ->> 'signinaudience') like '%multiple%' and lower(coalesce(old_values ->> 'signinaudience', '')) not like '%multiple%'
    )
    and result is distinct from 'failure'
    and not is_service
order by event_time, act_id
