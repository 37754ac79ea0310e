-- title: Network trusted or named location changed
-- severity: medium
-- techniques: T1562.007
-- catalogue: D63
-- meaning: From a trusted network, policies often ask for no second factor. Intruders add an address range of
--   theirs.
-- false positives: A new office or provider. Named locations that aren't trusted are low here.
-- blind spots: Which policies use the location.
-- next: See whose addresses they are; take them out if they aren't yours.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/conditional-access/,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with networks as (
    select
        *,
        activity in ('set company information', 'update company settings') and (new_values ->> 'strongauthenticationpolicy') is not null
            and (new_values ->> 'strongauthenticationpolicy') is distinct from (old_values ->> 'strongauthenticationpolicy') as is_mfa,
        activity in ('add named location', 'update named location', 'delete named location', 'create named location')
            or activity in ('update policy', 'add policy') and coalesce(contains(new_values ->> 'policydetail', 'KnownNetworkPolicies'), false) as is_location,
        coalesce(regexp_matches(lower(new_values::varchar), 'istrusted[\\\\": ]+true|categories[\\\\":\[ ]+trusted'), false) as is_trusted,
        list_filter(
            list_distinct(regexp_extract_all(coalesce(new_values::varchar, ''), '[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]+/[0-9]{1,3}')),
            r -> not contains(coalesce(old_values::varchar, ''), r)
        ) as ranges
    from directory_acts
    where result is distinct from 'failure'
        and not is_service
        and activity in (
            'set company information', 'update company settings', 'add named location', 'update named location', 'delete named location',
            'create named location', 'update policy', 'add policy'
        )
)
select
    case when activity like 'delete%' then 'low' when is_trusted or len(ranges) > 0 and is_mfa then 'medium' else 'low' end as severity,
    concat(
        actor, case when is_mfa then ' changed from where no second factor is asked for' when activity like 'delete%' then ' deleted the named location ' || coalesce(target, '') else ' changed the named location ' || coalesce(target, '') end,
        case when is_trusted then ' (trusted)' end, case when len(ranges) > 0 then ': ' || listed(ranges) end) as what,
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
from networks
where is_mfa or is_location
order by event_time, act_id
