-- title: Sign-ins
-- description: One row a sign-in, newest first: the columns that the portal shows by default, then all its details.
--   status has the portal's three classes: interrupted means that the user was sent on (to multifactor
--   authentication, a question, another page), and mostly another row tells how it ended. error_meaning says in
--   our words what error_code means, failure_reason is the log's own text. verdict and note are of
--   the case sheet (--case). file_id and record lead to the source.
-- position: 1
-- on a terminal: event_time, user_principal_name, app_display_name, status, error_code, country, ip_address
-- workbook: yes
-- known by: event_time, id
-- status: status, conditional_access_status
-- wrap: app_display_name
-- topics: logins, logons
-- needs: sign_ins
-- records: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: An address stands for a place only roughly, and mobile networks and VPNs move it far away. In
--   non-interactive sign-ins of confidential clients it is the address to which the token was first issued. The
--   portal's CSV has no risk columns: they are empty then, which does not mean no risk.
select
    s.event_time,
    s.user_principal_name,
    s.app_display_name,
    s.status,
    s.risk_state,
    s.authentication_requirement,
    s.ip_address,
    s.country,
    s.city,
    s.state,
    s.conditional_access_status,
    s.risk_level_during_sign_in,
    s.error_code,
    case when s.error_code <> 0 then code.meaning end as error_meaning,
    s.failure_reason,
    s.additional_details,
    s.category,
    s.user_display_name,
    s.user_id,
    s.user_type,
    s.sign_in_identifier,
    s.service_principal_name,
    s.service_principal_id,
    s.managed_identity,
    s.app_id,
    s.resource_display_name,
    s.resource_id,
    s.resource_service_principal_id,
    s.client_app,
    s.is_legacy_auth,
    s.authentication_protocol,
    s.original_transfer_method,
    s.incoming_token_type,
    s.client_credential_type,
    s.token_protection_status,
    s.browser,
    s.operating_system,
    s.user_agent,
    s.device_name,
    s.device_id,
    s.is_compliant,
    s.is_managed,
    s.trust_type,
    s.ip_address_from_resource_provider,
    s.autonomous_system_number,
    s.named_locations,
    s.latitude,
    s.longitude,
    s.authentication_methods_used,
    s.mfa_result,
    s.mfa_method,
    s.mfa_detail,
    s.authentication_context,
    s.session_lifetime_policies,
    s.has_policy_detail,
    s.risk_level_aggregated,
    s.risk_detail,
    s.risk_event_types,
    s.flagged_for_review,
    s.session_id,
    s.unique_token_id,
    s.correlation_id,
    s.id,
    s.original_request_id,
    s.token_issuer_type,
    s.cross_tenant_access_type,
    s.home_tenant_id,
    s.resource_tenant_id,
    s.latency_ms,
    n.verdict,
    n.note,
    s.file_id,
    s.record
from sign_ins as s
left join error_codes as code using (error_code)
left join noted_records as n using (file_id, record)
where is_on_page(s.file_id, s.record)
order by
    s.event_time desc nulls last,
    s.file_id,
    s.record
