-- title: Blocked by policy
-- description: Sign-ins that Conditional Access or the security defaults refused (53003 and its kin), by error, policy,
--   user and application. A policy is looked at after the password: these passwords were right, so a block from a strange
--   place is a password somebody else has. policies names the policies that stopped it, where the export has them
--   (has_policy_detail): those whose controls the code speaks of (of 53000 those that ask for a device, of 53003 those that
--   block, else all that failed). others_failed names the rest of those with result failure.
-- notes on: user_principal_name
-- position: 7
-- wrap: meaning, policies, app_display_name
-- topics: blocked by policy, 53003
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: The portal's CSV names no policy: policies is empty then, download JSON to see which it was. In
--   non-interactive sign-ins a token stands in for the password.
with blocked as (
    select
        s.file_id,
        s.record,
        s.error_code,
        code.meaning,
        code.stopped_by,
        code.by_conditional_access,
        coalesce(s.has_policy_detail, false) and s.file_id in (from policy_files) as has_policy_detail,
        coalesce(s.user_principal_name, s.user_id, s.service_principal_name, s.service_principal_id) as who,
        s.app_display_name,
        s.ip_address,
        s.country,
        s.client_app,
        s.status,
        s.event_time
    from sign_ins as s
    join error_codes as code on code.error_code = s.error_code
    where code.by_conditional_access
        and s.status is distinct from 'success'
),
effects as (
    select
        file_id,
        record,
        coalesce(p.policy_name, p.policy_id, 'policy unknown') as policy,
        policy_effect(
            status,
            by_conditional_access,
            is_policy_of_code(
                stopped_by,
                p.grant_controls,
                coalesce(bool_or(lower(p.grant_controls) like '%block%') over (partition by file_id, record), false)
            )
        ) = 'stopped' as has_stopped
    from blocked
    join sign_in_policies as p on p.parent_file_id = file_id and p.parent_record = record
    where p.result = 'failure'
),
failed_policies as (
    select
        file_id,
        record,
        string_agg(distinct policy, ', ' order by policy) filter (where has_stopped) as policies,
        string_agg(distinct policy, ', ' order by policy) filter (where not has_stopped) as others_failed
    from effects
    group by file_id, record
)
select
    error_code,
    meaning,
    policies,
    others_failed,
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
left join failed_policies using (file_id, record)
group by error_code, meaning, policies, others_failed, has_policy_detail, who, app_display_name
order by
    sign_ins desc,
    error_code,
    policies,
    others_failed,
    user_principal_name,
    app_display_name,
    has_policy_detail
