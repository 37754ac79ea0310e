-- title: Privileged role given to an application
-- severity: high
-- techniques: T1098.003
-- catalogue: D41
-- meaning: Somebody gave an application a role that administers the tenant. Whoever has a secret of the
--   application has that power, without a second factor.
-- false positives: Connectors, backup and automation that IT sets up.
-- blind spots: Permissions of an application, which are no roles (see application_permission_given).
-- next: See who owns the application and when its secrets were added. Take the role away if nobody ordered it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities,
--   https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
-- lists: privileged_roles
-- seen: in 1 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        coalesce(new_values ->> 'role.displayname', list_filter(targets, t -> t.target_type = 'Role')[1].target) as role_name,
        new_values ->> 'role.templateid' as template_id
    from directory_acts
    where activity in ('add member to role', 'add eligible member to role', 'add scoped member to role', 'add eligible member to role (permanent)')
        and result is distinct from 'failure'
        and not is_service
        and coalesce(target_type, 'User') = 'ServicePrincipal'
),
privileged as (
    select
        given.*,
        (
            select min(r.level)
            from list_privileged_roles as r
            where r.role_name = lower(given.role_name) or r.template_id = lower(given.template_id)
        ) as level
    from given
)
select
    case when min(level) = '1' then 'high' else 'medium' end as severity,
    concat(
        actor, ' gave the application ', target, ' ',
        case when count(distinct role_name) = 1 then 'the role ' else count(distinct role_name) || ' privileged roles: ' end,
        listed(list(distinct role_name order by role_name))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    target as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from privileged
where level is not null
group by actor, target, event_time::date
order by first_seen, who, target
