-- title: Applications and service principals (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph applications and servicePrincipals as JSON, what Get-Mg... and Get-AzureAD... write of them, the applications of
--   Microsoft-Extractor-Suite, and the credentials of hawk, one a row.
--   https://learn.microsoft.com/graph/api/resources/application
-- recognised by: json appId; servicePrincipalType
-- recognised by: csv appId; servicePrincipalType
-- recognised by: json appId; servicePrincipalNames
-- recognised by: csv appId; servicePrincipalNames
-- recognised by: json appId; appRoleAssignmentRequired
-- recognised by: csv appId; appRoleAssignmentRequired
-- recognised by: json appId; signInAudience
-- recognised by: csv appId; signInAudience
-- recognised by: json appId; passwordCredentials
-- recognised by: csv appId; passwordCredentials
-- recognised by: json appId; displayName; createdDateTime
-- recognised by: csv appId; displayName; createdDateTime
-- recognised by: json appName; appObjectId; keyId
-- recognised by: csv appName; appObjectId; keyId

-- table: state_applications
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "objectId": "VARCHAR",
            "appObjectId": "VARCHAR",
            "appId": "VARCHAR",
            "displayName": "VARCHAR",
            "appName": "VARCHAR",
            "servicePrincipalType": "VARCHAR",
            "servicePrincipalNames": "VARCHAR",
            "appRoleAssignmentRequired": "VARCHAR",
            "accountEnabled": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "publisherName": "VARCHAR",
            "publisherDomain": "VARCHAR",
            "appOwnerOrganizationId": "VARCHAR",
            "appOwnerTenantId": "VARCHAR",
            "signInAudience": "VARCHAR",
            "replyUrls": "VARCHAR",
            "web": "VARCHAR",
            "ownerDisplayNames": "VARCHAR",
            "ownerIds": "VARCHAR",
            "passwordCredentials": "VARCHAR",
            "keyCredentials": "VARCHAR",
            "keyId": "VARCHAR",
            "credType": "VARCHAR",
            "keyType": "VARCHAR",
            "startDate": "VARCHAR",
            "endDate": "VARCHAR",
            "keyStartDate": "VARCHAR",
            "keyEndDate": "VARCHAR"
        }') as f
    from source
),

-- The endings of the names are those of Graph, and of the older AzureAD module.
counted as (
    select
        *,
        from_json(json_list(f.passwordCredentials), '[{"startDateTime": "VARCHAR", "endDateTime": "VARCHAR", "startDate": "VARCHAR", "endDate": "VARCHAR"}]') as passwords,
        from_json(json_list(f.keyCredentials), '[{"startDateTime": "VARCHAR", "endDateTime": "VARCHAR", "startDate": "VARCHAR", "endDate": "VARCHAR"}]') as keys
    from fields
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.objectId), filled(f.appObjectId) || coalesce('|' || filled(f.keyId), ''), filled(f.appId) || coalesce('|' || filled(f.keyId), '')) as id,
    filled(f.appId) as app_id,
    coalesce(filled(f.displayName), filled(f.appName)) as display_name,
    case
        when coalesce(filled(f.keyId), filled(f.credType)) is not null then 'credential'
        when coalesce(filled(f.servicePrincipalType), filled(f.servicePrincipalNames), filled(f.appRoleAssignmentRequired), filled(f.accountEnabled)) is not null then 'service principal'
        else 'application'
    end as kind,
    truth(f.accountEnabled) as is_enabled,
    utc(f.createdDateTime) as created_time,
    coalesce(filled(f.publisherName), filled(f.publisherDomain)) as publisher,
    coalesce(filled(f.appOwnerOrganizationId), filled(f.appOwnerTenantId)) as owner_tenant_id,
    filled(f.signInAudience) as sign_in_audience,
    coalesce(joined(f.replyUrls), joined(json_text(f.web) ->> '$.redirectUris')) as reply_urls,
    coalesce(filled(f.ownerDisplayNames), filled(f.ownerIds)) as owners,
    len(passwords) as password_credentials,
    len(keys) as key_credentials,
    coalesce(list_max(list_transform(passwords || keys, c -> coalesce(utc(c.startDateTime), utc(c.startDate)))), utc(f.startDate), utc(f.keyStartDate)) as last_credential_time,
    coalesce(list_max(list_transform(passwords || keys, c -> coalesce(utc(c.endDateTime), utc(c.endDate)))), utc(f.endDate), utc(f.keyEndDate)) as last_credential_end,
    nullif(concat_ws(' ', nullif(filled(f.passwordCredentials), '[]'), nullif(filled(f.keyCredentials), '[]')), '') as credentials,
    raw
from counted
