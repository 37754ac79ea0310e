-- title: Added to a group that policies except or that has power
-- severity: medium
-- techniques: T1098
-- catalogue: D75
-- meaning: Somebody was added to a group that Conditional Access leaves out, or whose name says that it has power.
--   For members of the former no second factor is asked.
-- false positives: Planned exceptions. Groups of administrators by name alone are low here.
--   A group to which roles can be given has power too, where a list of groups says so.
-- blind spots: Groups whose name and policies say nothing; policies that weren't changed within the log; groups of which the
--   log has the id alone, without a list of groups.
-- next: Ask who ordered it; take the account out and see where it signed in from.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with policies as (
    select string_agg(array_to_string(regexp_extract_all(
        coalesce(new_values ->> 'conditionalaccesspolicy', old_values ->> 'conditionalaccesspolicy'), '"excludeGroups":\s*\[[^\]]*'
    ), ' '), ' ') as excepted_groups
    from directory_acts
    where activity like '%conditional access policy'
),
logged as (
    select
        *,
        coalesce(new_values ->> 'group.displayname', list_filter(targets, t -> t.target_type = 'Group')[1].target) as logged_name,
        coalesce(new_values ->> 'group.objectid', list_filter(targets, t -> t.target_type = 'Group')[1].target_id) as group_id
    from directory_acts
    where activity = 'add member to group'
        and result is distinct from 'failure'
        and not is_service
),
-- What a list of the tenant's groups says of them.
known_groups as (
    select
        lower(id) as id,
        max_by(display_name, (snapshot_time, display_name)) as display_name,
        bool_or(may_have_roles) as may_have_roles
    from evidence.state_groups
    where id <> ''
    group by lower(id)
),
members as (
    select
        logged.*,
        coalesce(logged_name, g.display_name, 'not logged') as group_name,
        coalesce(g.may_have_roles, false) as may_have_roles
    from logged
    left join known_groups as g on g.id = lower(logged.group_id)
),
judged as (
    select
        members.*,
        regexp_matches(lower(group_name), '(^|[^a-z])cap?([^a-z]|policy|exclu|exempt|bypass|except|ausnahm|$)|condition|bedingt|mfa|2fa|polic|richtlinie|politique|beleid')
            and regexp_matches(lower(group_name), 'exclu|exempt|bypass|excep|ausnahm|ausgenommen|ausgeschlossen|esclu|eccezi|escluso|exenci|uitzonder|uitgesloten|undantag|undtag|unntak|poikkeu|wyj[aą]t|wyklucz|výjim|istisna|исключ|除外|例外')
        or regexp_matches(lower(group_name), 'break.?glass|emergency|notfall|urgence|emergenza|emergencia|noodgeval')
        or coalesce(group_id <> '' and contains(excepted_groups, group_id), false) as is_exception,
        regexp_matches(lower(group_name), '(^|[^a-z])(global|tenant|domain|security|sicherheit|exchange|privileg)[a-z]*[^a-z]*admin|tier.?0|privileged')
        or may_have_roles as is_powerful
    from members
    cross join policies
)
select
    case when bool_or(is_exception) then 'medium' else 'low' end as severity,
    concat(actor, ' added ', listed(list(distinct coalesce(target, 'somebody') order by coalesce(target, 'somebody'))), ' to the group ', group_name, case when bool_or(is_exception) then ', which policies leave out' end) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(group_name) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
where is_exception or is_powerful
group by actor, group_name, event_time::date
order by first_seen, who, target
