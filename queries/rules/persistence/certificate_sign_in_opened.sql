-- title: Certificate authority trusted, or sign-in by certificate switched on
-- severity: high
-- techniques: T1556
-- catalogue: D61
-- meaning: The tenant trusts certificates of another authority for signing in. Whoever owns that authority can
--   issue a certificate for any user, and needs no password.
-- false positives: A project with smart cards.
-- blind spots: Authorities trusted before the log begins.
-- next: Check the issuer of the certificate; remove the authority if it isn't yours.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with settings as (
    select
        *,
        activity in ('set company information', 'update company settings')
            and (new_values::varchar) like '%trustedcas%'
            and coalesce(new_values ->> 'trustedcasforpasswordlessauth', new_values::varchar) is distinct from coalesce(old_values ->> 'trustedcasforpasswordlessauth', old_values::varchar)
            and (new_values ->> 'trustedcasforpasswordlessauth') is not null
        or regexp_matches(activity, '^(add|create|update) (certificate ?based ?auth ?configuration|certificate ?authority|public ?key ?infrastructure|pki)') as is_authority,
        activity in ('update authentication methods policy', 'authentication methods policy update')
            and regexp_matches(lower(new_values::varchar), 'x509certificate[^}]*state[\\\\": ]+(enabled|0)')
            and not regexp_matches(lower(coalesce(old_values::varchar, '')), 'x509certificate[^}]*state[\\\\": ]+(enabled|0)') as is_method
    from directory_acts
    where result is distinct from 'failure'
        and not is_service
)
select
    case when is_authority then 'high' else 'medium' end as severity,
    concat(actor, case when is_authority then ' had the tenant trust a certificate authority for signing in.' else ' switched on sign-in by certificate.' end) as what,
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
from settings
where is_authority or is_method
order by event_time, act_id
