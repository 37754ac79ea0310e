-- title: Rules for a role changed in Privileged Identity Management
-- severity: medium
-- techniques: T1562
-- catalogue: D42
-- meaning: Somebody changed what activating a role asks for: second factor, approval, reason, how long.
-- false positives: The people who run the service tune its rules.
-- blind spots: The log often doesn't say what the rule was before.
-- next: Look at the role's settings as they are now.
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
    where activity like 'update role setting in pim%'
        and result is distinct from 'failure'
),
judged as (
    select
        in_pim.*,
        (select min(r.level) from list_privileged_roles as r where r.role_name = lower(in_pim.role_name)) as level
    from in_pim
)
select
    case when level = '1' and is_unusual then 'medium' else 'low' end as severity,
    concat(actor, ' changed the settings of the role ', role_name, ' in Privileged Identity Management.') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    lower(role_name) as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from judged
order by event_time, act_id
