-- title: Administrators taken out of privileged roles
-- severity: low
-- techniques: T1531
-- catalogue: D124
-- meaning: Somebody took privileged roles away from others. Intruders do so to keep the administrators from
--   acting.
-- false positives: Re-organisations; a single removal is low here.
-- blind spots: Roles that expire in Privileged Identity Management aren't named.
-- next: Call the administrators; give the roles back from the emergency account.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: privileged_roles
-- seen: in 2 samples, marked 0 of 58 benign ones
with removals as (
    select
        *,
        coalesce(old_values ->> 'role.displayname', new_values ->> 'role.displayname', list_filter(targets, t -> t.target_type = 'Role')[1].target) as role_name,
        old_values ->> 'role.templateid' as template_id
    from directory_acts
    where (activity in ('remove member from role', 'remove eligible member from role', 'remove scoped member from role')
            or activity like 'remove % from role in pim completed%')
        and result is distinct from 'failure'
        and not is_service
        and lower(actor) <> coalesce(target, '')
),
privileged as (
    select *
    from removals
    where lower(role_name) in (select role_name from list_privileged_roles)
        or lower(template_id) in (select template_id from list_privileged_roles)
)
select
    case when count(distinct target) >= 3 then 'high' when count(distinct target) = 2 then 'medium' else 'low' end as severity,
    concat(actor, ' took ', listed(list(distinct role_name order by role_name)), ' away from ', listed(list(distinct coalesce(target, 'an account') order by coalesce(target, 'an account')))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then min(target) else counted(count(distinct target), 'account', 'accounts') end as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from privileged
group by actor, time_bucket(interval 1 hour, event_time)
order by first_seen, who, target
