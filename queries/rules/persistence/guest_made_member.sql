-- title: Guest made a member
-- severity: medium
-- techniques: T1098
-- catalogue: D68
-- meaning: A guest account became a member of the tenant, with all that members may see and do.
-- false positives: Mergers.
-- blind spots: Accounts that were members from the start.
-- next: Ask who ordered it; set it back and look at what the account did.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    concat(actor, ' made the guest ', target, ' a member.') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    target as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where activity = 'update user'
    and lower(old_values ->> 'usertype') = 'guest'
    and lower(new_values ->> 'usertype') = 'member'
    and result is distinct from 'failure'
order by event_time, act_id
