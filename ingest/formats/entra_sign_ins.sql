-- title: Entra sign-ins, JSON
-- family: Entra sign-ins
-- description: What the portal downloads as JSON, what Graph returns for auditLogs/signIns (v1.0 and beta),
--   and the properties of diagnostic-settings records: one signIn object a record.
--   https://learn.microsoft.com/graph/api/resources/signin
-- recognised by: json createdDateTime; appId
-- recognised by: json createdDateTime; userPrincipalName
-- recognised by: json createdDateTime; servicePrincipalId
-- recognised by: json createdDateTime; ipAddress; status
-- and one of: userDisplayName; deviceDetail; ipAddress; status; correlationId; signInEventTypes; isInteractive; clientAppUsed; resourceId
-- and one of: conditionalAccessStatus; uniqueTokenIdentifier; appliedConditionalAccessPolicies; authenticationRequirement
-- nested: status of errorCode; location of countryOrRegion; location.geoCoordinates; deviceDetail of displayName; mfaDetail of authMethod
-- nested: appliedConditionalAccessPolicies[]; authenticationDetails[]; authenticationProcessingDetails[]; networkLocationDetails[]
-- nested: authenticationContextClassReferences[]; sessionLifetimePolicies[]; authenticationRequirementPolicies[]
-- nested: authenticationAppDeviceDetails; authenticationAppPolicyDetails[]; authenticationAppPolicyEvaluationDetails[]
-- nested: tokenProtectionStatusDetails of signInSessionStatus; managedServiceIdentity of msiType; privateLinkDetails; agent of agentType
-- nested: appliedEventListeners[]; conditionalAccessAudiences[] or text
-- nested: appliedConditionalAccessPolicies.includeRulesSatisfied[]; appliedConditionalAccessPolicies.excludeRulesSatisfied[]
-- nested: appliedConditionalAccessPolicies.authenticationStrength of displayName
-- flat: errorCode = status.errorCode; failureReason = status.failureReason; additionalDetails = status.additionalDetails
-- flat: city = location.city; state = location.state; country = location.countryOrRegion; countryOrRegion = location.countryOrRegion
-- flat: latitude = location.geoCoordinates.latitude; longitude = location.geoCoordinates.longitude
-- flat: browser = deviceDetail.browser; operatingSystem = deviceDetail.operatingSystem; os = deviceDetail.operatingSystem
-- flat: deviceId = deviceDetail.deviceId; deviceDisplayName = deviceDetail.displayName; deviceName = deviceDetail.displayName
-- flat: device = deviceDetail.displayName; isCompliant = deviceDetail.isCompliant; isManaged = deviceDetail.isManaged
-- flat: trustType = deviceDetail.trustType; app = appDisplayName; appName = appDisplayName; user = userPrincipalName; ip = ipAddress
-- flat: upn = userPrincipalName; resource = resourceDisplayName; clientApp = clientAppUsed
-- envelope: createdDateTime = time; status.errorCode = resultType; ipAddress = callerIpAddress; location.countryOrRegion = location
-- envelope: correlationId = correlationId
-- envelope, too: status.failureReason = resultDescription; userDisplayName = identity

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
                "geoCoordinates": {"latitude": "VARCHAR", "longitude": "VARCHAR", "altitude": "VARCHAR"}
            },
            "status": {"errorCode": "VARCHAR", "failureReason": "VARCHAR", "additionalDetails": "VARCHAR"},
            "clientAppUsed": "VARCHAR",
            "authenticationProtocol": "VARCHAR",
            "originalTransferMethod": "VARCHAR",
            "incomingTokenType": "VARCHAR",
            "clientCredentialType": "VARCHAR",
            "tokenProtectionStatusDetails": {"signInSessionStatus": "VARCHAR", "signInSessionStatusCode": "VARCHAR"},
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
            "managedServiceIdentity": {
                "msiType": "VARCHAR",
                "associatedResourceId": "VARCHAR",
                "federatedTokenId": "VARCHAR",
                "federatedTokenIssuer": "VARCHAR"
            },
            "homeTenantName": "VARCHAR",
            "isTenantRestricted": "VARCHAR",
            "tokenIssuerName": "VARCHAR",
            "azureResourceId": "VARCHAR",
            "federatedCredentialId": "VARCHAR",
            "servicePrincipalCredentialKeyId": "VARCHAR",
            "servicePrincipalCredentialThumbprint": "VARCHAR",
            "authenticationAppDeviceDetails": {
                "deviceId": "VARCHAR",
                "appVersion": "VARCHAR",
                "clientApp": "VARCHAR",
                "operatingSystem": "VARCHAR"
            },
            "agent": {
                "agentType": "VARCHAR",
                "agentSubjectType": "VARCHAR",
                "agentSubjectParentId": "VARCHAR",
                "parentAppId": "VARCHAR"
            },
            "appOwnerTenantId": "VARCHAR",
            "resourceOwnerTenantId": "VARCHAR",
            "appTokenProtectionStatus": "VARCHAR",
            "clientSessionId": "VARCHAR",
            "conditionalAccessAudiences": "VARCHAR",
            "globalSecureAccessIpAddress": "VARCHAR",
            "isThroughGlobalSecureAccess": "VARCHAR",
            "privateLinkDetails": {
                "policyId": "VARCHAR",
                "policyName": "VARCHAR",
                "policyTenantId": "VARCHAR",
                "resourceId": "VARCHAR"
            },
            "rootActorId": "VARCHAR",
            "signInIdentifierType": "VARCHAR",
            "sourceAppClientId": "VARCHAR",
            "flaggedForReview": "VARCHAR",
            "processingTimeInMilliseconds": "VARCHAR",
            "isInteractive": "VARCHAR",
            "signInEventTypes": "VARCHAR",
            "logCategory": "VARCHAR"
        }') as f
    from source
),

