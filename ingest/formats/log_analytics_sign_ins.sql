-- title: Log Analytics sign-ins
-- description: The tables SigninLogs, AADNonInteractiveUserSignInLogs, AADServicePrincipalSignInLogs and
--   AADManagedIdentitySignInLogs as Log Analytics or Sentinel exports them, CSV or JSON. Columns of type dynamic
--   come as objects or as JSON text. Those of applications have no AppDisplayName and no CreatedDateTime. https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs
-- recognised by: csv OperationName; Category; ResultType; AppDisplayName; CreatedDateTime
-- recognised by: csv OperationName; Category; ResultType; AppDisplayName; TimeGenerated
-- recognised by: csv ResultType; AppDisplayName; UserPrincipalName; IPAddress
-- recognised by: csv OperationName; Category; ResultType; ServicePrincipalId
-- recognised by: csv ResultType; ServicePrincipalId; ServicePrincipalName; IPAddress
-- recognised by: json OperationName; Category; ResultType; AppDisplayName
-- recognised by: json ResultType; AppDisplayName; UserPrincipalName; IPAddress
-- recognised by: json OperationName; Category; ResultType; ServicePrincipalId
-- recognised by: json ResultType; ServicePrincipalId; ServicePrincipalName; IPAddress

-- table: sign_ins
with fields as (
    select
        file_id,
        record,
        category,
        raw,
        from_json(body, '{
            "Id": "VARCHAR",
            "CreatedDateTime": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "Category": "VARCHAR",
            "ResultType": "VARCHAR",
            "ResultDescription": "VARCHAR",
            "CorrelationId": "VARCHAR",
            "Location": "VARCHAR",
            "LocationDetails": "VARCHAR",
            "LocationDetails_dynamic": "VARCHAR",
            "LocationDetails_string": "VARCHAR",
            "AppDisplayName": "VARCHAR",
            "AppId": "VARCHAR",
            "AuthenticationContextClassReferences": "VARCHAR",
            "AuthenticationMethodsUsed": "VARCHAR",
            "AuthenticationProtocol": "VARCHAR",
            "AuthenticationRequirement": "VARCHAR",
            "AutonomousSystemNumber": "VARCHAR",
            "ClientAppUsed": "VARCHAR",
            "ClientCredentialType": "VARCHAR",
            "ConditionalAccessPolicies": "VARCHAR",
            "ConditionalAccessPolicies_dynamic": "VARCHAR",
            "ConditionalAccessPolicies_string": "VARCHAR",
            "ConditionalAccessStatus": "VARCHAR",
            "CrossTenantAccessType": "VARCHAR",
            "DeviceDetail": "VARCHAR",
            "DeviceDetail_dynamic": "VARCHAR",
            "DeviceDetail_string": "VARCHAR",
            "FlaggedForReview": "VARCHAR",
            "HomeTenantId": "VARCHAR",
            "IncomingTokenType": "VARCHAR",
            "IPAddress": "VARCHAR",
            "IPAddressFromResourceProvider": "VARCHAR",
            "IsInteractive": "VARCHAR",
            "MfaDetail": "VARCHAR",
            "MfaDetail_dynamic": "VARCHAR",
            "MfaDetail_string": "VARCHAR",
            "NetworkLocationDetails": "VARCHAR",
            "OriginalRequestId": "VARCHAR",
            "OriginalTransferMethod": "VARCHAR",
            "ProcessingTimeInMilliseconds": "VARCHAR",
            "ResourceDisplayName": "VARCHAR",
            "ResourceIdentity": "VARCHAR",
            "ResourceServicePrincipalId": "VARCHAR",
            "ResourceTenantId": "VARCHAR",
            "RiskDetail": "VARCHAR",
            "RiskEventTypes": "VARCHAR",
            "RiskEventTypes_V2": "VARCHAR",
            "RiskLevelAggregated": "VARCHAR",
            "RiskLevelDuringSignIn": "VARCHAR",
            "RiskState": "VARCHAR",
            "ServicePrincipalId": "VARCHAR",
            "ServicePrincipalName": "VARCHAR",
            "SessionId": "VARCHAR",
            "SessionLifetimePolicies": "VARCHAR",
            "SignInIdentifier": "VARCHAR",
            "Status": "VARCHAR",
            "Status_dynamic": "VARCHAR",
            "Status_string": "VARCHAR",
            "TokenIssuerType": "VARCHAR",
            "TokenProtectionStatusDetails": "VARCHAR",
            "Type": "VARCHAR",
            "UniqueTokenIdentifier": "VARCHAR",
            "UserAgent": "VARCHAR",
            "UserDisplayName": "VARCHAR",
            "UserId": "VARCHAR",
            "UserPrincipalName": "VARCHAR",
            "UserType": "VARCHAR"
        }') as f
    from source
),

