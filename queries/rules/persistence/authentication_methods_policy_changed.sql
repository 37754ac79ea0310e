-- title: Methods that users may sign in with changed
-- severity: medium
-- techniques: T1556
-- catalogue: D66
-- meaning: The policy of authentication methods was changed. With an OpenID Connect provider or external method of
--   theirs, intruders can answer for the second factor of every user.
-- false positives: Roll-out of a new method: changes without another provider are low here.
-- blind spots: Values that the log leaves out. The Graph activity log has the request alone, not what it set: medium.
-- next: See whether the address of the provider is yours; put the policy back if not.
-- needs: directory_audits, audit_events, graph_activity
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with policies as (
    select
        *,
        list_distinct(list_filter(
            regexp_extract_all(new_values::varchar, '(?i)(?:discoveryurl|issuer)[\\\\": ]+(https?://[^"\\\\, ]+)', 1),
            p -> not contains(coalesce(old_values::varchar, ''), p)
        )) as new_providers,
        regexp_matches(lower(coalesce(new_values::varchar, '')), 'externalauthenticationmethod')
            and not regexp_matches(lower(coalesce(old_values::varchar, '')), 'externalauthenticationmethod') as is_external
    from directory_acts
    where activity in ('update authentication methods policy', 'authentication methods policy update', 'authentication methods policy reset')
        and result is distinct from 'failure'
        and not is_service
)
select
    case when len(new_providers) > 0 or is_external then 'high' else 'low' end as severity,
    concat(
        actor, ' changed the policy of authentication methods',
        case when len(new_providers) > 0 then ': the provider is now ' || listed(new_providers)
            when is_external then ': an external method was set'
            else coalesce(': ' || listed(list_transform(list_filter(changes, c -> c.old_value is distinct from c.new_value), c -> c.property)), '') end) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(target, 'authentication methods policy') as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from policies
union all
select
    'medium',
    coalesce('The user ' || user_id, 'The application ' || app_id, 'Somebody') || ' changed the policy of authentication methods through Graph: ' || request_method || ' ' || regexp_replace(request_uri, '^https?://[^/]+', ''),
    coalesce(user_id, service_principal_id, app_id),
    event_time,
    event_time,
    1::bigint,
    'authentication methods policy',
    lower(app_id),
    session_id,
    list_filter([client_address(ip_address)], a -> a is not null),
    null,
    coalesce(id, file_id || ':' || record),
    [{'file_id': file_id, 'record': record, 'id': id}]
from evidence.graph_activity
where request_method in ('PATCH', 'PUT', 'POST', 'DELETE')
    and contains(lower(request_uri), '/policies/authenticationmethodspolicy')
    and coalesce(response_status_code, 200) between 200 and 299
order by first_seen, act
