-- title: Role given in or outside Privileged Identity Management
-- severity: high
-- techniques: T1098.003
-- catalogue: D40, D42
-- meaning: A role was assigned for good or for a time, as active or as eligible. An assignment for good, or past
--   Privileged Identity Management, needs no approval later.
-- false positives: Administrators who join; reviews that renew assignments.
-- blind spots: The log names the role and the account, not the approval behind it.
-- next: Ask who ordered it; see activations of the role by this account.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: privileged_roles
-- seen: in 2 samples, marked 0 of 58 benign ones
with in_pim as (
    select
        *,
        coalesce(
            list_filter(targets, t -> t.target_type = 'Role')[1].target, new_values ->> 'role.displayname',
            list_filter(targets, t -> t.target not like '%@%')[1].target, 'not logged'
        ) as role_name,
        coalesce(list_filter(targets, t -> t.target_type = 'User')[1].target, target) as account
    from directory_acts
    where (
            activity like 'add % to role in pim completed (%'
            or activity like 'add % to role outside of pim%'
            or activity like 'add % to role in pim outside of pim%'
        )
        and activity not like '%pim activation%'
        and result is distinct from 'failure'
),
judged as (
    select
        in_pim.*,
        (select min(r.level) from list_privileged_roles as r where r.role_name = lower(in_pim.role_name)) as level
    from in_pim
)
select
    case
        when activity like '%outside of pim%' then case when level is not null then 'high' else 'medium' end
        when activity like '%(permanent)%' then case when level = '1' then 'high' when level = '2' then 'medium' else 'low' end
        else 'low'
    end as severity,
    concat(
        actor, ' gave ', account, ' the role ', role_name,
        case when activity like '%eligible%' then ' as eligible' end,
        case when activity like '%(permanent)%' then ', for good' end,
        case when activity like '%outside of pim%' then ', outside Privileged Identity Management' end) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    lower(account) as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from judged
order by event_time, act_id
