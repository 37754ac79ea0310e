-- title: Users (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph users as JSON or CSV, what Get-MgUser, Get-AzureADUser and Get-MsolUser write, the portal's download, and the
--   users of Microsoft-Extractor-Suite, hawk and Untitled Goose Tool. https://learn.microsoft.com/graph/api/resources/user
-- recognised by: json userPrincipalName; accountEnabled
-- recognised by: csv userPrincipalName; accountEnabled
-- recognised by: json userPrincipalName; assignedLicenses
-- recognised by: csv userPrincipalName; assignedLicenses
-- recognised by: json userPrincipalName; mail; displayName
-- recognised by: csv userPrincipalName; mail; displayName
-- recognised by: json userPrincipalName; displayName; createdDateTime
-- recognised by: csv userPrincipalName; displayName; createdDateTime
-- recognised by: json userPrincipalName; displayName; isLicensed
-- recognised by: csv userPrincipalName; displayName; isLicensed
-- recognised by: json userPrincipalName; displayName; userType
-- recognised by: csv userPrincipalName; displayName; userType
-- recognised by: json userPrincipalName; displayName; deletedDateTime
-- recognised by: json userPrincipalName; displayName; whenCreated
-- recognised by: csv userPrincipalName; displayName; whenCreated
-- recognised by: json userPrincipalName; signInActivity
-- recognised by: csv userPrincipalName; lastPasswordChangeDateTime

-- table: state_users
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "objectId": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "displayName": "VARCHAR",
            "mail": "VARCHAR",
            "userType": "VARCHAR",
            "accountEnabled": "VARCHAR",
            "blockCredential": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "whenCreated": "VARCHAR",
            "lastPasswordChangeDateTime": "VARCHAR",
            "lastPasswordChangeTimestamp": "VARCHAR",
            "lastSignInDateTime": "VARCHAR",
            "signInActivity": "VARCHAR",
            "onPremisesSyncEnabled": "VARCHAR",
            "dirSyncEnabled": "VARCHAR",
            "jobTitle": "VARCHAR",
            "department": "VARCHAR",
            "strongAuthenticationRequirements": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.objectId)) as id,
    lower(filled(f.userPrincipalName)) as user_principal_name,
    filled(f.displayName) as display_name,
    lower(filled(f.mail)) as mail,
    filled(f.userType) as user_type,
    coalesce(truth(f.accountEnabled), not truth(f.blockCredential)) as is_enabled,
    coalesce(utc(f.createdDateTime), utc(f.whenCreated)) as created_time,
    coalesce(utc(f.lastPasswordChangeDateTime), utc(f.lastPasswordChangeTimestamp)) as last_password_change,
    coalesce(utc(f.lastSignInDateTime), utc(json_text(f.signInActivity) ->> '$.lastSignInDateTime')) as last_sign_in,
    coalesce(truth(f.onPremisesSyncEnabled), truth(f.dirSyncEnabled)) as is_synchronised,
    filled(f.jobTitle) as job_title,
    filled(f.department) as department,
    nullif(filled(f.strongAuthenticationRequirements), '[]') as mfa_setting,
    raw
from fields
