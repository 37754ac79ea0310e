-- title: Powerful role over Azure resources given
-- severity: high
-- techniques: T1098.003
-- catalogue: D43
-- meaning: Somebody was given a role that may do everything in a subscription or a part of it, or that reads its data and secrets; or a
--   global administrator took control of all subscriptions.
-- false positives: Administrators and pipelines that set up resources. A role over one resource or group of resources is a grade lower.
-- blind spots: Roles of one's own making. What comes from a group. The portal's CSV has no details, so that the role is not known.
-- next: Ask who ordered it. See what the account did in Azure since, and take the role away.
-- needs: azure_activity
-- source: https://learn.microsoft.com/azure/role-based-access-control/change-history-report,
--   https://learn.microsoft.com/azure/role-based-access-control/elevate-access-global-admin
-- lists: azure_roles
-- seen: in 3 samples, marked 0 of 58 benign ones
with requests as (
    select
        *,
        replace(concat_ws(' ', details, resource_id), '\', '') as text
    from evidence.azure_activity
    where list_contains(['microsoft.authorization/roleassignments/write', 'microsoft.authorization/elevateaccess/action'], lower(operation))
        and coalesce(lower(status), 'succeeded') not in ('started', 'failed', 'accepted')
),
read_requests as (
    select
        *,
        lower(operation) like '%elevateaccess%' as is_elevation,
        lower(regexp_extract(text, '(?i)roleDefinitions/([0-9a-f-]{36})', 1)) as role_id,
        lower(regexp_extract(text, '(?i)"principalId"\s*:\s*"([0-9a-f-]{36})"', 1)) as principal_id,
        lower(regexp_extract(text, '(?i)"principalType"\s*:\s*"(\w+)"', 1)) as principal_type,
        coalesce(nullif(regexp_extract(text, '(?i)"scope"\s*:\s*"([^"]+)"', 1), ''), scope, regexp_extract(resource_id, '(?i)^(.*?)/providers/microsoft.authorization', 1)) as role_scope
    from requests
)
select
    case
        when is_elevation then 'high'
        when r.level = '1' and not regexp_matches(lower(role_scope), '/resourcegroups/') then 'high'
        else 'medium'
    end as severity,
    coalesce(caller, 'Somebody') || case
        when is_elevation then ' took the role User Access Administrator over all Azure subscriptions'
        else ' gave ' || case principal_type when 'serviceprincipal' then 'the application ' when 'group' then 'the group ' else 'the account ' end
            || coalesce(n.user_principal_name, nullif(principal_id, ''), 'that is not told') || ' the role ' || r.role_name
            || ' over ' || coalesce(nullif(role_scope, ''), 'a scope that is not told')
    end || coalesce(' from ' || client_address(ip_address), '') as what,
    caller as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    case when is_elevation then 'all azure subscriptions' else nullif(principal_id, '') end as target,
    lower(app_id) as app_id,
    null::varchar as session_id,
    list_filter([client_address(ip_address)], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    coalesce(correlation_id, id, file_id || ':' || record) as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from read_requests
left join list_azure_roles as r using (role_id)
left join account_names as n on n.user_id = principal_id
where is_elevation or r.level is not null
order by first_seen, file_id, record
