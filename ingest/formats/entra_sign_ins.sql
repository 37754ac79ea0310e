-- title: Entra sign-ins, JSON
-- description: What the portal downloads as JSON, what Graph returns for auditLogs/signIns (v1.0 and beta),
--   and the properties of diagnostic-settings records: one signIn object a record.
--   https://learn.microsoft.com/graph/api/resources/signin
-- recognised by: json createdDateTime; appId
-- recognised by: json createdDateTime; userPrincipalName
-- recognised by: json createdDateTime; servicePrincipalId

-- table: sign_ins
with fields as (
    select
        file_id,
        record,
        category,
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
            "ipAddressFromResourceProvider": "VARCHAR",
            "autonomousSystemNumber": "VARCHAR",
            "location": {
                "city": "VARCHAR",
                "state": "VARCHAR",
                "countryOrRegion": "VARCHAR",
                "geoCoordinates": {"latitude": "VARCHAR", "longitude": "VARCHAR"}
            },
            "status": {"errorCode": "VARCHAR", "failureReason": "VARCHAR", "additionalDetails": "VARCHAR"},
            "clientAppUsed": "VARCHAR",
            "authenticationProtocol": "VARCHAR",
            "originalTransferMethod": "VARCHAR",
            "incomingTokenType": "VARCHAR",
            "clientCredentialType": "VARCHAR",
            "tokenProtectionStatusDetails": {"signInSessionStatus": "VARCHAR"},
            "signInTokenProtectionStatus": "VARCHAR",
            "userAgent": "VARCHAR",
            "deviceDetail": {
                "deviceId": "VARCHAR",
                "displayName": "VARCHAR",
                "operatingSystem": "VARCHAR",
                "browser": "VARCHAR",
                "isCompliant": "VARCHAR",
                "isManaged": "VARCHAR",
                "trustType": "VARCHAR"
            },
            "conditionalAccessStatus": "VARCHAR",
            "appliedConditionalAccessPolicies": "VARCHAR",
            "authenticationRequirement": "VARCHAR",
            "authenticationMethodsUsed": "VARCHAR",
            "mfaDetail": {"authMethod": "VARCHAR", "authDetail": "VARCHAR"},
            "authenticationContextClassReferences": [{"id": "VARCHAR", "detail": "VARCHAR", "details": "VARCHAR"}],
            "sessionLifetimePolicies": [{"expirationRequirement": "VARCHAR", "detail": "VARCHAR"}],
            "riskLevelDuringSignIn": "VARCHAR",
            "riskLevelAggregated": "VARCHAR",
            "riskState": "VARCHAR",
            "riskDetail": "VARCHAR",
            "riskEventTypes_v2": "VARCHAR",
            "riskEventTypesV2": "VARCHAR",
            "riskEventTypes": "VARCHAR",
            "networkLocationDetails": [{"networkType": "VARCHAR", "networkNames": ["VARCHAR"]}],
            "sessionId": "VARCHAR",
            "uniqueTokenIdentifier": "VARCHAR",
            "correlationId": "VARCHAR",
            "originalRequestId": "VARCHAR",
            "tokenIssuerType": "VARCHAR",
            "crossTenantAccessType": "VARCHAR",
            "homeTenantId": "VARCHAR",
            "resourceTenantId": "VARCHAR",
            "resourceServicePrincipalId": "VARCHAR",
            "managedServiceIdentity": {"msiType": "VARCHAR", "associatedResourceId": "VARCHAR"},
            "flaggedForReview": "VARCHAR",
            "processingTimeInMilliseconds": "VARCHAR",
            "isInteractive": "VARCHAR",
            "signInEventTypes": "VARCHAR"
        }') as f
    from source
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
        when category is not null then category
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
    bare_ip(f.ipAddressFromResourceProvider) as ip_address_from_resource_provider,
    nullif(try_cast(f.autonomousSystemNumber as bigint), 0) as autonomous_system_number,
    filled(f.location.city) as city,
    filled(f.location.state) as state,
    filled(f.location.countryOrRegion) as country,
    try_cast(f.location.geoCoordinates.latitude as double) as latitude,
    try_cast(f.location.geoCoordinates.longitude as double) as longitude,
    sign_in_status(try_cast(f.status.errorCode as bigint)) as status,
    try_cast(f.status.errorCode as bigint) as error_code,
    case when f.status.errorCode <> '0' then filled(f.status.failureReason) end as failure_reason,
    filled(f.status.additionalDetails) as additional_details,
    filled(f.clientAppUsed) as client_app,
    lower(filled(f.clientAppUsed)) in (select client_app from legacy_clients) as is_legacy_auth,
    filled(f.authenticationProtocol) as authentication_protocol,
    filled(f.originalTransferMethod) as original_transfer_method,
    filled(f.incomingTokenType) as incoming_token_type,
    filled(f.clientCredentialType) as client_credential_type,
    coalesce(
        filled(f.tokenProtectionStatusDetails.signInSessionStatus), filled(f.signInTokenProtectionStatus)
    ) as token_protection_status,
    filled(f.userAgent) as user_agent,
    filled(f.deviceDetail.browser) as browser,
    filled(f.deviceDetail.operatingSystem) as operating_system,
    filled(f.deviceDetail.deviceId) as device_id,
    filled(f.deviceDetail.displayName) as device_name,
    truth(f.deviceDetail.isCompliant) as is_compliant,
    truth(f.deviceDetail.isManaged) as is_managed,
    filled(f.deviceDetail.trustType) as trust_type,
    case f.conditionalAccessStatus
        when 'notApplied' then 'not_applied'
        else filled(f.conditionalAccessStatus)
    end as conditional_access_status,
    f.appliedConditionalAccessPolicies is not null as has_policy_detail,
    case f.authenticationRequirement
        when 'singleFactorAuthentication' then 'single_factor'
        when 'multiFactorAuthentication' then 'multi_factor'
        else filled(f.authenticationRequirement)
    end as authentication_requirement,
    joined(f.authenticationMethodsUsed) as authentication_methods_used,
    filled(f.status.additionalDetails) as mfa_result,
    filled(f.mfaDetail.authMethod) as mfa_method,
    filled(f.mfaDetail.authDetail) as mfa_detail,
    nullif(array_to_string(
        list_transform(f.authenticationContextClassReferences, c -> concat_ws(' ', c.id, coalesce(c.detail, c.details))), ', '), '') as authentication_context,
    nullif(array_to_string(
        list_transform(f.sessionLifetimePolicies, p -> coalesce(p.expirationRequirement, p.detail)), ', '), '') as session_lifetime_policies,
    filled(f.riskLevelDuringSignIn) as risk_level_during_sign_in,
    filled(f.riskLevelAggregated) as risk_level_aggregated,
    filled(f.riskState) as risk_state,
    filled(f.riskDetail) as risk_detail,
    coalesce(joined(f.riskEventTypes_v2), joined(f.riskEventTypesV2), joined(f.riskEventTypes)) as risk_event_types,
    nullif(array_to_string(
        list_transform(f.networkLocationDetails, n -> nullif(array_to_string(n.networkNames, ', '), '')), ', '), '') as named_locations,
    filled(f.sessionId) as session_id,
    filled(f.uniqueTokenIdentifier) as unique_token_id,
    filled(f.correlationId) as correlation_id,
    filled(f.originalRequestId) as original_request_id,
    filled(f.tokenIssuerType) as token_issuer_type,
    filled(f.crossTenantAccessType) as cross_tenant_access_type,
    filled(f.homeTenantId) as home_tenant_id,
    filled(f.resourceTenantId) as resource_tenant_id,
    filled(f.resourceServicePrincipalId) as resource_service_principal_id,
    nullif(concat_ws(' ', nullif(filled(f.managedServiceIdentity.msiType), 'none'), filled(f.managedServiceIdentity.associatedResourceId)), '') as managed_identity,
    truth(f.flaggedForReview) as flagged_for_review,
    try_cast(f.processingTimeInMilliseconds as bigint) as latency_ms,
    raw
