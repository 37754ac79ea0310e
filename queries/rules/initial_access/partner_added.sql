-- title: Partner with administrative rights added
-- severity: medium
-- techniques: T1199
-- catalogue: D78
-- meaning: A partner company got a relation by which its staff can administer the tenant. Intruders come in
--   through partners, or make themselves one.
-- false positives: A new supplier.
-- blind spots: What the relation allows, if the log leaves it out.
-- next: Ask who ordered it; look up the partner's tenant.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/partner-center/customers/gdap-introduction,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    concat(actor, ' gave a partner administrative rights: ', activity, coalesce(' (' || (new_values ->> 'partnertenant') || ')', '')) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(target, 'the tenant') as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where (activity = 'add partner to company' or activity like '%delegated admin%' and regexp_matches(activity, '^(add|create|approve|activate)'))
    and result is distinct from 'failure'
order by event_time, act_id
