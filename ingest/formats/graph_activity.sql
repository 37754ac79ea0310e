-- title: Microsoft Graph activity log
-- family: Microsoft Graph activity log
-- description: Requests to Microsoft Graph: the properties of diagnostic-settings records of category
--   MicrosoftGraphActivityLogs, and the table of that name of Log Analytics, CSV or JSON.
--   https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs
-- recognised by: json requestId; requestMethod; requestUri; responseStatusCode
-- recognised by: csv requestId; requestMethod; requestUri; responseStatusCode
-- recognised by: json timeGenerated; requestId; requestUri
-- recognised by: csv timeGenerated; requestId; requestUri
-- envelope: timeGenerated = time; ipAddress = callerIpAddress

-- table: graph_activity
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "requestId": "VARCHAR",
            "timeGenerated": "VARCHAR",
            "operationId": "VARCHAR",
            "clientRequestId": "VARCHAR",
            "apiVersion": "VARCHAR",
            "requestMethod": "VARCHAR",
            "requestUri": "VARCHAR",
            "responseStatusCode": "VARCHAR",
            "responseSizeBytes": "VARCHAR",
            "durationMs": "VARCHAR",
            "ipAddress": "VARCHAR",
            "userAgent": "VARCHAR",
            "location": "VARCHAR",
            "userId": "VARCHAR",
            "servicePrincipalId": "VARCHAR",
            "appId": "VARCHAR",
            "deviceId": "VARCHAR",
            "C_DeviceId": "VARCHAR",
            "identityProvider": "VARCHAR",
            "clientAuthMethod": "VARCHAR",
            "scopes": "VARCHAR",
            "roles": "VARCHAR",
            "wids": "VARCHAR",
            "sessionId": "VARCHAR",
            "C_Sid": "VARCHAR",
            "signInActivityId": "VARCHAR",
            "tokenIssuedAt": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.requestId) as id,
    utc(f.timeGenerated) as event_time,
    filled(f.operationId) as operation_id,
    filled(f.clientRequestId) as client_request_id,
    filled(f.apiVersion) as api_version,
    filled(f.requestMethod) as request_method,
    filled(f.requestUri) as request_uri,
    try_cast(f.responseStatusCode as integer) as response_status_code,
    try_cast(f.responseSizeBytes as bigint) as response_size_bytes,
    try_cast(f.durationMs as bigint) as duration_ms,
    bare_ip(f.ipAddress) as ip_address,
    filled(f.userAgent) as user_agent,
    filled(f.location) as location,
    filled(f.userId) as user_id,
    filled(f.servicePrincipalId) as service_principal_id,
    filled(f.appId) as app_id,
    coalesce(filled(f.deviceId), filled(f.C_DeviceId)) as device_id,
    filled(f.identityProvider) as identity_provider,
    try_cast(f.clientAuthMethod as integer) as client_auth_method,
    filled(f.scopes) as scopes,
    filled(f.roles) as roles,
    filled(f.wids) as wids,
    coalesce(filled(f.sessionId), filled(f.C_Sid)) as session_id,
    filled(f.signInActivityId) as unique_token_id,
    token_sign_in(filled(f.signInActivityId)) as sign_in_id,
    utc(f.tokenIssuedAt) as token_issued_at,
    raw
from fields
