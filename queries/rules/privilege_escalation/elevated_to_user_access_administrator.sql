-- title: Global administrator took control of all Azure subscriptions
-- severity: high
-- techniques: T1098.003
-- catalogue: D43
-- meaning: A global administrator switched on access to every Azure subscription of the tenant (User Access
--   Administrator at the root). Intruders do so to reach virtual machines and secrets.
-- false positives: Cloud administrators who recover a lost subscription.
-- blind spots: What was then done in Azure is in the activity log of Azure.
-- next: Ask the administrator. See the Azure activity log for role assignments after this time, and switch the
--   access off.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin
-- seen: in 2 samples, marked 0 of 58 benign ones
select
    'high' as severity,
    concat(actor, ' took the role User Access Administrator over all Azure subscriptions.') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(target, 'all azure subscriptions') as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where (activity like '%elevated their access to user access administrator%' or lower(category) = 'azurerbacrolemanagementelevateaccess'
        or activity like 'assigns the caller to user access admin%'
        or activity like 'microsoft.authorization/elevateaccess%')
    and activity not like '%removed%'
    and result is distinct from 'failure'
order by event_time, act_id
