-- title: Policy of device registration changed
-- severity: medium
-- techniques: T1484
-- catalogue: D72
-- meaning: Who may register devices, how many, and whether with a second factor, was changed.
-- false positives: A planned change.
-- blind spots: Values that the log leaves out.
-- next: Compare with how the policy should be.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    concat(actor, ' changed the policy of device registration', coalesce(': ' || listed(list_transform(changes, c -> c.property || ' from ' || coalesce(c.old_value, 'nothing') || ' to ' || coalesce(c.new_value, 'nothing'))), '')) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(target, 'device registration policy') as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where activity in ('set device registration policies', 'update device registration policy')
    and result is distinct from 'failure'
    and not is_service
order by event_time, act_id
