-- title: Rule of a dynamic group changed
-- severity: low
-- techniques: T1556.009
-- catalogue: D76
-- meaning: Who is in the group follows from its rule. A new rule can bring an intruder's account into a group that
--   policies except, or that has power.
-- false positives: Changes of the organization. Only groups whose name speaks of exceptions or administrators are
--   medium here.
-- blind spots: Which policies and permissions hang on the group.
-- next: See whom the new rule brings in.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    case when regexp_matches(lower(target), '(ca|conditional|mfa|policy|2fa)[^a-z]*(.*)(exclu|exempt|bypass|except)|(exclu|exempt|bypass)(.*)(ca|conditional|mfa|2fa|policy)|break.?glass|emergency|admin|privileg') then 'medium' else 'low' end as severity,
    concat(actor, ' changed the rule of the group ', target, ' from ', coalesce(old_values ->> 'membershiprule', 'nothing'), ' to ', new_values ->> 'membershiprule') as what,
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
where activity = 'update group'
    and (new_values ->> 'membershiprule') is not null
    and (new_values ->> 'membershiprule') is distinct from (old_values ->> 'membershiprule')
    and not is_service
    and result is distinct from 'failure'
order by event_time, act_id
