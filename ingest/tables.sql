-- The tables of a case: the contract for --query and for the reports.
-- `entrail --schema` prints this file's comments; names are never changed, only added to.
-- Times are UTC. NULL means that the export does not say. file_id, record and raw lead
-- every event row back to its source.

-- What was loaded by which version, with which command line.
create table meta (
    key varchar, -- schema_version, or load for each run that added files
    value varchar, -- the version number, or the run's command line
    tool_version varchar, -- version of entrail that wrote the row
    written_at timestamp -- when the row was written (UTC); not part of any report
);

-- Every input, recognised or not: records = loaded + duplicates + rejected.
create table files (
    file_id integer, -- number of the file in this case, by path order within a run
    path varchar, -- as given, or folder/file; a zip member as a.zip!b.csv
    sha256 varchar, -- of the file's own bytes (a zip member: of its unpacked bytes), lower-case hex
    size_bytes bigint, -- of the same bytes
    modified_at timestamp, -- the file's modification time (UTC)
    format varchar, -- name of the recognised format; NULL = not recognised, see note
    encoding varchar, -- utf-8, utf-8-bom, utf-16le, utf-16be, ...
    records bigint, -- records counted in the bytes, independently of the engine
    loaded bigint, -- records that became rows
    duplicates bigint, -- records taken out because the same record is already there
    rejected bigint, -- records that could not be read, see rejects
    first_event timestamp, -- earliest event in the file (duplicates included)
    last_event timestamp, -- latest event in the file (duplicates included)
    note varchar -- what one should know: repairs, assumptions, why it was not recognised
);

-- Records that could not be read, one row each.
create table rejects (
    file_id integer, -- the file
    record bigint, -- 1-based number of the record in its file; NULL = the damage is not one record's
    line bigint, -- 1-based line where the record starts
    reason varchar, -- what is wrong with it
    excerpt varchar -- the first characters of it
);

-- Records taken out because they are the same record as another one.
create table duplicates (
    file_id integer, -- the record taken out
    record bigint, -- its number in its file
    kept_file_id integer, -- the record that stayed
    kept_record bigint, -- its number in its file
    identical boolean -- true = same body; false = it says more, less or otherwise: see sign_in_copies for sign-ins
);

-- What each record of a sign-in that several tell of says by itself, where they differ: the
-- row in sign_ins is the fullest of them, and what that lacks is from the next that has it.
create table sign_in_copies (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- sign_ins.id
    says varchar, -- its values for the columns of sign_ins, as a JSON object of texts; NULL ones left out
    has_policies boolean, -- it came with rows of sign_in_policies
    has_steps boolean -- it came with rows of sign_in_steps
);

-- Entra ID sign-ins: users, service principals and managed identities.
-- https://learn.microsoft.com/graph/api/resources/signin
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
    mfa_result varchar, -- the log's words
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
    flagged_for_review boolean, -- set by an admin's request for help
    latency_ms bigint, -- processing time, milliseconds
    raw varchar -- the source record as JSON
);

-- Conditional Access policies evaluated for a sign-in (JSON exports only).
create table sign_in_policies (
    parent_file_id integer, -- sign_ins.file_id of the sign-in
    parent_record bigint, -- sign_ins.record of the sign-in
    sign_in_id varchar, -- sign_ins.id, which may stand for two sign-ins that differ
    event_time timestamp, -- of the sign-in (UTC)
    policy_id varchar, -- object id of the policy
    policy_name varchar, -- its name
    result varchar, -- success, failure, notApplied, notEnabled, reportOnly..., unknown
    grant_controls varchar, -- enforced, comma-joined
    session_controls varchar, -- enforced, comma-joined
    conditions_satisfied varchar, -- comma-joined
    conditions_not_satisfied varchar -- comma-joined
);

-- Authentication steps of a sign-in (JSON exports, or the AuthDetails CSV).
create table sign_in_steps (
    file_id integer, -- set where the step is a record of its own (AuthDetails CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- sign_ins.file_id of the sign-in; NULL = known by sign_in_id only (AuthDetails CSV)
    parent_record bigint, -- sign_ins.record of the sign-in; NULL likewise
    sign_in_id varchar, -- sign_ins.id, which may stand for two sign-ins that differ
    step_time timestamp, -- UTC
    method varchar, -- Password, Previously satisfied, Mobile app notification, ...
    method_detail varchar, -- Password in the cloud, ...
    succeeded boolean, -- of this step
    result_detail varchar, -- the log's words
    requirement varchar, -- Primary authentication, Multifactor authentication, ...
    raw varchar -- the source record as JSON where the step is a record of its own
);

-- The Microsoft 365 unified audit log.
-- https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
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
    raw varchar -- AuditData
);

-- The Entra ID directory audit log.
-- https://learn.microsoft.com/graph/api/resources/directoryaudit
create table directory_audits (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the record
    event_time timestamp, -- UTC
    category varchar, -- UserManagement, ApplicationManagement, ...
    activity varchar, -- Add member to role, ...
    service varchar, -- that logged it
    result varchar, -- success, failure, timeout
    result_reason varchar, -- the log's words
    initiated_by varchar, -- user principal name (lower case) or application name
    initiated_by_type varchar, -- user, app
    ip_address varchar, -- of the initiator
    user_agent varchar, -- of the initiator
    targets varchar, -- names of the targets, comma-joined
    correlation_id varchar, -- of the operation
    raw varchar -- the source record as JSON
);

-- Property changes of a directory audit record.
create table directory_audit_changes (
    parent_file_id integer, -- directory_audits.file_id of the record
    parent_record bigint, -- directory_audits.record of the record
    audit_id varchar, -- directory_audits.id, which may stand for two records that differ
    target_type varchar, -- User, Group, Role, ...
    target varchar, -- name of the target
    property varchar, -- what changed
    old_value varchar, -- before
    new_value varchar -- after
);