opened as (
    select
        *,
        try_cast(f.ResultType as bigint) as error_code,
        from_json(
            json_text(coalesce(filled(f.LocationDetails), filled(f.LocationDetails_dynamic), filled(f.LocationDetails_string))),
            '{"city": "VARCHAR", "state": "VARCHAR", "countryOrRegion": "VARCHAR", "geoCoordinates": {"latitude": "VARCHAR", "longitude": "VARCHAR"}}'
        ) as place,
        from_json(
            json_text(coalesce(filled(f.DeviceDetail), filled(f.DeviceDetail_dynamic), filled(f.DeviceDetail_string))),
            '{"deviceId": "VARCHAR", "displayName": "VARCHAR", "operatingSystem": "VARCHAR", "browser": "VARCHAR", "isCompliant": "VARCHAR", "isManaged": "VARCHAR", "trustType": "VARCHAR"}'
        ) as device,
        from_json(
            json_text(coalesce(filled(f.Status), filled(f.Status_dynamic), filled(f.Status_string))),
            '{"errorCode": "VARCHAR", "failureReason": "VARCHAR", "additionalDetails": "VARCHAR"}'
        ) as outcome,
        from_json(
            json_text(coalesce(filled(f.MfaDetail), filled(f.MfaDetail_dynamic), filled(f.MfaDetail_string))),
            '{"authMethod": "VARCHAR", "authDetail": "VARCHAR"}'
        ) as mfa,
        coalesce(
            filled(f.ConditionalAccessPolicies), filled(f.ConditionalAccessPolicies_dynamic),
            filled(f.ConditionalAccessPolicies_string)
        ) as policies
    from fields
)
select
    file_id,
    record,
    filled(f.Id) as id,
    utc(coalesce(filled(f.CreatedDateTime), f.TimeGenerated)) as event_time,
    case coalesce(filled(f.Category), f.Type)
        when 'SignInLogs' then case when not truth(f.IsInteractive) then 'non_interactive' else 'interactive' end
        when 'SigninLogs' then case when not truth(f.IsInteractive) then 'non_interactive' else 'interactive' end
        when 'NonInteractiveUserSignInLogs' then 'non_interactive'
        when 'AADNonInteractiveUserSignInLogs' then 'non_interactive'
        when 'ServicePrincipalSignInLogs' then 'service_principal'
        when 'AADServicePrincipalSignInLogs' then 'service_principal'
        when 'MicrosoftServicePrincipalSignInLogs' then 'service_principal'
        when 'ManagedIdentitySignInLogs' then 'managed_identity'
        when 'AADManagedIdentitySignInLogs' then 'managed_identity'
        when 'ADFSSignInLogs' then 'adfs'
        else category
    end as category,
    lower(filled(f.UserPrincipalName)) as user_principal_name,
    filled(f.UserDisplayName) as user_display_name,
    filled(f.UserId) as user_id,
    lower(filled(f.UserType)) as user_type,
    filled(f.SignInIdentifier) as sign_in_identifier,
    filled(f.ServicePrincipalId) as service_principal_id,
    filled(f.ServicePrincipalName) as service_principal_name,
    filled(f.AppId) as app_id,
    filled(f.AppDisplayName) as app_display_name,
    filled(f.ResourceIdentity) as resource_id,
    filled(f.ResourceDisplayName) as resource_display_name,
    bare_ip(f.IPAddress) as ip_address,
    bare_ip(f.IPAddressFromResourceProvider) as ip_address_from_resource_provider,
    nullif(try_cast(f.AutonomousSystemNumber as bigint), 0) as autonomous_system_number,
    filled(trim(place.city)) as city,
    filled(trim(place.state)) as state,
    coalesce(filled(trim(place.countryOrRegion)), filled(f.Location)) as country,
    try_cast(place.geoCoordinates.latitude as double) as latitude,
    try_cast(place.geoCoordinates.longitude as double) as longitude,
    sign_in_status(error_code) as status,
    error_code,
    case when error_code <> 0 then coalesce(filled(trim(outcome.failureReason)), filled(f.ResultDescription)) end as failure_reason,
    filled(trim(outcome.additionalDetails)) as additional_details,
    filled(f.ClientAppUsed) as client_app,
    lower(filled(f.ClientAppUsed)) in (select client_app from legacy_clients) as is_legacy_auth,
    filled(f.AuthenticationProtocol) as authentication_protocol,
    filled(f.OriginalTransferMethod) as original_transfer_method,
    filled(f.IncomingTokenType) as incoming_token_type,
    filled(f.ClientCredentialType) as client_credential_type,
    filled(trim(json_text(f.TokenProtectionStatusDetails) ->> '$.signInSessionStatus')) as token_protection_status,
    filled(f.UserAgent) as user_agent,
    filled(trim(device.browser)) as browser,
    filled(trim(device.operatingSystem)) as operating_system,
    filled(trim(device.deviceId)) as device_id,
    filled(trim(device.displayName)) as device_name,
    truth(device.isCompliant) as is_compliant,
    truth(device.isManaged) as is_managed,
    filled(trim(device.trustType)) as trust_type,
    case f.ConditionalAccessStatus
        when 'notApplied' then 'not_applied'
        else filled(f.ConditionalAccessStatus)
    end as conditional_access_status,
    policies is not null as has_policy_detail,
    case f.AuthenticationRequirement
        when 'singleFactorAuthentication' then 'single_factor'
        when 'multiFactorAuthentication' then 'multi_factor'
        else filled(f.AuthenticationRequirement)
    end as authentication_requirement,
    joined(f.AuthenticationMethodsUsed) as authentication_methods_used,
    filled(trim(outcome.additionalDetails)) as mfa_result,
    filled(trim(mfa.authMethod)) as mfa_method,
    filled(trim(mfa.authDetail)) as mfa_detail,
    nullif(array_to_string(list_transform(
        from_json(json_text(f.AuthenticationContextClassReferences), '[{"id": "VARCHAR", "detail": "VARCHAR", "details": "VARCHAR"}]'),
        c -> concat_ws(' ', c.id, coalesce(c.detail, c.details))
    ), ', '), '') as authentication_context,
    nullif(array_to_string(list_transform(
        from_json(json_text(f.SessionLifetimePolicies), '[{"expirationRequirement": "VARCHAR", "detail": "VARCHAR"}]'),
        p -> coalesce(p.expirationRequirement, p.detail)
    ), ', '), '') as session_lifetime_policies,
    filled(f.RiskLevelDuringSignIn) as risk_level_during_sign_in,
    filled(f.RiskLevelAggregated) as risk_level_aggregated,
    filled(f.RiskState) as risk_state,
    filled(f.RiskDetail) as risk_detail,
    coalesce(joined(f.RiskEventTypes_V2), joined(f.RiskEventTypes)) as risk_event_types,
    nullif(array_to_string(list_transform(
        from_json(json_text(f.NetworkLocationDetails), '[{"networkNames": ["VARCHAR"]}]'),
        n -> nullif(array_to_string(n.networkNames, ', '), '')
    ), ', '), '') as named_locations,
    filled(f.SessionId) as session_id,
    filled(f.UniqueTokenIdentifier) as unique_token_id,
    filled(f.CorrelationId) as correlation_id,
    filled(f.OriginalRequestId) as original_request_id,
    filled(f.TokenIssuerType) as token_issuer_type,
    filled(f.CrossTenantAccessType) as cross_tenant_access_type,
    filled(f.HomeTenantId) as home_tenant_id,
    filled(f.ResourceTenantId) as resource_tenant_id,
    filled(f.ResourceServicePrincipalId) as resource_service_principal_id,
    truth(f.FlaggedForReview) as flagged_for_review,
    try_cast(f.ProcessingTimeInMilliseconds as bigint) as latency_ms,
    raw
