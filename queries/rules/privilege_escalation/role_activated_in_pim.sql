-- title: Privileged role activated
-- severity: info
-- techniques: T1078.004
-- catalogue: D42
-- meaning: An administrator took up a role for some hours, as planned. It is context: what was done in that time
--   was done with that role.
-- false positives: All of them, nearly: it is how the service is meant to be used.
-- blind spots: The reason given isn't judged.
-- next: If the account is suspected: see what it did in the hours after, and whether somebody approved it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: privileged_roles
-- seen: in 0 samples, marked 0 of 58 benign ones
with in_pim as (
    select
        *,
        coalesce(
            list_filter(targets, t -> t.target_type = 'Role')[1].target, new_values ->> 'role.displayname',
            list_filter(targets, t -> t.target not like '%@%')[1].target, 'not logged'
        ) as role_name,
        coalesce(list_filter(targets, t -> t.target_type = 'User')[1].target, target) as account
    from directory_acts
    where activity like 'add member to role completed (pim activation)%'
        and result is distinct from 'failure'
),
judged as (
    select
        in_pim.*,
        (select min(r.level) from list_privileged_roles as r where r.role_name = lower(in_pim.role_name)) as level
    from in_pim
)
select
    case when min(level) = '1' and bool_or(is_unusual and rarity is not null) then 'low' else 'info' end as severity,
    concat(actor, ' activated ', role_name, ' ', counted(count(*), 'time', 'times')) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(account) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
group by actor, role_name, account
order by first_seen, who, target
