-- description: The Microsoft 365 unified audit log.
-- source: https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
-- position: 9
-- words: record_type_name, workload, operation, result_status, user_agent, session_id_source, logon_error
-- log: unified audit log
-- id: id
-- time: event_time, required
-- actor: user_id
-- action: operation
-- target: object_id
-- result: case operation
--   when 'UserLoginFailed' then concat_ws(' ', 'failure', nullif(error_number, 0))
--   when 'UserLoggedIn' then concat_ws(' ', 'success', nullif(error_number, 0))
--   else result_status end
-- bucket: user_id or user_key
-- identity: event_time, record_type, operation, user_id or user_key, object_id, ip_address, raw
-- parts: workload
-- get: Microsoft Purview > Audit > Export, or Search-UnifiedAuditLog
create table audit_events (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- AuditData.Id
    event_time timestamp, -- AuditData.CreationTime (UTC)
    record_type integer, -- AuditData.RecordType
    record_type_name varchar, -- its name in Microsoft's schema
    workload varchar, -- Exchange, SharePoint, AzureActiveDirectory, ...
    operation varchar, -- as logged
    user_id varchar, -- who, lower case
    user_key varchar, -- alternative id of who
    user_type integer, -- 0 regular, 2 admin, 3 Microsoft datacentre admin, 4 system, 5 application, 10 guest, ...
    result_status varchar, -- as logged; unreliable for sign-ins, see error_number
    object_id varchar, -- what was acted on
    ip_address varchar, -- of the client, port and brackets stripped
    ip_address_raw varchar, -- as logged
    user_agent varchar, -- of the client
    app_id varchar, -- the application that acted
    client_app_id varchar, -- the client application
    session_id varchar, -- joins to sign_ins.session_id
    session_id_source varchar, -- where in AuditData it stood: a path, or free text = elsewhere, found because it is a session of the same user
    unique_token_id varchar, -- of the token used; case-sensitive
    sign_in_id varchar, -- decoded from unique_token_id: the sign-in that issued the token
    error_number bigint, -- of a sign-in (RecordType 15), 0 = success
    logon_error varchar, -- of a sign-in (RecordType 15)
    is_system boolean, -- the actor is a service of Microsoft's, not a person
    raw varchar -- AuditData; where several rows of an export have one element each of a list of it, with the list
);
