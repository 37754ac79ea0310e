-- title: Activation of a role denied
-- severity: medium
-- techniques: T1078.004
-- catalogue: D42
-- meaning: Somebody asked for a role and an approver refused. An intruder who has the account asks for what it is
--   entitled to.
-- false positives: A request that lacked a reason or a ticket.
-- blind spots: Requests that nobody answered.
-- next: Ask the account's owner whether the request was theirs; see the sign-ins before it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: privileged_roles
-- seen: in 1 samples, marked 0 of 58 benign ones
with in_pim as (
    select
        *,
        coalesce(
            list_filter(targets, t -> t.target_type = 'Role')[1].target, new_values ->> 'role.displayname',
            list_filter(targets, t -> t.target not like '%@%')[1].target, 'not logged'
        ) as role_name,
        coalesce(list_filter(targets, t -> t.target_type = 'User')[1].target, target) as account
    from directory_acts
    where activity like 'add member to role request denied%'
),
judged as (
    select
        in_pim.*,
        (select min(r.level) from list_privileged_roles as r where r.role_name = lower(in_pim.role_name)) as level
    from in_pim
)
select
    case when level is not null then 'medium' else 'low' end as severity,
    concat('The request of ', account, ' for the role ', role_name, ' was denied by ', actor) as what,
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
