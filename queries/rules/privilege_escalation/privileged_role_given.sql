-- title: Privileged role given to a user
-- severity: high
-- techniques: T1098.003
-- catalogue: D40
-- meaning: Somebody gave a user a role that administers the tenant or one of its services. An intruder does so to
--   stay, or to get more power.
-- false positives: Administrators who join or change their tasks; Privileged Identity Management, whose own
--   records are low here.
-- blind spots: Roles of Exchange, SharePoint or Azure itself; roles that a group passes on.
-- next: Ask who ordered it. See what the user and the one who gave the role did since, and take the role away if
--   nobody knows.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities,
--   https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
-- lists: privileged_roles
-- seen: in 6 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        coalesce(new_values ->> 'role.displayname', list_filter(targets, t -> t.target_type = 'Role')[1].target) as role_name,
        new_values ->> 'role.templateid' as template_id
    from directory_acts
    where activity in ('add member to role', 'add eligible member to role', 'add scoped member to role', 'add eligible member to role (permanent)')
        and result is distinct from 'failure'
        and not is_service
        and coalesce(target_type, 'User') <> 'ServicePrincipal'
),
created as (
    select target, max(event_time) as created_at
    from directory_acts
    where activity = 'add user' and result is distinct from 'failure'
    group by target
),
privileged as (
    select
        given.*,
        case when date_sub('day', created_at, given.event_time) between 0 and 29 then created_at end as created_at,
        (
            select min(r.level)
            from list_privileged_roles as r
            where r.role_name = lower(given.role_name) or r.template_id = lower(given.template_id)
        ) as level
    from given
    left join created using (target)
)
select
    case
        when bool_and(service = 'PIM') then 'low'
        when min(level) = '1' or actor = target then 'high'
        else 'medium'
    end as severity,
    concat(
        actor, ' gave ', case when actor = target then 'their own account' else target end, ' ',
        case when count(distinct role_name) = 1 then 'the role ' else count(distinct role_name) || ' privileged roles: ' end,
        listed(list(distinct role_name order by role_name)),
        ', ' || span_text(max(created_at), min(event_time)) || ' after the account was created') as what,
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
