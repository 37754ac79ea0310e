-- title: Trust between this and another tenant changed
-- severity: medium
-- techniques: T1484.002
-- catalogue: D65
-- meaning: The settings say which other tenants' users may come in, whether their second factor counts, and
--   whether their accounts are copied into this tenant. Intruders add a tenant of theirs to get back in.
-- false positives: New partners. Settings that are taken away are low here.
-- blind spots: What a partner's users then did.
-- next: Look up the tenant; take the settings away if nobody knows it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with settings as (
    select
        *,
        coalesce(new_values ->> 'tenantid', old_values ->> 'tenantid', target) as tenant
    from directory_acts
    where (lower(category) = 'crosstenantaccesssettings' or activity like '%cross-tenant access%' or activity like '%cross tenant access%' or activity like '%crosstenant%' or activity like '%cross-tenant identity sync%' or activity like '%cross tenant identity sync%')
        and result is distinct from 'failure'
        and not is_service
)
select
    case when bool_or(activity like '%synchroni%' or activity like '%identity sync%') and not bool_and(activity like 'delete%') then 'high' when bool_and(activity like 'delete%' or activity like 'reset%') then 'low' else 'medium' end as severity,
    concat(actor, ' changed the trust in other tenants: ', listed(list(distinct activity order by activity)), coalesce(' (' || tenant || ')', '')) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    coalesce(tenant, 'the tenant') as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from settings
group by actor, tenant, time_bucket(interval 10 minute, event_time)
order by first_seen, who, target
