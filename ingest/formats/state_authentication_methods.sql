-- title: Authentication methods (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: User registration details of Graph and of the portal, the methods of one user from Graph, as Untitled Goose Tool
--   writes those of all, and what Microsoft-Extractor-Suite (Get-MFA) writes.
--   https://learn.microsoft.com/graph/api/resources/userregistrationdetails
-- recognised by: json userPrincipalName; isMfaRegistered
-- recognised by: csv userPrincipalName; isMfaRegistered
-- recognised by: json userPrincipalName; methodsRegistered
-- recognised by: csv userPrincipalName; methodsRegistered
-- recognised by: json user; mfaStatus; password
-- recognised by: csv user; mfaStatus; password
-- recognised by: json userPrincipalName; phoneNumber; phoneType
-- recognised by: csv userPrincipalName; phoneNumber; phoneType
-- recognised by: json userPrincipalName; mfaStatus
-- recognised by: csv userPrincipalName; mfaStatus
-- recognised by: json userPrincipalName; mfaState
-- recognised by: csv userPrincipalName; mfaState
-- recognised by: json id; phoneNumber; phoneType
-- recognised by: json id; secretKey
-- recognised by: json id; emailAddress; @odata.type
-- recognised by: json id; emailAddress; users
-- recognised by: json id; keyStrength; displayName
-- recognised by: json id; lifetimeInMinutes; isUsableOnce
-- recognised by: json id; password; createdDateTime
-- recognised by: json id; deviceTag; phoneAppVersion
-- recognised by: json id; aaGuid; model

-- table: state_authentication_methods
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "user": "VARCHAR",
            "users": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "methodsRegistered": "VARCHAR",
            "defaultMfaMethod": "VARCHAR",
            "defaultMethod": "VARCHAR",
            "userPreferredMethodForSecondaryAuthentication": "VARCHAR",
            "mfaStatus": "VARCHAR",
            "mfaState": "VARCHAR",
            "secretKey": "VARCHAR",
            "emailAddress": "VARCHAR",
            "keyStrength": "VARCHAR",
            "lifetimeInMinutes": "VARCHAR",
            "@odata.type": "VARCHAR",
            "isMfaRegistered": "VARCHAR",
            "isMfaCapable": "VARCHAR",
            "isAdmin": "VARCHAR",
            "phoneNumber": "VARCHAR",
            "phoneType": "VARCHAR",
            "deviceTag": "VARCHAR",
            "phoneAppVersion": "VARCHAR",
            "aaGuid": "VARCHAR",
            "model": "VARCHAR",
            "displayName": "VARCHAR",
            "lastUpdatedDateTime": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "email": "VARCHAR",
            "fido2": "VARCHAR",
            "app": "VARCHAR",
            "password": "VARCHAR",
            "phone": "VARCHAR",
            "softwareoath": "VARCHAR",
            "hellobusiness": "VARCHAR",
            "temporaryAccessPass": "VARCHAR",
            "certificateBasedAuthConfiguration": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), lower(filled(f.userPrincipalName)), lower(filled(f."user"))) as id,
    lower(coalesce(filled(f.userPrincipalName), filled(f."user"), filled(f.users))) as user_principal_name,
    coalesce(
        joined(f.methodsRegistered),
        nullif(concat_ws(', ',
            case when truth(f.password) then 'password' end, case when truth(f.app) then 'app' end, case when truth(f.phone) then 'phone' end,
            case when truth(f.fido2) then 'fido2' end, case when truth(f.softwareoath) then 'softwareOath' end, case when truth(f.email) then 'email' end,
            case when truth(f.hellobusiness) then 'windowsHelloForBusiness' end, case when truth(f.temporaryAccessPass) then 'temporaryAccessPass' end,
            case when truth(f.certificateBasedAuthConfiguration) then 'certificate' end
        ), ''),
        case
            when filled(f.phoneNumber) is not null then 'phone' || coalesce(' (' || filled(f.phoneType) || ')', '')
            when filled(f.phoneAppVersion) is not null or filled(f.deviceTag) is not null then 'app on ' || coalesce(filled(f.displayName), 'a device')
            when filled(f.emailAddress) is not null then 'email (' || f.emailAddress || ')'
            when filled(f.keyStrength) is not null then 'windowsHelloForBusiness on ' || coalesce(filled(f.displayName), 'a device')
            when filled(f.lifetimeInMinutes) is not null then 'temporaryAccessPass'
            when ends_with(f."@odata.type", 'softwareOathAuthenticationMethod') then 'softwareOath'
            when ends_with(f."@odata.type", 'passwordAuthenticationMethod') then 'password'
            when filled(f.aaGuid) is not null then 'key ' || coalesce(filled(f.model), '')
        end
    ) as methods,
    coalesce(filled(f.defaultMfaMethod), filled(f.defaultMethod), filled(f.userPreferredMethodForSecondaryAuthentication)) as default_method,
    coalesce(truth(f.isMfaRegistered), case lower(coalesce(f.mfaStatus, f.mfaState)) when 'enabled' then true when 'enforced' then true when 'disabled' then false end) as is_mfa_registered,
    truth(f.isMfaCapable) as is_mfa_capable,
    truth(f.isAdmin) as is_admin,
    filled(f.phoneNumber) as phone,
    coalesce(utc(f.lastUpdatedDateTime), utc(f.createdDateTime)) as updated_time,
    raw
from fields