from opened

-- table: sign_in_policies of sign_ins
with texts as (
    select
        file_id,
        record,
        id,
        event_time,
        from_json(body, '{
            "ConditionalAccessPolicies": "VARCHAR",
            "ConditionalAccessPolicies_dynamic": "VARCHAR",
            "ConditionalAccessPolicies_string": "VARCHAR"
        }') as f
    from parents
),

listed as (
    select
        file_id,
        record,
        id,
        event_time,
        from_json(
            json_list(coalesce(
                filled(f.ConditionalAccessPolicies), filled(f.ConditionalAccessPolicies_dynamic),
                filled(f.ConditionalAccessPolicies_string)
            )),
            '[{
                "id": "VARCHAR",
                "displayName": "VARCHAR",
                "result": "VARCHAR",
                "enforcedGrantControls": "VARCHAR",
                "enforcedSessionControls": "VARCHAR",
                "conditionsSatisfied": "VARCHAR",
                "conditionsNotSatisfied": "VARCHAR"
            }]'
        ) as policies
    from texts
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
        from_json(json_list(from_json(body, '{"AuthenticationDetails": "VARCHAR"}').AuthenticationDetails), '[{
            "authenticationStepDateTime": "VARCHAR",
            "authenticationMethod": "VARCHAR",
            "authenticationMethodDetail": "VARCHAR",
            "succeeded": "VARCHAR",
            "authenticationStepResultDetail": "VARCHAR",
            "authenticationStepRequirement": "VARCHAR"
        }]') as steps
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
