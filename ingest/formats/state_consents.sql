-- title: Permissions of applications (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph oauth2PermissionGrants and appRoleAssignments as JSON, what Get-Mg... writes of them, the OAuth permissions of
--   Microsoft-Extractor-Suite, and the consents of hawk and of CISA Sparrow, which are one permission a row.
--   https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
-- recognised by: json clientId; consentType; scope
-- recognised by: csv clientId; consentType; scope
-- recognised by: json appRoleId; principalId; resourceId
-- recognised by: csv appRoleId; principalId; resourceId
-- recognised by: json permissionType; clientObjectId; permission
-- recognised by: csv permissionType; clientObjectId; permission
-- recognised by: json permissionType; clientObjectId; resourceObjectId
-- recognised by: csv permissionType; clientObjectId; resourceObjectId
-- recognised by: json applicationDisplayName; clientId; value
-- recognised by: csv applicationDisplayName; clientId; value

-- table: state_consents
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "clientId": "VARCHAR",
            "clientObjectId": "VARCHAR",
            "clientDisplayName": "VARCHAR",
            "applicationDisplayName": "VARCHAR",
            "value": "VARCHAR",
            "appId": "VARCHAR",
            "appDisplayName": "VARCHAR",
            "resourceId": "VARCHAR",
            "resourceObjectId": "VARCHAR",
            "resourceDisplayName": "VARCHAR",
            "scope": "VARCHAR",
            "permission": "VARCHAR",
            "appRoleId": "VARCHAR",
            "permissionType": "VARCHAR",
            "consentType": "VARCHAR",
            "principalId": "VARCHAR",
            "principalObjectId": "VARCHAR",
            "principalDisplayName": "VARCHAR",
            "principalType": "VARCHAR",
            "publisherName": "VARCHAR",
            "applicationStatus": "VARCHAR",
            "createdDateTime": "VARCHAR"
        }') as f
    from source
),

-- a role of an application is given to another application, or to users of it
parted as (
    select
        *,
        filled(f.appRoleId) is not null as is_role,
        filled(f.appRoleId) is not null and lower(coalesce(f.principalType, '')) in ('user', 'group') as is_to_person
    from fields
)
select
    file_id,
    record,
    coalesce(filled(f.id), concat_ws('|', filled(f.clientObjectId), filled(f.clientId), filled(f.resourceObjectId), filled(f.permission), filled(f.value), filled(f.principalObjectId))) as id,
    case when is_to_person then 'assignment' when is_role or filled(f.applicationDisplayName) is not null or lower(f.permissionType) = 'application' then 'application' else 'delegated' end as kind,
    coalesce(filled(f.clientId), filled(f.clientObjectId), case when is_role and not is_to_person then filled(f.principalId) end) as client_id,
    filled(f.appId) as app_id,
    coalesce(filled(f.appDisplayName), filled(f.clientDisplayName), filled(f.applicationDisplayName), case when is_role and not is_to_person then filled(f.principalDisplayName) end) as application,
    coalesce(filled(f.resourceId), filled(f.resourceObjectId)) as resource_id,
    filled(f.resourceDisplayName) as resource,
    coalesce(trim(filled(f.scope)), filled(f.permission), filled(f.value), filled(f.appRoleId)) as permission,
    filled(f.consentType) = 'AllPrincipals' as is_for_all,
    case when not is_role or is_to_person then coalesce(filled(f.principalId), filled(f.principalObjectId)) end as principal_id,
    case when not is_role or is_to_person then filled(f.principalDisplayName) end as principal,
    filled(f.publisherName) as publisher,
    case lower(f.applicationStatus) when 'enabled' then true when 'disabled' then false end as is_enabled,
    utc(f.createdDateTime) as created_time,
    raw
from parted
