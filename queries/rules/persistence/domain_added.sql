-- title: Domain added to the tenant, or removed
-- severity: medium
-- techniques: T1484.002
-- catalogue: D60
-- meaning: Somebody added a domain to the tenant. Intruders add one of theirs to federate it, or to send mail in
--   its name.
-- false positives: A new brand or company.
-- blind spots: Domains from before the log begins.
-- next: Ask who ordered it; see whether the domain was federated afterwards.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
with domains as (
    select
        *,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'not logged') as domain
    from directory_acts
    where activity in ('add unverified domain', 'add verified domain', 'verify domain', 'verify email verified domain', 'remove verified domain', 'remove unverified domain')
        and result is distinct from 'failure'
        and not is_service
)
select
    case when bool_or(activity like 'add%' or activity like 'verify%') then 'medium' else 'low' end as severity,
    concat(actor, case when bool_or(activity like 'add%') then ' added' else '' end, case when bool_or(activity like 'add%') and bool_or(activity like 'verify%') then ' and' else '' end, case when bool_or(activity like 'verify%') then ' verified' else '' end, case when bool_or(activity like 'add%' or activity like 'verify%') then '' else ' removed' end, ' the domain ', domain) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(domain) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from domains
group by actor, domain
order by first_seen, who, target
