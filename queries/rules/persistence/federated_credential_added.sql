-- title: Application trusts tokens of another issuer
-- severity: medium
-- techniques: T1098.001
-- catalogue: D52
-- meaning: A federated credential was added to an application or changed: whoever can get a token from that issuer
--   (a pipeline, another cloud) acts as the application, without a secret.
-- false positives: New pipelines.
-- blind spots: The log may not name the issuer.
-- next: See whether issuer and subject are your own; remove the credential if not.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with credentials as (
    select
        *,
        coalesce(new_values ->> 'federatedidentitycredentials', new_values ->> 'federatedidentitycredential') as new_text,
        filled(regexp_extract(coalesce(new_values ->> 'federatedidentitycredentials', new_values ->> 'federatedidentitycredential'), '(?i)"issuer":\s*"([^"]+)', 1)) as issuer,
        filled(regexp_extract(coalesce(old_values ->> 'federatedidentitycredentials', old_values ->> 'federatedidentitycredential'), '(?i)"issuer":\s*"([^"]+)', 1)) as issuer_before,
        filled(regexp_extract(coalesce(new_values ->> 'federatedidentitycredentials', new_values ->> 'federatedidentitycredential'), '(?i)"subject":\s*"([^"]+)', 1)) as subject
    from directory_acts
    where (activity in ('update application', 'update service principal') or activity like '%federated identity credential%')
        and new_values is distinct from old_values
        and result is distinct from 'failure'
)
select
    case when issuer_before is not null and issuer_before <> issuer then 'high' else 'medium' end as severity,
    concat(actor, ' let ', coalesce(issuer, 'an issuer that the log does not name'), ' vouch for the application ', target, coalesce(' (' || subject || ')', '')) as what,
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
from credentials
where new_text is not null
order by event_time, act_id
