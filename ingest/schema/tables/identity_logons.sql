-- description: Logons that Defender for Identity and Defender for Cloud Apps saw, on-premises and in the cloud.
-- source: https://learn.microsoft.com/defender-xdr/advanced-hunting-identitylogonevents-table
-- position: 24
-- names: user_display_name, account_name, account_sid, device_name, target_device_name
-- words: action, app_display_name, logon_type, protocol, failure_reason, device_type, operating_system, isp, location
-- log: Defender identity logons
-- id: id
-- time: event_time, required
-- actor: coalesce(user_principal_name, account_name, user_id)
-- action: 'logon: ' || coalesce(action, 'unknown')
-- target: coalesce(target_device_name, app_display_name)
-- result: failure_reason
-- bucket: user_principal_name or user_id or account_name
-- expected: no
-- identity: event_time, action, user_id or user_principal_name or account_name, ip_address, app_display_name, protocol, target_device_name
-- get: Defender portal > Advanced hunting > IdentityLogonEvents > Export
create table identity_logons (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- ReportId
    event_time timestamp, -- UTC
    action varchar, -- LogonSuccess, LogonFailed, ...
    app_display_name varchar, -- Active Directory, Microsoft 365, ...
    logon_type varchar, -- Interactive, Resource access, ...
    protocol varchar, -- Kerberos, Ntlm, ...
    failure_reason varchar, -- as logged
    user_principal_name varchar, -- lower case
    user_id varchar, -- object id
    user_display_name varchar, -- the user's name
    account_name varchar, -- DOMAIN\name, as logged
    account_sid varchar, -- security identifier
    device_name varchar, -- where from
    device_type varchar, -- as logged
    operating_system varchar, -- of the device
    ip_address varchar, -- of the device
    isp varchar, -- network of ip_address
    location varchar, -- of ip_address, as logged
    target_device_name varchar, -- what was logged on to
    target_ip varchar, -- its address
    raw varchar -- the source record as JSON
);
