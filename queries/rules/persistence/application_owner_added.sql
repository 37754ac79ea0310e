-- title: Owner added to an application
-- severity: medium
-- techniques: T1098
-- catalogue: D53
-- meaning: An owner may add secrets to the application and so act as it. Intruders make an account of theirs the
--   owner of an application that has power.
-- false positives: Who registers an application becomes its owner by that: such records are low here. Changes in a
--   team.
-- blind spots: Owners from before the log begins.
-- next: Ask the owner before; see whether a secret was added afterwards.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 3 samples, marked 0 of 58 benign ones
with owners as (
    select
        *,
        coalesce(list_filter(targets, t -> t.target like '%@%')[1].target, target, 'somebody') as account,
        coalesce(
            new_values ->> 'application.displayname', new_values ->> 'serviceprincipal.displayname', old_values ->> 'application.displayname',
            old_values ->> 'serviceprincipal.displayname', list_filter(targets, t -> t.target_type in ('Application', 'ServicePrincipal'))[1].target,
            'an application'
        ) as application
    from directory_acts
    where activity in (
            'add owner to application', 'add owner to service principal', 'remove owner from application', 'remove owner from service principal'
        )
        and result is distinct from 'failure'
)
select
    case when actor = account or activity like 'remove%' or nth_by_actor > 3 or actor_type <> 'user' then 'low' else 'medium' end as severity,
    concat(actor, case when activity like 'remove%' then ' took ' || account || ' off the owners of ' else ' made ' || case when lower(account) = actor then 'themselves' else account end || ' an owner of ' end, application) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    lower(application) as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from owners
where not is_service
order by event_time, act_id
