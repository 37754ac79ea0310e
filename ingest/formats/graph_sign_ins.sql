-- title: Entra sign-ins through PowerShell, CSV
-- description: Get-MgAuditLogSignIn | Export-Csv, whose nested columns (Status, Location, DeviceDetail, policies) hold
--   nothing but the name of a type, and the flattened tables that scripts make of the same, which name their own
--   columns: City, Country, Browser, OS, ErrorCode, ... What a column does not say stays unknown: without the error
--   code that is whether the sign-in succeeded. https://learn.microsoft.com/graph/api/resources/signin
-- recognised by: csv createdDateTime; userPrincipalName; appDisplayName
-- recognised by: csv createdDateTime; userPrincipalName; appId
-- recognised by: csv createdDateTime; userPrincipalName; ipAddress
-- recognised by: csv createdDateTime; servicePrincipalName; appId

-- table: sign_ins
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "userDisplayName": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "userId": "VARCHAR",
            "userType": "VARCHAR",
            "signInIdentifier": "VARCHAR",
            "servicePrincipalId": "VARCHAR",
            "servicePrincipalName": "VARCHAR",
            "appId": "VARCHAR",
            "appDisplayName": "VARCHAR",
            "resourceId": "VARCHAR",
            "resourceDisplayName": "VARCHAR",
            "ipAddress": "VARCHAR",
            "autonomousSystemNumber": "VARCHAR",
            "city": "VARCHAR",
            "state": "VARCHAR",
            "country": "VARCHAR",
            "countryOrRegion": "VARCHAR",
            "latitude": "VARCHAR",
            "longitude": "VARCHAR",
            "status": "VARCHAR",
            "errorCode": "VARCHAR",
            "failureReason": "VARCHAR",
            "additionalDetails": "VARCHAR",
            "clientAppUsed": "VARCHAR",
            "authenticationProtocol": "VARCHAR",
            "originalTransferMethod": "VARCHAR",
            "incomingTokenType": "VARCHAR",
            "clientCredentialType": "VARCHAR",
            "userAgent": "VARCHAR",
            "browser": "VARCHAR",
            "operatingSystem": "VARCHAR",
            "os": "VARCHAR",
            "deviceId": "VARCHAR",
            "deviceDisplayName": "VARCHAR",
            "deviceName": "VARCHAR",
            "device": "VARCHAR",
            "isCompliant": "VARCHAR",
            "isManaged": "VARCHAR",
            "trustType": "VARCHAR",
            "conditionalAccessStatus": "VARCHAR",
            "authenticationRequirement": "VARCHAR",
            "riskLevelDuringSignIn": "VARCHAR",
            "riskLevelAggregated": "VARCHAR",
            "riskState": "VARCHAR",
            "riskDetail": "VARCHAR",
            "sessionId": "VARCHAR",
            "uniqueTokenIdentifier": "VARCHAR",
            "correlationId": "VARCHAR",
            "originalRequestId": "VARCHAR",
            "tokenIssuerType": "VARCHAR",
            "crossTenantAccessType": "VARCHAR",
            "homeTenantId": "VARCHAR",
            "resourceTenantId": "VARCHAR",
            "resourceServicePrincipalId": "VARCHAR",
            "flaggedForReview": "VARCHAR",
            "processingTimeInMilliseconds": "VARCHAR",
            "isInteractive": "VARCHAR",
            "signInEventTypes": "VARCHAR"
        }') as f
    from source
),

coded as (
    select
        *,
        coalesce(
            try_cast(f.errorCode as bigint), try_cast(f.status as bigint), case when portal_status(f.status) = 'success' then 0 end
        ) as error_code
    from fields
)
select
    file_id,
    record,
    filled(f.id) as id,
    utc(f.createdDateTime) as event_time,
    case
        when f.signInEventTypes like '%nonInteractiveUser%' then 'non_interactive'
        when f.signInEventTypes like '%interactiveUser%' then 'interactive'
        when f.signInEventTypes like '%servicePrincipal%' then 'service_principal'
        when f.signInEventTypes like '%managedIdentity%' then 'managed_identity'
        when truth(f.isInteractive) then 'interactive'
        when not truth(f.isInteractive) and filled(f.userPrincipalName) is not null then 'non_interactive'
    end as category,
    lower(filled(f.userPrincipalName)) as user_principal_name,
    filled(f.userDisplayName) as user_display_name,
    filled(f.userId) as user_id,
    lower(filled(f.userType)) as user_type,
    filled(f.signInIdentifier) as sign_in_identifier,
    filled(f.servicePrincipalId) as service_principal_id,
    filled(f.servicePrincipalName) as service_principal_name,
    filled(f.appId) as app_id,
    filled(f.appDisplayName) as app_display_name,
    filled(f.resourceId) as resource_id,
    filled(f.resourceDisplayName) as resource_display_name,
    bare_ip(f.ipAddress) as ip_address,
    nullif(try_cast(f.autonomousSystemNumber as bigint), 0) as autonomous_system_number,
    filled(f.city) as city,
    filled(f.state) as state,
    coalesce(filled(f.countryOrRegion), filled(f.country)) as country,
    try_cast(f.latitude as double) as latitude,
    try_cast(f.longitude as double) as longitude,
    coalesce(portal_status(f.status), sign_in_status(error_code)) as status,
    error_code,
    case when error_code <> 0 then filled(f.failureReason) end as failure_reason,
    filled(f.additionalDetails) as additional_details,
    filled(f.clientAppUsed) as client_app,
    lower(filled(f.clientAppUsed)) in (select client_app from legacy_clients) as is_legacy_auth,
    filled(f.authenticationProtocol) as authentication_protocol,
    filled(f.originalTransferMethod) as original_transfer_method,
    filled(f.incomingTokenType) as incoming_token_type,
    filled(f.clientCredentialType) as client_credential_type,
    filled(f.userAgent) as user_agent,
    filled(f.browser) as browser,
    coalesce(filled(f.operatingSystem), filled(f.os)) as operating_system,
    filled(f.deviceId) as device_id,
    coalesce(filled(f.deviceDisplayName), filled(f.deviceName), filled(f.device)) as device_name,
    truth(f.isCompliant) as is_compliant,
    truth(f.isManaged) as is_managed,
    filled(f.trustType) as trust_type,
    access_status(f.conditionalAccessStatus) as conditional_access_status,
    false as has_policy_detail,
    factors(f.authenticationRequirement) as authentication_requirement,
    filled(f.riskLevelDuringSignIn) as risk_level_during_sign_in,
    filled(f.riskLevelAggregated) as risk_level_aggregated,
    filled(f.riskState) as risk_state,
    filled(f.riskDetail) as risk_detail,
    filled(f.sessionId) as session_id,
    filled(f.uniqueTokenIdentifier) as unique_token_id,
    filled(f.correlationId) as correlation_id,
    filled(f.originalRequestId) as original_request_id,
    filled(f.tokenIssuerType) as token_issuer_type,
    filled(f.crossTenantAccessType) as cross_tenant_access_type,
    filled(f.homeTenantId) as home_tenant_id,
    filled(f.resourceTenantId) as resource_tenant_id,
    filled(f.resourceServicePrincipalId) as resource_service_principal_id,
    truth(f.flaggedForReview) as flagged_for_review,
    try_cast(f.processingTimeInMilliseconds as bigint) as latency_ms,
    raw
from coded
