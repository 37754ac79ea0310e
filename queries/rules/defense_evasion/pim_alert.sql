-- title: Alert of Privileged Identity Management raised or switched off
-- severity: medium
-- techniques: T1562
-- catalogue: D42
-- meaning: The service saw roles being assigned past it, or somebody switched such an alert off.
-- false positives: Alerts about too many administrators or unused roles, which are low here.
-- blind spots: Alerts that were switched off before the log begins.
-- next: For an alert: find the assignment (activity Add member to role) about the time. For one switched off: ask
--   why.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
select
    case
        when activity like 'disable%' then 'medium'
        when lower(target) like '%outside of p%' or lower(details) like '%outside of p%' then 'medium'
        else 'low'
    end as severity,
    concat(case when activity like 'triggered%' then 'Privileged Identity Management raised the alert ' when activity like 'disable%' then actor || ' switched off the alert ' else actor || ' dismissed the alert ' end, coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'that the log does not name')) as what,
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
where activity in ('triggered pim alert', 'disable pim alert', 'dismiss pim alert')
    and result is distinct from 'failure'
order by event_time, act_id