from fields

-- table: sign_in_policies of sign_ins
with listed as (
    select
        file_id,
        record,
        id,
        event_time,
        from_json(body, '{"appliedConditionalAccessPolicies": [{
            "id": "VARCHAR",
            "displayName": "VARCHAR",
            "result": "VARCHAR",
            "enforcedGrantControls": "VARCHAR",
            "enforcedSessionControls": "VARCHAR",
            "conditionsSatisfied": "VARCHAR",
            "conditionsNotSatisfied": "VARCHAR"
        }]}').appliedConditionalAccessPolicies as policies
    from parents
),

policies as (
    select
        file_id,
        record,
        id,
        event_time,
        unnest(policies) as p
    from listed
)
select
    file_id as parent_file_id,
    record as parent_record,
    id as sign_in_id,
    event_time,
    filled(p.id) as policy_id,
    filled(trim(p.displayName)) as policy_name,
    coalesce(filled(p.result), 'unknown') as result,
    joined(p.enforcedGrantControls) as grant_controls,
    joined(p.enforcedSessionControls) as session_controls,
    joined(p.conditionsSatisfied) as conditions_satisfied,
    joined(p.conditionsNotSatisfied) as conditions_not_satisfied
from policies

-- table: sign_in_steps of sign_ins
with listed as (
    select
        file_id,
        record,
        id,
        from_json(body, '{"authenticationDetails": [{
            "authenticationStepDateTime": "VARCHAR",
            "authenticationMethod": "VARCHAR",
            "authenticationMethodDetail": "VARCHAR",
            "succeeded": "VARCHAR",
            "authenticationStepResultDetail": "VARCHAR",
            "authenticationStepRequirement": "VARCHAR"
        }]}').authenticationDetails as steps
    from parents
),

steps as (
    select
        file_id,
        record,
        id,
        unnest(steps) as s
    from listed
)
select
    file_id as parent_file_id,
    record as parent_record,
    id as sign_in_id,
    utc(s.authenticationStepDateTime) as step_time,
    filled(trim(s.authenticationMethod)) as method,
    filled(trim(s.authenticationMethodDetail)) as method_detail,
    truth(s.succeeded) as succeeded,
    filled(trim(s.authenticationStepResultDetail)) as result_detail,
    filled(s.authenticationStepRequirement) as requirement
from steps
