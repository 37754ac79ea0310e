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
    coalesce(filled(f.conditions), nullif(concat_ws('; ', 'client apps ' || joined(f.clientAppTypes), 'sign-in risk ' || joined(f.signInRiskLevels), 'user risk ' || joined(f.userRiskLevels)), '')) as conditions,
    coalesce(filled(f.grantControls), joined(f.builtInControls)) as grant_controls,
    filled(f.sessionControls) as session_controls,
    utc(f.createdDateTime) as created_time,
    utc(f.modifiedDateTime) as changed_time,
    raw
from fields
