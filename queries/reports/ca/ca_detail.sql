-- title: Policies of each sign-in
-- description: Which policies were looked at for a sign-in, what each came to, and which of its conditions fitted and
--   which did not: that is why a policy failed, succeeded or did not apply. Choose a sign-in with --filter id=...,
--   or a user with --user: where at most a hundred sign-ins are shown, every policy is listed; above that only those
--   that refused or, in report-only mode, would have, and the refusals whose policies the export does not tell.
-- notes on: file_id:record
-- position: 8
-- status: result, status, conditional_access_status
-- wrap: policy_name, remark, app_display_name
-- needs: sign_ins, sign_in_policies
-- filled by: the sign-in logs downloaded as JSON by someone who may read policies. The portal's CSV names no policy, and
--   without the permission the list is left out: neither means that there is none
-- caveat: Where remark says that the policies are not in this export, that is no answer: download the sign-ins as JSON,
--   as someone who may read policies. A file without a policy in any of its sign-ins is taken for one by a reader
--   without that permission.
with chosen as not materialized (
    select count(*) <= 100 as is_few
    from sign_ins
),
policies as (
    select *
    from sign_in_policies
    where result in ('failure', 'reportOnlyFailure')
    union all
    select *
    from sign_in_policies
    where (select is_few from chosen)
        and (result is null or result not in ('failure', 'reportOnlyFailure'))
),
details as (
    select
        s.event_time,
        coalesce(s.user_principal_name, s.user_id, s.service_principal_name, s.service_principal_id) as who,
        s.app_display_name,
        s.status,
        s.error_code,
        s.conditional_access_status,
        p.policy_name,
        p.result,
        p.grant_controls,
        p.session_controls,
        p.conditions_satisfied,
        p.conditions_not_satisfied,
        case
            when p.sign_in_id is not null then null
            when s.has_policy_detail and s.file_id in (from policy_files) then 'no policy was looked at'
            when f.format in ('entra_sign_ins', 'log_analytics_sign_ins') then 'policies are not in this export: export it again as somebody who may read policies'
            else 'policies are not in this export, download JSON'
        end as remark,
        s.ip_address,
        s.id,
        p.policy_id,
        s.file_id,
        s.record
    from sign_ins as s
    left join policies as p on p.parent_file_id = s.file_id and p.parent_record = s.record
    left join evidence.files as f on f.file_id = s.file_id
    cross join chosen
    where chosen.is_few
        or p.sign_in_id is not null
        or s.conditional_access_status = 'failure' and not (coalesce(s.has_policy_detail, false) and s.file_id in (from policy_files))
)
select
    event_time,
    who as user_principal_name,
    policy_name,
    result,
    status,
    remark,
    app_display_name,
    grant_controls,
    conditions_not_satisfied,
    conditions_satisfied,
    error_code,
    conditional_access_status,
    session_controls,
    ip_address,
    id,
    policy_id,
    file_id,
    record
from details
order by
    event_time desc nulls last,
    file_id,
    record,
    list_position([
        'failure', 'success', 'reportOnlyFailure', 'reportOnlyInterrupted', 'reportOnlySuccess', 'notApplied',
        'reportOnlyNotApplied', 'notEnabled'
    ], result),
    policy_name,
    policy_id,
    result,
    grant_controls,
    session_controls,
    conditions_satisfied,
    conditions_not_satisfied
