-- description: One row an attempt to sign in: each sign-in, and each logon record of the unified audit log that no sign-in
--   stands for. Addresses that a service writes of itself, or that are those of an earlier token, are left out.
-- materialized: yes
-- column act_id varchar: key of the act, the one of both logs
-- column event_time timestamp: when it began (UTC)
-- column log varchar: the table it stands in, sign_ins or audit_events
-- column kind varchar: user, service_principal, managed_identity
-- column account varchar: user principal name in lower case, a guest's as that of the home account; else the application's name, else an object id
-- column user_id varchar: object id of the user or service principal, lower case
-- column user_type varchar: member, guest, external
-- column is_interactive boolean: the user took part
-- column status varchar: success, failure, interrupted
-- column is_success boolean: it gave a token
-- column error_code bigint: AADSTS number, 0 on success
-- column stopped_by varchar: what ended it, of error_codes; NULL on success
-- column first_factor_passed boolean: whether the password, or what stands in for it, was right; NULL = the code does not tell
-- column failure_reason varchar: the log's words
-- column details varchar: the log's words on the second factor
-- column app_id varchar: the client application, lower case
-- column app varchar: its name
-- column resource_id varchar: what the token is for, lower case
-- column resource varchar: its name
-- column ip_address varchar: the client's
-- column network bigint: its autonomous system
-- column country varchar: of the address, two letters, upper case
-- column latitude double: degrees
-- column longitude double: degrees
-- column user_agent varchar: of the client
-- column client varchar: operating system and program, without their versions; NULL = not known
-- column client_app varchar: Browser, IMAP4, ...
-- column is_legacy boolean: a protocol that can't ask for a second factor
-- column protocol varchar: deviceCode, ropc, saml20, ...
-- column transfer_method varchar: deviceCodeFlow, authenticationTransfer, ...
-- column incoming_token_type varchar: comma-joined
-- column token_protection varchar: bound, unbound
-- column credential varchar: of an application: clientSecret, certificate, ...
-- column device_id varchar: of a registered device
-- column is_compliant boolean: of the device
-- column is_managed boolean: of the device
-- column requirement varchar: single_factor, multi_factor
-- column ca_status varchar: success, failure, not_applied
-- column risk varchar: the highest of the risk levels: low, medium, high; NULL = none known
-- column risk_state varchar: atRisk, dismissed, ...
-- column risk_types varchar: comma-joined
-- column issuer_type varchar: AzureAD, ADFederationServices, ...
-- column home_tenant_id varchar: of the user
-- column resource_tenant_id varchar: of the resource
-- column cross_tenant varchar: b2bCollaboration, ...; NULL = within the tenant
-- column correlation_id varchar: shared by the attempts of one sign-in
-- column session_id varchar: issued on success
-- column request_type varchar: of the audit log: OAuth2:Authorize, Cmsi:Cmsi, ...
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with codes as (
    select
        error_code,
        name,
        first_factor_passed,
        stopped_by,
        error_code in (select error_code from evidence.interrupt_codes) as is_interrupt
    from error_codes
),
-- Names are worked out once a name, not once a sign-in.
accounts as (
    select
        user_principal_name,
        home_account(user_principal_name) as account
    from (select distinct user_principal_name from evidence.sign_ins where contains(user_principal_name, '@'))
),
logged_sign_ins as (
    select
        *,
        caller_address(ip_address, category, client_credential_type) as address,
        coalesce(category, '') in ('service_principal', 'managed_identity') as is_application
    from evidence.sign_ins
),
audit_logons as (
    select
        *,
        lower(id) as own_key,
        lower(sign_in_id) as sign_in_key
    from evidence.audit_events
    where record_type in (9, 15) or list_contains(['UserLoggedIn', 'UserLoginFailed'], operation)
),
-- Which of their ids the sign-in logs have: there are few, and many sign-ins.
known_ids as (
    select distinct lower(id) as id
    from evidence.sign_ins
    where lower(id) in (select own_key from audit_logons union all select sign_in_key from audit_logons)
),
-- Audit records of sign-ins that the sign-in logs lack.
logged_events as (
    select
        *,
        client_address(ip_address) as address
    from audit_logons
    where coalesce(own_key not in (select id from known_ids), true) and coalesce(sign_in_key not in (select id from known_ids), true)
),
told_events as (
    select
        *,
        nullif(regexp_extract(raw, '"Name"\s*:\s*"RequestType"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1), '') as request_type,
        nullif(regexp_extract(raw, '"Name"\s*:\s*"OS"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1), '') as operating_system,
        nullif(regexp_extract(raw, '"Name"\s*:\s*"BrowserType"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1), '') as browser,
        nullif(regexp_extract(raw, '"DeviceProperties"\s*:\s*\[[^\]]*"Name"\s*:\s*"Id"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1), '') as device_id,
        truth(regexp_extract(raw, '"Name"\s*:\s*"IsCompliantAndManaged"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1)) as is_compliant,
        nullif(lower(regexp_extract(raw, '"InterSystemsId"\s*:\s*"([^"]*)"', 1)), '') as correlation_id,
        coalesce(error_number, named.error_code, case when operation = 'UserLoggedIn' then 0 end) as code
    from logged_events
    left join (select name, min(error_code) as error_code from codes where name is not null group by name) as named
        on case when logged_events.error_number is null then logged_events.logon_error end = named.name
)
select
    'sign-in ' || coalesce(lower(s.id), s.file_id || ':' || s.record) as act_id,
    s.event_time,
    'sign_ins' as log,
    case when s.is_application then s.category else 'user' end as kind,
    case
        when s.is_application then coalesce(s.service_principal_name, s.app_display_name, s.service_principal_id)
        else coalesce(a.account, n.user_principal_name, lower(s.user_principal_name), lower(s.sign_in_identifier), lower(s.user_id))
    end as account,
    lower(case when s.is_application then s.service_principal_id else s.user_id end) as user_id,
    s.user_type,
    s.category = 'interactive' as is_interactive,
    s.status,
    coalesce(s.status = 'success', s.error_code = 0, false) as is_success,
    s.error_code,
    case when s.error_code <> 0 then c.stopped_by end as stopped_by,
    case when s.error_code = 0 then true else c.first_factor_passed end as first_factor_passed,
    s.failure_reason,
    coalesce(s.additional_details, s.mfa_result) as details,
    lower(s.app_id) as app_id,
    coalesce(s.app_display_name, s.app_id) as app,
    lower(s.resource_id) as resource_id,
    coalesce(s.resource_display_name, s.resource_id) as resource,
    s.address as ip_address,
    case when s.address is not null then coalesce(s.autonomous_system_number, p.network) end as network,
    case when s.address is not null then upper(coalesce(nullif(s.country, ''), p.country)) end as country,
    case when s.address is not null then s.latitude end as latitude,
    case when s.address is not null then s.longitude end as longitude,
    s.user_agent,
    nullif(concat_ws(' ',
        nullif(regexp_extract(lower(s.operating_system), '^[a-z]+'), ''),
        nullif(trim(regexp_extract(lower(coalesce(s.browser, s.user_agent)), '^[a-z ]+')), '')
    ), '') as client,
    s.client_app,
    coalesce(s.is_legacy_auth, false) as is_legacy,
    s.authentication_protocol as protocol,
    s.original_transfer_method as transfer_method,
    s.incoming_token_type,
    s.token_protection_status as token_protection,
    s.client_credential_type as credential,
    nullif(s.device_id, '') as device_id,
    s.is_compliant,
    s.is_managed,
    s.authentication_requirement as requirement,
    s.conditional_access_status as ca_status,
    case
        when 'high' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'high'
        when 'medium' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'medium'
        when 'low' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'low'
    end as risk,
    s.risk_state,
    s.risk_event_types as risk_types,
    s.token_issuer_type as issuer_type,
    lower(s.home_tenant_id) as home_tenant_id,
    lower(s.resource_tenant_id) as resource_tenant_id,
    nullif(nullif(s.cross_tenant_access_type, 'none'), '') as cross_tenant,
    lower(s.correlation_id) as correlation_id,
    nullif(s.session_id, '') as session_id,
    null as request_type,
    s.file_id,
    s.record,
    s.id
from logged_sign_ins as s
left join codes as c on s.error_code = c.error_code
left join accounts as a on s.user_principal_name = a.user_principal_name
left join account_names as n on case when a.account is null then lower(s.user_id) end = n.user_id
left join addresses as p
    on case when s.autonomous_system_number is null or coalesce(s.country, '') = '' then s.address end = p.ip_address
union all
select
    'sign-in ' || coalesce(lower(e.sign_in_id), lower(e.id), e.file_id || ':' || e.record),
    e.event_time,
    'audit_events',
    'user',
    coalesce(
        case when contains(e.user_id, '@') then home_account(e.user_id) end,
        n.user_principal_name,
        nullif(nullif(lower(e.user_id), 'not available'), '')
    ),
    n.user_id,
    null,
    coalesce(e.request_type not in ('OAuth2:Token'), true),
    case
        when c.is_interrupt then 'interrupted'
        when e.operation = 'UserLoginFailed' or coalesce(e.code, 0) <> 0 then 'failure'
        else 'success'
    end,
    e.operation is distinct from 'UserLoginFailed' and coalesce(e.code, 0) = 0,
    e.code,
    case when e.code <> 0 then coalesce(c.stopped_by, e.logon_error) end,
    case when e.operation is distinct from 'UserLoginFailed' and coalesce(e.code, 0) = 0 then true else c.first_factor_passed end,
    e.logon_error,
    null,
    lower(e.app_id),
    coalesce(r.app_display_name, w.name, e.app_id),
    lower(e.object_id),
    coalesce(o.name, e.object_id),
    e.address,
    p.network,
    upper(p.country),
    null,
    null,
    e.user_agent,
    nullif(concat_ws(' ',
        nullif(regexp_extract(lower(e.operating_system), '^[a-z]+'), ''),
        nullif(trim(regexp_extract(lower(coalesce(e.browser, e.user_agent)), '^[a-z ]+')), '')
    ), ''),
    null,
    coalesce(regexp_matches(lower(e.user_agent), '^(bav2ropc|cbainprod|cbaintar|aconsumerv2ropc)'), false),
    case when e.request_type = 'Cmsi:Cmsi' then 'deviceCode' end,
    null,
    null,
    null,
    null,
    e.device_id,
    e.is_compliant,
    e.is_compliant,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    e.correlation_id,
    e.session_id,
    e.request_type,
    e.file_id,
    e.record,
    e.id
from told_events as e
left join codes as c on e.code = c.error_code
left join account_names as n
    on case when not contains(e.user_id, '@') then lower(coalesce(nullif(lower(e.user_id), 'not available'), e.user_key)) end = n.user_id
left join app_names as r on lower(e.app_id) = r.app_id
left join (select id, min(name) as name from well_known_ids group by id) as w on lower(e.app_id) = w.id
left join (select id, min(name) as name from well_known_ids group by id) as o on lower(e.object_id) = o.id
left join addresses as p on e.address = p.ip_address
