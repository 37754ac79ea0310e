-- title: Application removed
-- severity: low
-- techniques: T1531
-- catalogue: D49
-- meaning: A user deleted an application or its identity in the tenant. What relied on it stops: sign-on, backup,
--   or a security product.
-- false positives: Clean-up.
-- blind spots: Whether the application was in use.
-- next: Ask who ordered it; a deleted application can be brought back within 30 days.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with removed as (
    select
        *,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'not logged') as application
    from directory_acts
    where activity in (
            'remove service principal', 'delete application', 'hard delete application', 'remove application', 'hard delete service principal',
            'delete service principal'
        )
        and result is distinct from 'failure'
        and not is_service
)
select
    case when bool_or(regexp_matches(lower(application), 'defender|sentinel|security|backup|siem|soc\b|monitor|audit|log')) or count(distinct application) >= 5 then 'medium' else 'low' end as severity,
    concat(
        actor, ' removed ', case when count(distinct application) = 1 then 'the application ' else count(distinct application) || ' applications: ' end,
        listed(list(distinct application order by application))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(min(application)) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from removed
group by actor, event_time::date
order by first_seen, who, target
