-- title: Conditional Access policy deleted, weakened or added
-- severity: high
-- techniques: T1556.009
-- catalogue: D62
-- meaning: A policy that asks for a second factor or a managed device was deleted, switched off or given an
--   exception. Intruders make the hole through which they come back.
-- false positives: The people who own the policies. New policies and changes that only tighten are low here.
-- blind spots: Records of the directory's core (Update policy) don't say which kind of policy it was, and are low
--   here: the same change is logged in full by Conditional Access.
-- next: Ask the owner of the policies; put the policy back and see who signed in meanwhile.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/conditional-access/,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 6 samples, marked 0 of 58 benign ones
with policies as (
    select
        *,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'not logged') as policy,
        json_text(old_values ->> 'conditionalaccesspolicy') as old_policy,
        json_text(new_values ->> 'conditionalaccesspolicy') as new_policy
    from directory_acts
    where activity in (
            'delete conditional access policy', 'update conditional access policy', 'add conditional access policy', 'delete policy', 'update policy'
        )
        and result is distinct from 'failure'
        and not is_service
),
read_policies as (
    select
        *,
        old_policy ->> '$.state' as old_state,
        new_policy ->> '$.state' as new_state,
        lower(coalesce(old_policy ->> '$.grantControls', '')) as old_grant,
        lower(coalesce(new_policy ->> '$.grantControls', '')) as new_grant,
        (old_policy ->> '$.conditions.users.excludeUsers[*]') || (old_policy ->> '$.conditions.users.excludeGroups[*]')
            || (old_policy ->> '$.conditions.users.excludeRoles[*]') || (old_policy ->> '$.conditions.applications.excludeApplications[*]')
            || (old_policy ->> '$.conditions.locations.excludeLocations[*]') || (old_policy ->> '$.conditions.platforms.excludePlatforms[*]') as old_exceptions,
        (new_policy ->> '$.conditions.users.excludeUsers[*]') || (new_policy ->> '$.conditions.users.excludeGroups[*]')
            || (new_policy ->> '$.conditions.users.excludeRoles[*]') || (new_policy ->> '$.conditions.applications.excludeApplications[*]')
            || (new_policy ->> '$.conditions.locations.excludeLocations[*]') || (new_policy ->> '$.conditions.platforms.excludePlatforms[*]') as exceptions,
        (old_policy ->> '$.conditions.users.includeUsers[*]') || (old_policy ->> '$.conditions.users.includeGroups[*]')
            || (old_policy ->> '$.conditions.users.includeRoles[*]') || (old_policy ->> '$.conditions.applications.includeApplications[*]') as old_scope,
        (new_policy ->> '$.conditions.users.includeUsers[*]') || (new_policy ->> '$.conditions.users.includeGroups[*]')
            || (new_policy ->> '$.conditions.users.includeRoles[*]') || (new_policy ->> '$.conditions.applications.includeApplications[*]') as new_scope
    from policies
),
judged as (
    select
        *,
        case when new_policy is not null then list_filter(
            ['mfa', 'authenticationstrength', 'compliantdevice', 'domainjoineddevice', 'block', 'passwordchange', 'approvedapplication', 'compliantapplication'],
            c -> contains(old_grant, c) and not contains(new_grant, c)
                and not (c = 'mfa' and contains(new_grant, 'authenticationstrength'))
        ) end as lost_controls,
        case when old_policy is not null and new_policy is not null
            then list_filter(exceptions, e -> not list_contains(old_exceptions, e)) end as new_exceptions,
        -- from all to some
        case when old_policy is not null and new_policy is not null and not list_contains(new_scope, 'All')
            then list_filter(old_scope, s -> s <> 'None' and not list_contains(new_scope, s)) end as lost_scope,
        contains(new_grant, 'block') and list_contains(new_scope, 'All') and new_state = 'enabled' as is_lockout
    from read_policies
)
select
    case
        when bool_or(activity like 'delete%' and coalesce(old_state, 'enabled') = 'enabled') then 'high'
        when bool_or(old_state = 'enabled' and new_state <> 'enabled' or len(lost_controls) > 0) then 'high'
        when bool_or(len(new_exceptions) > 0 or len(lost_scope) > 0) then 'medium'
        when bool_or(activity like 'add%' and is_lockout) then 'medium'
        else 'low'
    end as severity,
    concat(
        actor, case
            when bool_or(activity like 'delete%') then ' deleted'
            when bool_or(activity like 'add%') then ' added'
            else ' changed'
        end, ' the policy ', policy,
        ', state from ' || min_by(old_state, {'t': event_time, 'id': act_id}) filter (where old_state <> new_state)
            || ' to ' || max_by(new_state, {'t': event_time, 'id': act_id}) filter (where old_state <> new_state),
        case when bool_or(len(lost_controls) > 0) then ', no longer asking for ' || listed(list_sort(list_distinct(flatten(list(lost_controls))))) end,
        case when bool_or(len(new_exceptions) > 0) then ', new exceptions: ' || listed(list_sort(list_distinct(flatten(list(new_exceptions))))) end,
        case when bool_or(len(lost_scope) > 0) then ', no longer for ' || listed(list_sort(list_distinct(flatten(list(lost_scope))))) end) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(policy) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
group by actor, policy, time_bucket(interval 10 minute, event_time)
order by first_seen, who, target