coded as (
    select
        *,
        coalesce(whole(f.status.errorCode), case when portal_status(f.status.errorCode) = 'success' then 0 end) as error_code
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
        when category is not null then category
        -- what Log Analytics has in its columns Category and Type
        when f.logCategory in ('NonInteractiveUserSignInLogs', 'AADNonInteractiveUserSignInLogs') then 'non_interactive'
        when f.logCategory in (
            'ServicePrincipalSignInLogs', 'AADServicePrincipalSignInLogs', 'MicrosoftServicePrincipalSignInLogs'
        ) then 'service_principal'
        when f.logCategory in ('ManagedIdentitySignInLogs', 'AADManagedIdentitySignInLogs') then 'managed_identity'
        when f.logCategory = 'ADFSSignInLogs' then 'adfs'
        when lower(f.logCategory) = 'signinlogs' and not truth(f.isInteractive) then 'non_interactive'
        when lower(f.logCategory) = 'signinlogs' then 'interactive'
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
    nullif(whole(f.autonomousSystemNumber), 0) as autonomous_system_number,
    filled(f.location.city) as city,
    filled(f.location.state) as state,
    filled(f.location.countryOrRegion) as country,
    degrees_of(f.location.geoCoordinates.latitude, f.location.geoCoordinates.longitude) as latitude,
    degrees_of(f.location.geoCoordinates.longitude, f.location.geoCoordinates.latitude) as longitude,
    try_cast(f.location.geoCoordinates.altitude as double) as altitude,
    coalesce(sign_in_status(error_code), portal_status(f.status.errorCode)) as status,
    error_code,
    case when error_code is distinct from 0 then filled(f.status.failureReason) end as failure_reason,
    filled(f.status.additionalDetails) as additional_details,
    filled(f.clientAppUsed) as client_app,
    nullif(lower(filled(f.clientAppUsed)), 'unknown') in (select client_app from legacy_clients) as is_legacy_auth,
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
        when 'success' then 'success'
        when 'failure' then 'failure'
        else access_status(f.conditionalAccessStatus)
    end as conditional_access_status,
    f.appliedConditionalAccessPolicies is not null as has_policy_detail,
    case f.authenticationRequirement
        when 'singleFactorAuthentication' then 'single_factor'
        when 'multiFactorAuthentication' then 'multi_factor'
        else factors(f.authenticationRequirement)
    end as authentication_requirement,
    joined(f.authenticationMethodsUsed) as authentication_methods_used,
    -- the sign-in's remark, which is about something else where its password was wrong
    case when regexp_matches(lower(f.status.additionalDetails), 'mfa|factor') then filled(f.status.additionalDetails) end as mfa_result,
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
    token_issuer(f.tokenIssuerType) as token_issuer_type,
    filled(f.crossTenantAccessType) as cross_tenant_access_type,
    filled(f.homeTenantId) as home_tenant_id,
    filled(f.resourceTenantId) as resource_tenant_id,
    filled(f.resourceServicePrincipalId) as resource_service_principal_id,
    nullif(concat_ws(' ', nullif(filled(f.managedServiceIdentity.msiType), 'none'), filled(f.managedServiceIdentity.associatedResourceId)), '') as managed_identity,
    filled(f.managedServiceIdentity.federatedTokenId) as federated_token_id,
    filled(f.managedServiceIdentity.federatedTokenIssuer) as federated_token_issuer,
    filled(f.federatedCredentialId) as federated_credential_id,
    filled(f.servicePrincipalCredentialKeyId) as service_principal_credential_key_id,
    filled(f.servicePrincipalCredentialThumbprint) as service_principal_credential_thumbprint,
    filled(f.tokenProtectionStatusDetails.signInSessionStatusCode) as token_protection_status_code,
    filled(f.appTokenProtectionStatus) as app_token_protection_status,
    filled(f.authenticationAppDeviceDetails.deviceId) as authenticator_device_id,
    filled(f.authenticationAppDeviceDetails.appVersion) as authenticator_app_version,
    filled(f.authenticationAppDeviceDetails.clientApp) as authenticator_app,
    filled(f.authenticationAppDeviceDetails.operatingSystem) as authenticator_operating_system,
    filled(f.agent.agentType) as agent_type,
    filled(f.agent.agentSubjectType) as agent_subject_type,
    filled(f.agent.agentSubjectParentId) as agent_subject_parent_id,
    filled(f.agent.parentAppId) as agent_parent_app_id,
    filled(f.rootActorId) as root_actor_id,
    filled(f.sourceAppClientId) as source_app_client_id,
    filled(f.clientSessionId) as client_session_id,
    filled(f.signInIdentifierType) as sign_in_identifier_type,
    truth(f.isThroughGlobalSecureAccess) as is_through_global_secure_access,
    bare_ip(f.globalSecureAccessIpAddress) as global_secure_access_ip_address,
    joined(f.conditionalAccessAudiences) as conditional_access_audiences,
    filled(f.azureResourceId) as azure_resource_id,
    filled(f.privateLinkDetails.policyId) as private_link_policy_id,
    filled(f.privateLinkDetails.policyName) as private_link_policy_name,
    filled(f.privateLinkDetails.policyTenantId) as private_link_policy_tenant_id,
    filled(f.privateLinkDetails.resourceId) as private_link_resource_id,
    filled(f.homeTenantName) as home_tenant_name,
    truth(f.isTenantRestricted) as is_tenant_restricted,
    filled(f.tokenIssuerName) as token_issuer_name,
    filled(f.appOwnerTenantId) as app_owner_tenant_id,
    filled(f.resourceOwnerTenantId) as resource_owner_tenant_id,
    truth(f.flaggedForReview) as flagged_for_review,
    whole(f.processingTimeInMilliseconds) as latency_ms,
    raw
from coded

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
            "sessionControlsNotSatisfied": "VARCHAR",
            "conditionsSatisfied": "VARCHAR",
            "conditionsNotSatisfied": "VARCHAR",
            "includeRulesSatisfied": [{"conditionalAccessCondition": "VARCHAR", "ruleSatisfied": "VARCHAR"}],
            "excludeRulesSatisfied": [{"conditionalAccessCondition": "VARCHAR", "ruleSatisfied": "VARCHAR"}],
            "authenticationStrength": {
                "authenticationStrengthId": "VARCHAR",
                "displayName": "VARCHAR",
                "authenticationStrengthResult": "VARCHAR"
            }
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
    joined(p.conditionsNotSatisfied) as conditions_not_satisfied,
    joined(p.sessionControlsNotSatisfied) as session_controls_not_satisfied,
    nullif(array_to_string(list_transform(
        p.includeRulesSatisfied, r -> concat_ws(': ', r.conditionalAccessCondition, r.ruleSatisfied)), ', '), '') as include_rules_satisfied,
    nullif(array_to_string(list_transform(
        p.excludeRulesSatisfied, r -> concat_ws(': ', r.conditionalAccessCondition, r.ruleSatisfied)), ', '), '') as exclude_rules_satisfied,
    filled(p.authenticationStrength.authenticationStrengthId) as authentication_strength_id,
    filled(p.authenticationStrength.displayName) as authentication_strength,
    filled(p.authenticationStrength.authenticationStrengthResult) as authentication_strength_result
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

-- table: sign_in_details of sign_ins
with fields as (
    select
        file_id,
        record,
        id,
        event_time,
        from_json(body, '{
            "authenticationProcessingDetails": [{"key": "VARCHAR", "value": "VARCHAR"}],
            "networkLocationDetails": [{"networkType": "VARCHAR", "networkNames": "VARCHAR"}],
            "authenticationRequirementPolicies": [{"requirementProvider": "VARCHAR", "detail": "VARCHAR"}],
            "sessionLifetimePolicies": [{"expirationRequirement": "VARCHAR", "detail": "VARCHAR"}],
            "authenticationAppPolicyDetails": [{"policyName": "VARCHAR", "status": "VARCHAR"}],
            "authenticationAppPolicyEvaluationDetails": [{
                "policyName": "VARCHAR",
                "status": "VARCHAR",
                "adminConfiguration": "VARCHAR",
                "authenticationEvaluation": "VARCHAR"
            }],
            "appliedEventListeners": [{"eventType": "VARCHAR", "executedListenerId": "VARCHAR"}]
        }') as f
    from parents
),

details as (
    select
        * exclude (f),
        unnest(flatten([
            list_transform(f.authenticationProcessingDetails, d -> {
                'property': 'authenticationProcessingDetails', 'name': d.key, 'value': d.value, 'detail': null::varchar}),
            list_transform(f.networkLocationDetails, d -> {
                'property': 'networkLocationDetails', 'name': d.networkType, 'value': joined(d.networkNames), 'detail': null::varchar}),
            list_transform(f.authenticationRequirementPolicies, d -> {
                'property': 'authenticationRequirementPolicies', 'name': d.requirementProvider, 'value': d.detail, 'detail': null::varchar}),
            list_transform(f.sessionLifetimePolicies, d -> {
                'property': 'sessionLifetimePolicies', 'name': d.expirationRequirement, 'value': d.detail, 'detail': null::varchar}),
            list_transform(f.authenticationAppPolicyDetails, d -> {
                'property': 'authenticationAppPolicyDetails', 'name': d.policyName, 'value': d.status, 'detail': null::varchar}),
            list_transform(f.authenticationAppPolicyEvaluationDetails, d -> {
                'property': 'authenticationAppPolicyEvaluationDetails',
                'name': d.policyName,
                'value': d.status,
                'detail': nullif(concat_ws(', ', filled(d.adminConfiguration), filled(d.authenticationEvaluation)), '')}),
            list_transform(f.appliedEventListeners, d -> {
                'property': 'appliedEventListeners', 'name': d.eventType, 'value': d.executedListenerId, 'detail': null::varchar})
        ])) as d
    from fields
)
select
    file_id as parent_file_id,
    record as parent_record,
    id as sign_in_id,
    event_time,
    d.property as property,
    filled(trim(d.name)) as name,
    filled(trim(d.value)) as value,
    d.detail as detail
from details
