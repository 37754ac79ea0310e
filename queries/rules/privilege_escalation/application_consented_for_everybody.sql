-- title: Application let in for everybody
-- severity: medium
-- techniques: T1098.003
-- catalogue: D45
-- meaning: An administrator allowed an application to act on behalf of every user of the tenant. One click opens
--   all mailboxes or files to it.
-- false positives: IT rolls out an application; permissions that only sign in are low here.
-- blind spots: Who owns the application isn't in the log.
-- next: Ask who ordered it. Look up the application and its publisher.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: dangerous_scopes
-- seen: in 2 samples, marked 0 of 58 benign ones
select
    case when level = '1' then 'high' when level is not null then 'medium' else 'low' end as severity,
    concat(
        actor, ' let ', coalesce('the application ' || application, 'an application whose name is not logged'), ' act for everybody in the tenant',
        ', with ' || listed(scopes), ' on ' || resource
    ) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    lower(coalesce(application, resource)) as target,
    app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from consents
where is_for_all
order by event_time, act_id
