-- title: Devices (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph devices as JSON or CSV, what Get-MgDevice and Get-AzureADDevice write, the portal's download, and the devices of
--   Microsoft-Extractor-Suite; and the devices that Intune manages. https://learn.microsoft.com/graph/api/resources/device
--   https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice
-- recognised by: json deviceId; trustType; operatingSystem
-- recognised by: csv deviceId; trustType; operatingSystem
-- recognised by: json deviceId; displayName; isCompliant
-- recognised by: csv deviceId; displayName; isCompliant
-- recognised by: json deviceId; deviceTrustType; deviceOSType
-- recognised by: csv deviceId; deviceTrustType; deviceOSType
-- recognised by: json deviceId; joinType; os
-- recognised by: csv deviceId; joinType; os
-- recognised by: csv userName; userId; deviceName; operatingSystem
-- recognised by: json azureADDeviceId; deviceName; complianceState
-- recognised by: csv azureADDeviceId; deviceName; complianceState

-- table: state_devices
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "objectId": "VARCHAR",
            "deviceId": "VARCHAR",
            "azureADDeviceId": "VARCHAR",
            "displayName": "VARCHAR",
            "deviceName": "VARCHAR",
            "userName": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "userId": "VARCHAR",
            "operatingSystem": "VARCHAR",
            "operatingSystemVersion": "VARCHAR",
            "deviceOSType": "VARCHAR",
            "deviceOSVersion": "VARCHAR",
            "os": "VARCHAR",
            "version": "VARCHAR",
            "osVersion": "VARCHAR",
            "trustType": "VARCHAR",
            "deviceTrustType": "VARCHAR",
            "joinType": "VARCHAR",
            "accountEnabled": "VARCHAR",
            "isCompliant": "VARCHAR",
            "complianceState": "VARCHAR",
            "isManaged": "VARCHAR",
            "registeredOwners": "VARCHAR",
            "owner": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "registrationDateTime": "VARCHAR",
            "registrationTime": "VARCHAR",
            "enrolledDateTime": "VARCHAR",
            "lastSyncDateTime": "VARCHAR",
            "registered": "VARCHAR",
            "lastSignInDateTime": "VARCHAR",
            "approximateLastSignInDate": "VARCHAR",
            "approximateLastSignInDateTime": "VARCHAR",
            "approximateLastLogonTimeStamp": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.objectId), filled(f.deviceId), filled(f.deviceName) || '|' || filled(f.userId)) as id,
    coalesce(filled(f.deviceId), filled(f.azureADDeviceId)) as device_id,
    coalesce(filled(f.displayName), filled(f.deviceName)) as display_name,
    nullif(concat_ws(' ', coalesce(filled(f.operatingSystem), filled(f.deviceOSType), filled(f.os)), coalesce(filled(f.operatingSystemVersion), filled(f.deviceOSVersion), filled(f.osVersion), filled(f.version))), '') as operating_system,
    coalesce(filled(f.trustType), filled(f.deviceTrustType), filled(f.joinType)) as trust_type,
    truth(f.accountEnabled) as is_enabled,
    coalesce(
        truth(f.isCompliant),
        case lower(f.complianceState) when 'compliant' then true when 'noncompliant' then false end
    ) as is_compliant,
    truth(f.isManaged) as is_managed,
    coalesce(joined(f.registeredOwners), filled(f.owner), filled(f.userName), filled(f.userPrincipalName)) as owners,
    coalesce(utc(f.registrationDateTime), utc(f.registrationTime), utc(f.enrolledDateTime), utc(f.createdDateTime), utc(f.registered)) as created_time,
    coalesce(utc(f.approximateLastSignInDateTime), utc(f.approximateLastLogonTimeStamp), utc(f.lastSignInDateTime), utc(f.approximateLastSignInDate), utc(f.lastSyncDateTime)) as last_sign_in,
    raw
from fields
