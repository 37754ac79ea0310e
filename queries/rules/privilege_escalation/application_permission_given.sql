-- title: Powerful permission given to an application
-- severity: high
-- techniques: T1098.003
-- catalogue: D46
-- meaning: An application got a permission of its own, without a user: to manage roles and secrets, or to read all
--   mail or all files. Whoever has its secret has that power from anywhere.
--   An application that only asks for one, in its manifest, is low: nobody gave it yet.
-- false positives: Backup, archive and security products that IT connects.
-- blind spots: Which users' data was then read is in other logs.
-- next: See who owns the application, and when its secrets were added. Take the permission away if nobody ordered
--   it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities,
--   https://learn.microsoft.com/graph/permissions-reference
-- lists: dangerous_scopes, permission_ids
-- seen: in 5 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        coalesce(new_values ->> 'approle.value', 'not logged') as permission,
        coalesce(
            new_values ->> 'serviceprincipal.displayname', list_filter(targets, t -> t.target_type = 'ServicePrincipal')[2].target, target, 'not logged'
        ) as application
    from directory_acts
    where activity = 'add app role assignment to service principal'
        and result is distinct from 'failure'
        and not is_service
),
-- What an application asks for in its manifest, by id: consent, or an administrator, may give it later.
asked as (
    select
        a.*,
        p.scope as permission,
        coalesce(a.target, 'not logged') as application
    from directory_acts as a
    join list_permission_ids as p
        on contains(a.new_values ->> 'requiredresourceaccess', p.permission_id)
        and not contains(coalesce(a.old_values ->> 'requiredresourceaccess', ''), p.permission_id)
    where a.activity in ('update application', 'add application') and a.result is distinct from 'failure' and not a.is_service
),
judged as (
    select
        acts.*,
        coalesce(
            (select min(s.level) from list_dangerous_scopes as s where s.scope = lower(acts.permission)),
            -- what the list doesn't have
            case
                when regexp_matches(lower(permission), 'credential|password|secret') and regexp_matches(lower(permission), 'write|manage|full') then '1'
                when regexp_matches(lower(permission), 'full_?access|fullcontrol') then '2'
            end
        ) as level
    from (
        select *, false as is_asked from given
        union all
        select *, true from asked
    ) as acts
)
select
    case
        when is_asked then 'low'
        when min(level) = '1' then 'high'
        when min(level) = '2' then 'medium'
        else 'low'
    end as severity,
    concat(
        actor, case when is_asked then ' had the application ' else ' gave the application ' end, application, case when is_asked then ' ask for ' else ' ' end, case when count(distinct permission) = 1 then 'the permission ' else 'the permissions ' end,
        listed(list(distinct permission order by permission))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(application) as target,
    min_by(new_values ->> 'serviceprincipal.appid', {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
group by actor, application, is_asked, event_time::date
order by first_seen, who, target
