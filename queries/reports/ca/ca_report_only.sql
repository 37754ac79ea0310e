-- title: What report-only policies would have done
-- sheet: Report-only policies
-- description: Policies in report-only mode enforce nothing; this is what each would have done, and to whom: one row a
--   policy, outcome and user. Sign-ins to which the policy did not apply are left out (ca_policies counts them). A
--   refusal here that belongs to an attack is an attack the policy would have stopped.
-- notes on: user_principal_name
-- position: 5
-- wrap: policy_name, would_have
-- needs: sign_in_policies
-- filled by: the sign-in logs downloaded as JSON by someone who may read policies. The portal's CSV names no policy, and
--   without the permission the list is left out: neither means that there is none
-- caveat: Report-only policies that ask for a compliant device, or for something the user must do, can only be guessed at
--   by Entra ID.
with outcomes as (
    select
        p.policy_id,
        p.policy_name,
        p.result,
        p.grant_controls,
        coalesce(s.user_principal_name, s.user_id, s.service_principal_name, s.service_principal_id) as who,
        s.app_display_name,
        s.ip_address,
        s.country,
        s.status,
        s.event_time
    from sign_in_policies as p
    join sign_ins as s on s.file_id = p.parent_file_id and s.record = p.parent_record
    where p.result in ('reportOnlyFailure', 'reportOnlyInterrupted', 'reportOnlySuccess')
)
select
    policy_name,
    case result
        when 'reportOnlyFailure' then 'refused'
        when 'reportOnlyInterrupted' then 'asked the user for something'
        else 'let in'
    end as would_have,
    who as user_principal_name,
    count(*) as sign_ins,
    count(*) filter (where status = 'success') as success,
    listed(list_sort(list(distinct app_display_name) filter (where app_display_name is not null))) as applications,
    listed(list_sort(list(distinct ip_address) filter (where ip_address is not null))) as ip_addresses,
    listed(list_sort(list(distinct country) filter (where country is not null))) as countries,
    listed(list_sort(list(distinct grant_controls) filter (where grant_controls <> ''))) as grant_controls,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    result,
    policy_id
from outcomes
group by policy_id, policy_name, result, who
order by
    list_position(['reportOnlyFailure', 'reportOnlyInterrupted', 'reportOnlySuccess'], result),
    sign_ins desc,
    policy_name,
    policy_id,
    user_principal_name
