-- title: Blocked by policy
-- description: Sign-ins that Conditional Access or the security defaults refused (53003 and its kin), by error, policy,
--   user and application. A policy is looked at after the password: these passwords were right, so a block from a strange
--   place is a password somebody else has. policies names the policies that failed, where the export has them
--   (has_policy_detail).
-- group: ca 7
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: The portal's CSV names no policy: policies is empty then, download JSON to see which it was. In
--   non-interactive sign-ins a token stands in for the password.
with failed_policies as (
    select
        parent_file_id,
        parent_record,
        string_agg(distinct policy_name, ', ' order by policy_name) as policies
    from sign_in_policies
    where result = 'failure'
    group by parent_file_id, parent_record
),
blocked as (
    select
        s.error_code,
        code.meaning,
        p.policies,
        coalesce(s.has_policy_detail, false) as has_policy_detail,
        coalesce(s.user_principal_name, s.user_id, s.service_principal_name, s.service_principal_id) as who,
        s.app_display_name,
        s.ip_address,
        s.country,
        s.client_app,
        s.event_time
    from sign_ins as s
    join evidence.error_codes as code on code.error_code = s.error_code
    left join failed_policies as p on p.parent_file_id = s.file_id and p.parent_record = s.record
    where code.by_conditional_access
        and s.status is distinct from 'success'
)
select
    error_code,
    meaning,
    policies,
    who as user_principal_name,
    app_display_name,
    count(*) as sign_ins,
    count(distinct ip_address) as ip_addresses,
    listed(list_sort(list(distinct ip_address) filter (where ip_address is not null))) as ip_address_list,
    listed(list_sort(list(distinct country) filter (where country is not null))) as countries,
    listed(list_sort(list(distinct client_app) filter (where client_app is not null))) as clients,
    has_policy_detail,
    min(event_time) as first_seen,
    max(event_time) as last_seen
from blocked
group by error_code, meaning, policies, has_policy_detail, who, app_display_name
order by
    sign_ins desc,
    error_code,
    policies,
    user_principal_name,
    app_display_name,
    has_policy_detail
