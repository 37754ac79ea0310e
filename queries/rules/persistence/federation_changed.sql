-- title: Sign-in of a domain handed to another identity provider
-- severity: high
-- techniques: T1484.002
-- catalogue: D60
-- meaning: Who controls the identity provider of a federated domain can sign in as any user of it, without
--   password and second factor.
-- false positives: A move to or from AD FS or another provider; changing a domain back to managed is low here.
-- blind spots: Federation set before the log begins.
-- next: Compare issuer, addresses and certificate with your provider's. If they aren't yours, set the domain to
--   managed and end all sessions.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory, audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-federationtrust,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities,
--   https://attack.mitre.org/techniques/T1484/002/
-- seen: in 2 samples, marked 0 of 58 benign ones
with federated as (
    select
        *,
        old_values ->> 'livetype' as old_type,
        new_values ->> 'livetype' as new_type,
        coalesce(lower(new_values ->> 'livetype') = 'managed', false) as becomes_managed
    from directory_acts
    where activity in ('set domain authentication', 'set federation settings on domain', 'update federation settings on domain', 'add federated domain')
        and result is distinct from 'failure'
    union all by name
    -- the organization's federation in Exchange, which trusts another sign-in too
    select
        operation as activity,
        actor,
        object as target,
        event_time,
        app_id,
        session_id,
        list_filter([ip_address], ip -> ip is not null) as ip_addresses,
        act_id,
        false as becomes_managed,
        [{'file_id': file_id, 'record': record, 'id': id}] as records
    from cmdlets
    where operation in ('add-federateddomain', 'new-federationtrust', 'set-federationtrust', 'set-federatedorganizationidentifier')
        and not failed and not is_system
)
select
    case
        when becomes_managed then 'low'
        when lower(new_values::varchar) like '%any.sts%' then 'critical'
        else 'high'
    end as severity,
    concat(
        actor, case when becomes_managed then ' changed the sign-in of ' else ' changed who signs users in for ' end, coalesce(target, 'a domain'),
        coalesce(', from ' || old_type || ' to ' || new_type, ''), coalesce(', issuer ' || (new_values ->> 'issueruri'), '')) as what,
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
from federated
order by event_time, act_id
