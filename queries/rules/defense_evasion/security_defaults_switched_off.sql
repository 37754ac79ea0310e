-- title: Security defaults switched off
-- severity: high
-- techniques: T1562
-- catalogue: D64
-- meaning: Security defaults ask everybody for a second factor and block old protocols. Without them, and without
--   Conditional Access, a password is enough.
-- false positives: A move to Conditional Access, on the same day as policies are added.
-- blind spots: Whether other policies stand in for them.
-- next: See whether Conditional Access policies were added; switch the defaults on again if not.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/fundamentals/security-defaults
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'high' as severity,
    concat(actor, ' switched off security defaults.') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(target, 'the tenant') as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where (activity like '%security default%' or regexp_matches(lower(coalesce(target, '')), 'security ?defaults'))
    and (
        activity like 'disable%'
        or regexp_matches(lower(coalesce(new_values::varchar, '')), '(isenabled|securitydefaults)[a-z.]*[\\\\": ]+false')
    )
    and result is distinct from 'failure'
order by event_time, act_id
