-- description: Entra ID sign-ins: users, service principals and managed identities.
-- source: https://learn.microsoft.com/graph/api/resources/signin
-- position: 6
-- names: user_display_name, device_name, named_locations, private_link_policy_name, home_tenant_name
-- words: category, user_type, city, state, country, status, failure_reason, additional_details, client_app,
--   authentication_protocol, original_transfer_method, incoming_token_type, client_credential_type,
--   token_protection_status, user_agent, browser, operating_system, trust_type, conditional_access_status,
--   authentication_requirement, authentication_methods_used, mfa_result, mfa_method, session_lifetime_policies,
--   risk_level_during_sign_in, risk_level_aggregated, risk_state, risk_detail, risk_event_types, token_issuer_type,
--   cross_tenant_access_type, token_protection_status_code, app_token_protection_status, authenticator_app_version,
--   authenticator_operating_system, agent_type, agent_subject_type, sign_in_identifier_type
-- log: sign-ins
-- id: id
-- time: event_time, required
-- actor: coalesce(user_principal_name, sign_in_identifier, service_principal_name, user_id, service_principal_id)
-- action: 'sign-in' || coalesce(' (' || category || ')', '')
-- target: coalesce(app_display_name, app_id)
-- result: concat_ws(' ', status, nullif(error_code, 0))
-- bucket: user_principal_name or user_id or service_principal_id
-- identity: event_time, user_id or user_principal_name, service_principal_id or service_principal_name, app_id,
--   resource_id, error_code or status, ip_address, session_id
-- state: risk_level_during_sign_in, risk_level_aggregated, risk_state, risk_detail, risk_event_types
-- parts: category
-- get interactive: Entra admin center > Sign-in logs > User sign-ins (interactive) > Download
-- get non_interactive: Entra admin center > Sign-in logs > User sign-ins (non-interactive) > Download
-- get service_principal: Entra admin center > Sign-in logs > Service principal sign-ins > Download
-- get managed_identity: Entra admin center > Sign-in logs > Managed identity sign-ins > Download
create table sign_ins (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- Request ID
    event_time timestamp, -- when the sign-in began (UTC)
    category varchar, -- interactive, non_interactive, service_principal, managed_identity, adfs; NULL = the export does not say
    user_principal_name varchar, -- lower case
    user_display_name varchar, -- the user's name
    user_id varchar, -- object id of the user
    user_type varchar, -- member, guest, external
    sign_in_identifier varchar, -- what was typed as the user name
    service_principal_id varchar, -- object id of the service principal that signed in
    service_principal_name varchar, -- its name
    app_id varchar, -- the client application's id
    app_display_name varchar, -- the client application
    resource_id varchar, -- id of the resource the token is for
    resource_display_name varchar, -- the resource
    ip_address varchar, -- as Entra ID saw the client
    ip_address_from_resource_provider varchar, -- as the resource saw the client
    autonomous_system_number bigint, -- network of ip_address
    city varchar, -- of ip_address
    state varchar, -- of ip_address
    country varchar, -- of ip_address, two letters
    latitude double, -- degrees
    longitude double, -- degrees
    altitude double, -- metres, as the log has it
    status varchar, -- success, failure, interrupted
    error_code bigint, -- AADSTS number, 0 on success
    failure_reason varchar, -- the log's words for error_code
    additional_details varchar, -- the log's words, often the MFA story
    client_app varchar, -- Browser, Mobile Apps and Desktop clients, IMAP4, ...
    is_legacy_auth boolean, -- client_app is a legacy authentication client
    authentication_protocol varchar, -- oAuth2, deviceCode, ropc, saml20, wsFederation, ...
    original_transfer_method varchar, -- none, deviceCodeFlow, authenticationTransfer
    incoming_token_type varchar, -- none, primaryRefreshToken, refreshToken, ...; may be several, comma-joined
    client_credential_type varchar, -- none, clientSecret, certificate, ...
    token_protection_status varchar, -- bound, unbound, none
    user_agent varchar, -- of the client
    browser varchar, -- name and version
    operating_system varchar, -- of the device
    device_id varchar, -- Entra device id, NULL = not registered
    device_name varchar, -- display name of the device
    is_compliant boolean, -- of the device
    is_managed boolean, -- of the device
    trust_type varchar, -- how the device is joined
    conditional_access_status varchar, -- success, failure, not_applied
    has_policy_detail boolean, -- the export carries the applied policies (an empty list counts as detail)
    authentication_requirement varchar, -- single_factor, multi_factor
    authentication_methods_used varchar, -- comma-joined
    mfa_result varchar, -- the log's words, where they are about multifactor authentication
    mfa_method varchar, -- the log's words
    mfa_detail varchar, -- the log's words
    authentication_context varchar, -- authentication context class references, comma-joined
    session_lifetime_policies varchar, -- expiration requirements, comma-joined
    risk_level_during_sign_in varchar, -- none, low, medium, high, hidden
    risk_level_aggregated varchar, -- the same, after offline detection
    risk_state varchar, -- none, atRisk, confirmedCompromised, remediated, dismissed, ...
    risk_detail varchar, -- why the state is what it is
    risk_event_types varchar, -- comma-joined
    named_locations varchar, -- named networks the IP belongs to, comma-joined
    session_id varchar, -- joins to audit_events.session_id; NULL before November 2024 exports and on failures
    unique_token_id varchar, -- of the token issued; case-sensitive; decodes to id
    correlation_id varchar, -- shared by the attempts of one sign-in
    original_request_id varchar, -- id of the first request of the sequence
    token_issuer_type varchar, -- AzureAD, ADFederationServices, ...
    cross_tenant_access_type varchar, -- none, b2bCollaboration, ...
    home_tenant_id varchar, -- of the user
    resource_tenant_id varchar, -- of the resource
    resource_service_principal_id varchar, -- service principal of the resource
    managed_identity varchar, -- type and resource of the managed identity
    federated_token_id varchar, -- of the token that a workload identity showed
    federated_token_issuer varchar, -- who had issued that token
    federated_credential_id varchar, -- the federated credential that an application signed in with
    service_principal_credential_key_id varchar, -- the secret or certificate that an application signed in with
    service_principal_credential_thumbprint varchar, -- of that certificate
    token_protection_status_code varchar, -- why the session's token is bound or not
    app_token_protection_status varchar, -- of the application's own token
    authenticator_device_id varchar, -- the device with Microsoft Authenticator
    authenticator_app_version varchar, -- of Microsoft Authenticator there
    authenticator_app varchar, -- the application that was asked there
    authenticator_operating_system varchar, -- of that device
    agent_type varchar, -- an AI agent acted: notAgentic, agenticAppInstance, agenticApp, ...
    agent_subject_type varchar, -- for whom it acted
    agent_subject_parent_id varchar, -- the parent of whom it acted for
    agent_parent_app_id varchar, -- the blueprint that the agent was made from
    root_actor_id varchar, -- where several acted for each other, the first
    source_app_client_id varchar, -- the application that passed the token on
    client_session_id varchar, -- of the client, not joined to session_id
    sign_in_identifier_type varchar, -- userPrincipalName, phoneNumber, proxyAddress, onPremisesUserPrincipalName, ...
    is_through_global_secure_access boolean, -- the network traffic came through Global Secure Access
    global_secure_access_ip_address varchar, -- of its edge, where ip_address is the client's
    conditional_access_audiences varchar, -- what Conditional Access judged, comma-joined ids
    azure_resource_id varchar, -- the Azure resource that was opened
    private_link_policy_id varchar, -- of the private link that was used
    private_link_policy_name varchar, -- likewise
    private_link_policy_tenant_id varchar, -- likewise
    private_link_resource_id varchar, -- likewise
    home_tenant_name varchar, -- of the user
    is_tenant_restricted boolean, -- tenant restrictions were in force
    token_issuer_name varchar, -- the identity provider, of a federated sign-in
    app_owner_tenant_id varchar, -- the tenant that the client application is registered in
    resource_owner_tenant_id varchar, -- the tenant that the resource is registered in
    flagged_for_review boolean, -- set by an admin's request for help
    latency_ms bigint, -- processing time, milliseconds
    raw varchar -- the source record as JSON
);
