-- title: Defender EntraIdSignInEvents
-- family: Entra sign-ins
-- description: Sign-ins as advanced hunting has them: the tables EntraIdSignInEvents and EntraIdSpnSignInEvents, which were
--   AADSignInEventsBeta and AADSpnSignInEventsBeta, as CSV, as the answer of an API, or streamed to an event hub. What is
--   a word elsewhere is a number here. https://learn.microsoft.com/defender-xdr/advanced-hunting-entraidsigninevents-table
-- recognised by: csv Timestamp; ErrorCode; AccountUpn; Application; RequestId
-- recognised by: csv TimeGenerated; ErrorCode; AccountUpn; Application; RequestId
-- recognised by: csv Timestamp; ErrorCode; ServicePrincipalId; Application; RequestId
-- recognised by: csv TimeGenerated; ErrorCode; ServicePrincipalId; Application; RequestId
-- recognised by: csv Timestamp; ErrorCode; AccountObjectId; LogonType; EndpointCall
-- recognised by: json Timestamp; ErrorCode; AccountUpn; Application; RequestId
-- recognised by: json TimeGenerated; ErrorCode; AccountUpn; Application; RequestId
-- recognised by: json Timestamp; ErrorCode; ServicePrincipalId; Application; RequestId
-- recognised by: json TimeGenerated; ErrorCode; ServicePrincipalId; Application; RequestId
-- recognised by: json Timestamp; ErrorCode; AccountObjectId; LogonType; EndpointCall
-- nested: ConditionalAccessPolicies[]; NetworkLocationDetails[]
-- times: as shown

-- table: sign_ins
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Timestamp": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "Application": "VARCHAR",
            "ApplicationId": "VARCHAR",
            "LogonType": "VARCHAR",
            "ErrorCode": "VARCHAR",
            "CorrelationId": "VARCHAR",
            "SessionId": "VARCHAR",
            "AccountDisplayName": "VARCHAR",
            "AccountObjectId": "VARCHAR",
            "AccountUpn": "VARCHAR",
            "IsGuestUser": "VARCHAR",
            "AlternateSignInName": "VARCHAR",
            "ServicePrincipalName": "VARCHAR",
            "ServicePrincipalId": "VARCHAR",
            "IsManagedIdentity": "VARCHAR",
            "ResourceDisplayName": "VARCHAR",
            "ResourceId": "VARCHAR",
            "ResourceTenantId": "VARCHAR",
            "DeviceName": "VARCHAR",
            "AadDeviceId": "VARCHAR",
            "EntraIdDeviceId": "VARCHAR",
            "OSPlatform": "VARCHAR",
            "DeviceTrustType": "VARCHAR",
            "IsManaged": "VARCHAR",
            "IsCompliant": "VARCHAR",
            "AuthenticationRequirement": "VARCHAR",
            "TokenIssuerType": "VARCHAR",
            "RiskLevelAggregated": "VARCHAR",
            "RiskLevelDuringSignIn": "VARCHAR",
            "RiskEventTypes": "VARCHAR",
            "RiskState": "VARCHAR",
            "UserAgent": "VARCHAR",
            "ClientAppUsed": "VARCHAR",
            "Browser": "VARCHAR",
            "ConditionalAccessPolicies": "VARCHAR",
            "ConditionalAccessStatus": "VARCHAR",
            "IPAddress": "VARCHAR",
            "Country": "VARCHAR",
            "State": "VARCHAR",
            "City": "VARCHAR",
            "Latitude": "VARCHAR",
            "Longitude": "VARCHAR",
            "NetworkLocationDetails": [{"networkNames": ["VARCHAR"]}],
            "RequestId": "VARCHAR",
            "UniqueTokenId": "VARCHAR",
            "IsSignInThroughGlobalSecureAccess": "VARCHAR"
        }') as f
    from source
),

