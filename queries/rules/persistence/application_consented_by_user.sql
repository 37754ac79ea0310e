-- title: User gave an application access to their data
-- severity: medium
-- techniques: T1528
-- catalogue: D44
-- meaning: A user allowed an application to act on the user's behalf. With permissions on mail or files and
--   offline_access the application goes on after the password is changed: this is what consent phishing is after.
-- false positives: Mail programs, meeting and signature tools. An application that several users had let in before,
--   or one a week earlier, is low here.
-- blind spots: Consent given before the log begins. The publisher isn't in the log.
-- next: Ask the user what they clicked. Look up the application and its publisher; take the consent away and end
--   the sessions if nobody knows it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: dangerous_scopes
-- seen: in 5 samples, marked 0 of 58 benign ones
select
    case when level is not null and users_before < 2 and coalesce(days_before, 0) < 7 then 'medium' else 'low' end as severity,
    concat(
        actor, ' let ', coalesce('the application ' || application, 'an application whose name is not logged'), ' act for them',
        ', with ' || listed(scopes), ' on ' || resource,
        case when list_contains(scopes, 'offline_access') and level is not null then '; it goes on when the password is changed' end
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
where not is_for_all
order by event_time, act_id
