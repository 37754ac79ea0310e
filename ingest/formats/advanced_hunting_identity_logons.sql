-- title: Defender IdentityLogonEvents
-- family: Defender identity logons
-- description: Logons that Defender for Identity and Defender for Cloud Apps saw: advanced hunting's table as CSV, as the answer of
--   an API, or streamed to an event hub. https://learn.microsoft.com/defender-xdr/advanced-hunting-identitylogonevents-table
-- recognised by: csv ActionType; LogonType; Protocol; AccountUpn; Application
-- recognised by: csv ActionType; LogonType; AccountSid; DestinationDeviceName
-- recognised by: json ActionType; LogonType; Protocol; AccountUpn; Application
-- recognised by: json ActionType; LogonType; AccountSid; DestinationDeviceName
-- times: as shown

-- table: identity_logons
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Timestamp": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "ActionType": "VARCHAR",
            "Application": "VARCHAR",
            "LogonType": "VARCHAR",
            "Protocol": "VARCHAR",
            "FailureReason": "VARCHAR",
            "AccountName": "VARCHAR",
            "AccountDomain": "VARCHAR",
            "AccountUpn": "VARCHAR",
            "AccountSid": "VARCHAR",
            "AccountObjectId": "VARCHAR",
            "AccountDisplayName": "VARCHAR",
            "DeviceName": "VARCHAR",
            "DeviceType": "VARCHAR",
            "OSPlatform": "VARCHAR",
            "IPAddress": "VARCHAR",
            "DestinationDeviceName": "VARCHAR",
            "DestinationIPAddress": "VARCHAR",
            "TargetDeviceName": "VARCHAR",
            "Location": "VARCHAR",
            "ISP": "VARCHAR",
            "Isp": "VARCHAR",
            "ReportId": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.ReportId) as id,
    coalesce(utc(f.Timestamp), utc(f.TimeGenerated)) as event_time,
    filled(f.ActionType) as action,
    filled(f.Application) as app_display_name,
    filled(f.LogonType) as logon_type,
    filled(f.Protocol) as protocol,
    filled(f.FailureReason) as failure_reason,
    lower(filled(f.AccountUpn)) as user_principal_name,
    filled(f.AccountObjectId) as user_id,
    filled(f.AccountDisplayName) as user_display_name,
    nullif(concat_ws('\', filled(f.AccountDomain), filled(f.AccountName)), '') as account_name,
    filled(f.AccountSid) as account_sid,
    filled(f.DeviceName) as device_name,
    filled(f.DeviceType) as device_type,
    filled(f.OSPlatform) as operating_system,
    bare_ip(f.IPAddress) as ip_address,
    coalesce(filled(f.ISP), filled(f.Isp)) as isp,
    filled(f.Location) as location,
    coalesce(filled(f.DestinationDeviceName), filled(f.TargetDeviceName)) as target_device_name,
    bare_ip(f.DestinationIPAddress) as target_ip,
    raw
from fields
