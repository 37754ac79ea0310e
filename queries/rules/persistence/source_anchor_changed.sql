-- title: Source anchor of an account changed
-- severity: medium
-- techniques: T1098
-- catalogue: D70
-- meaning: The source anchor (ImmutableId) ties an account to one on premises, or to a federated identity. Whoever
--   can set it can sign in as the account through federation.
-- false positives: Repairs of a hybrid directory. The sync service's own changes aren't named.
-- blind spots: Anchors set before the log begins.
-- next: Ask who ordered it; see whether a domain was federated.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    concat(actor, ' changed the source anchor of ', target) as what,
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
    and coalesce(new_values ->> 'sourceanchor', new_values ->> 'onpremisesimmutableid', new_values ->> 'immutableid')
        <> coalesce(old_values ->> 'sourceanchor', old_values ->> 'onpremisesimmutableid', old_values ->> 'immutableid', '')
    and not is_service
    and actor_type = 'user'
    and not starts_with(actor, 'sync_')
    and result is distinct from 'failure'
order by event_time, act_id