coded as (
    select
        *,
        whole(f.ErrorCode) as error_code
    from fields
)
select
    file_id,
    record,
    filled(f.RequestId) as id,
    coalesce(utc(f.Timestamp), utc(f.TimeGenerated)) as event_time,
    case
        when truth(f.IsManagedIdentity) then 'managed_identity'
        when filled(f.ServicePrincipalId) is not null then 'service_principal'
        when f.LogonType like '%nonInteractiveUser%' then 'non_interactive'
        when f.LogonType like '%interactiveUser%' then 'interactive'
    end as category,
    lower(filled(f.AccountUpn)) as user_principal_name,
    filled(f.AccountDisplayName) as user_display_name,
    filled(f.AccountObjectId) as user_id,
    case truth(f.IsGuestUser) when true then 'guest' when false then 'member' end as user_type,
    filled(f.AlternateSignInName) as sign_in_identifier,
    filled(f.ServicePrincipalId) as service_principal_id,
    filled(f.ServicePrincipalName) as service_principal_name,
    filled(f.ApplicationId) as app_id,
    filled(f.Application) as app_display_name,
    filled(f.ResourceId) as resource_id,
    filled(f.ResourceDisplayName) as resource_display_name,
    bare_ip(f.IPAddress) as ip_address,
    filled(f.City) as city,
    filled(f.State) as state,
    filled(f.Country) as country,
    degrees_of(f.Latitude, f.Longitude) as latitude,
    degrees_of(f.Longitude, f.Latitude) as longitude,
    sign_in_status(error_code) as status,
    error_code,
    filled(f.ClientAppUsed) as client_app,
    nullif(lower(filled(f.ClientAppUsed)), 'unknown') in (select client_app from legacy_clients) as is_legacy_auth,
    filled(f.UserAgent) as user_agent,
    filled(f.Browser) as browser,
    filled(f.OSPlatform) as operating_system,
    coalesce(filled(f.EntraIdDeviceId), filled(f.AadDeviceId)) as device_id,
    filled(f.DeviceName) as device_name,
    truth(f.IsCompliant) as is_compliant,
    truth(f.IsManaged) as is_managed,
    filled(f.DeviceTrustType) as trust_type,
    case f.ConditionalAccessStatus
        when '0' then 'success'
        when '1' then 'failure'
        when '2' then 'not_applied'
        else access_status(f.ConditionalAccessStatus)
    end as conditional_access_status,
    filled(f.ConditionalAccessPolicies) is not null as has_policy_detail,
    factors(f.AuthenticationRequirement) as authentication_requirement,
    hunting_risk_level(f.RiskLevelDuringSignIn) as risk_level_during_sign_in,
    hunting_risk_level(f.RiskLevelAggregated) as risk_level_aggregated,
    case f.RiskState
        when '0' then 'none'
        when '1' then 'confirmedSafe'
        when '2' then 'remediated'
        when '3' then 'dismissed'
        when '4' then 'atRisk'
        when '5' then 'confirmedCompromised'
        else filled(f.RiskState)
    end as risk_state,
    joined(f.RiskEventTypes) as risk_event_types,
    nullif(array_to_string(
        list_transform(f.NetworkLocationDetails, n -> nullif(array_to_string(n.networkNames, ', '), '')), ', '), '') as named_locations,
    filled(f.SessionId) as session_id,
    filled(f.UniqueTokenId) as unique_token_id,
    filled(f.CorrelationId) as correlation_id,
    case f.TokenIssuerType when '0' then 'AzureAD' when '1' then 'ADFederationServices' else filled(f.TokenIssuerType) end as token_issuer_type,
    filled(f.ResourceTenantId) as resource_tenant_id,
    truth(f.IsSignInThroughGlobalSecureAccess) as is_through_global_secure_access,
    raw
from coded

-- table: sign_in_policies of sign_ins
with listed as (
    select
        file_id,
        record,
        id,
        event_time,
        from_json(body, '{"ConditionalAccessPolicies": [{
            "id": "VARCHAR",
            "displayName": "VARCHAR",
            "result": "VARCHAR",
            "enforcedGrantControls": "VARCHAR",
            "enforcedSessionControls": "VARCHAR",
            "conditionsSatisfied": "VARCHAR",
            "conditionsNotSatisfied": "VARCHAR"
        }]}').ConditionalAccessPolicies as policies
    from parents
),

policies as (
    select
        * exclude (policies),
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