-- Entra ID Protection risk detections.
-- https://learn.microsoft.com/graph/api/resources/riskdetection
create table risk_detections (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the detection
    event_time timestamp, -- activityDateTime (UTC)
    detected_date_time timestamp, -- when it was detected (UTC)
    last_updated_date_time timestamp, -- UTC
    request_id varchar, -- sign_ins.id
    correlation_id varchar, -- of the sign-in
    risk_event_type varchar, -- unfamiliarFeatures, anonymizedIPAddress, ...
    risk_level varchar, -- low, medium, high, hidden
    risk_state varchar, -- atRisk, remediated, ...
    risk_detail varchar, -- why the state is what it is
    source varchar, -- of the detection
    detection_timing_type varchar, -- realtime, nearRealtime, offline
    activity varchar, -- signin, user
    ip_address varchar, -- of the activity
    city varchar, -- of ip_address
    state varchar, -- of ip_address
    country varchar, -- of ip_address, two letters
    user_id varchar, -- object id
    user_principal_name varchar, -- lower case
    user_display_name varchar, -- the user's name
    additional_info varchar, -- as logged, JSON
    raw varchar -- the source record as JSON
);

-- Users with a risk state.
-- https://learn.microsoft.com/graph/api/resources/riskyuser
create table risky_users (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- object id of the user
    event_time timestamp, -- riskLastUpdatedDateTime (UTC)
    user_principal_name varchar, -- lower case
    user_display_name varchar, -- the user's name
    risk_level varchar, -- none, low, medium, high, hidden
    risk_state varchar, -- atRisk, confirmedCompromised, remediated, dismissed, ...
    risk_detail varchar, -- why the state is what it is
    is_deleted boolean, -- the account is deleted
    is_processing boolean, -- the state is being worked out
    raw varchar -- the source record as JSON
);

-- Provisioning log: accounts created, changed, deleted in or from other systems.
-- https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary
create table provisioning_events (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the record
    event_time timestamp, -- activityDateTime (UTC)
    job_id varchar, -- of the provisioning job
    cycle_id varchar, -- of the provisioning cycle
    change_id varchar, -- of the change
    action varchar, -- create, update, delete, stagedDelete, disable, other
    status varchar, -- success, failure, skipped, warning
    status_detail varchar, -- error code and reason
    initiated_by varchar, -- who
    service_principal_name varchar, -- of the provisioning application
    source_system varchar, -- where the account comes from
    source_identity varchar, -- the account there
    target_system varchar, -- where it goes to
    target_identity varchar, -- the account there
    duration_ms bigint, -- milliseconds
    raw varchar -- the source record as JSON
);

-- Steps of a provisioning event (JSON, or the ProvisioningSteps CSV).
-- https://learn.microsoft.com/graph/api/resources/provisioningstep
create table provisioning_steps (
    file_id integer, -- set where the step is a record of its own (ProvisioningSteps CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- provisioning_events.file_id of the event; NULL = known by change_id only (CSV)
    parent_record bigint, -- provisioning_events.record of the event; NULL likewise
    change_id varchar, -- provisioning_events.change_id
    name varchar, -- of the step
    step_type varchar, -- import, scoping, matching, processing, referenceResolution, export
    status varchar, -- success, failure, skipped, warning
    description varchar, -- what occurred
    details varchar, -- as logged, mostly JSON
    raw varchar -- the source record as JSON where the step is a record of its own
);

-- Properties that a provisioning event changed (JSON, or the ModifiedProperties CSV).
create table provisioning_changes (
    file_id integer, -- set where the change is a record of its own (ModifiedProperties CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- provisioning_events.file_id of the event; NULL = known by change_id only (CSV)
    parent_record bigint, -- provisioning_events.record of the event; NULL likewise
    change_id varchar, -- provisioning_events.change_id
    property varchar, -- what changed, as the target system calls it
    old_value varchar, -- before
    new_value varchar, -- after
    raw varchar -- the source record as JSON where the change is a record of its own
);

-- Requests to Microsoft Graph, by whatever application.
-- https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs
create table graph_activity (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the request
    event_time timestamp, -- when the request was received (UTC)
    operation_id varchar, -- of the batch; a request on its own is a batch of one
    client_request_id varchar, -- as the client sent it, else operation_id
    api_version varchar, -- v1.0, beta
    request_method varchar, -- GET, POST, PATCH, ...
    request_uri varchar, -- what was asked for
    response_status_code integer, -- HTTP status
    response_size_bytes bigint, -- of the answer
    duration_ms bigint, -- milliseconds
    ip_address varchar, -- of the client
    user_agent varchar, -- of the client
    location varchar, -- region that served the request, not where the client is
    user_id varchar, -- object id of the user; NULL = the application acted for itself
    service_principal_id varchar, -- object id of the application that acted for itself
    app_id varchar, -- the application
    device_id varchar, -- device that the token was issued to
    identity_provider varchar, -- that authenticated the subject of the token
    client_auth_method integer, -- 0 public client, 1 client secret, 2 certificate
    scopes varchar, -- delegated permissions in the token
    roles varchar, -- application permissions in the token
    wids varchar, -- directory roles of the user, template ids
    session_id varchar, -- joins to sign_ins.session_id
    unique_token_id varchar, -- of the token used; case-sensitive
    sign_in_id varchar, -- decoded from unique_token_id: the sign-in that issued the token
    token_issued_at timestamp, -- UTC
    raw varchar -- the source record as JSON
);
