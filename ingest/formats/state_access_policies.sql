-- title: Conditional Access policies (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph conditionalAccess/policies as JSON, what Get-MgIdentityConditionalAccessPolicy writes, and the policies of
--   Microsoft-Extractor-Suite. https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
-- recognised by: json conditions; grantControls; state
-- recognised by: json conditions; sessionControls; state
-- recognised by: csv conditions; grantControls; state
-- recognised by: csv displayName; state; builtInControls
-- recognised by: json displayName; state; builtInControls

-- table: state_access_policies
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "displayName": "VARCHAR",
            "state": "VARCHAR",
            "conditions": "VARCHAR",
            "grantControls": "VARCHAR",
            "sessionControls": "VARCHAR",
            "builtInControls": "VARCHAR",
            "clientAppTypes": "VARCHAR",
            "signInRiskLevels": "VARCHAR",
            "servicePrincipalRiskLevels": "VARCHAR",
            "includeUsers": "VARCHAR",
            "excludeUsers": "VARCHAR",
            "includeGroups": "VARCHAR",
            "excludeGroups": "VARCHAR",
            "includeRoles": "VARCHAR",
            "excludeRoles": "VARCHAR",
            "includeApplications": "VARCHAR",
            "excludeApplications": "VARCHAR",
            "includePlatforms": "VARCHAR",
            "excludePlatforms": "VARCHAR",
            "includeLocations": "VARCHAR",
            "excludeLocations": "VARCHAR",
            "deviceFilterRule": "VARCHAR",
            "signInFrequency": "VARCHAR",
            "persistentBrowser": "VARCHAR",
            "userRiskLevels": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "modifiedDateTime": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.displayName)) as id,
    filled(f.displayName) as display_name,
    filled(f.state) as state,
    coalesce(filled(f.conditions), nullif(concat_ws('; ',
        'users ' || joined(f.includeUsers), 'not users ' || joined(f.excludeUsers), 'groups ' || joined(f.includeGroups), 'not groups ' || joined(f.excludeGroups),
        'roles ' || joined(f.includeRoles), 'not roles ' || joined(f.excludeRoles),
        'applications ' || joined(f.includeApplications), 'not applications ' || joined(f.excludeApplications),
        'platforms ' || joined(f.includePlatforms), 'not platforms ' || joined(f.excludePlatforms),
        'locations ' || joined(f.includeLocations), 'not locations ' || joined(f.excludeLocations), 'devices ' || filled(f.deviceFilterRule),
        'client apps ' || joined(f.clientAppTypes), 'sign-in risk ' || joined(f.signInRiskLevels), 'user risk ' || joined(f.userRiskLevels),
        'application risk ' || joined(f.servicePrincipalRiskLevels)
    ), '')) as conditions,
    coalesce(filled(f.grantControls), joined(f.builtInControls)) as grant_controls,
    coalesce(filled(f.sessionControls), nullif(concat_ws('; ', 'every ' || filled(f.signInFrequency), 'persistent browser ' || filled(f.persistentBrowser)), '')) as session_controls,
    utc(f.createdDateTime) as created_time,
    utc(f.modifiedDateTime) as changed_time,
    raw
from fields
