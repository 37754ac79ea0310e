-- title: Conditional Access policies
-- description: One row a policy with how often it came to each result. A policy was enforced where the result is
--   success (what it asks for was met) or failure (not met, or it blocks). notApplied: its conditions did not fit the
--   sign-in. notEnabled: switched off. The report_only results tell what it would have done: success, failure, or
--   interrupted (the user would have been asked for something). in_use is false for a policy that was never enforced
--   and never would have been, in all the evidence. Controls are those it enforced.
--   Of its failures, stopped: the error code says that what it controls ended the sign-in, as ca_blocked has it.
--   asked_for_more: it asked for a second factor, and the sign-in may have gone on; not_passed: the factor was asked for
--   and failed. The rest of failure: another policy or something else ended the sign-in, or the controls do not tell.
-- position: 4
-- wrap: policy_name
-- needs: sign_in_policies
-- filled by: the sign-in logs downloaded as JSON by someone who may read policies. The portal's CSV names no policy, and
--   without the permission the list is left out: neither means that there is none
-- caveat: Counts are of sign-ins that carry policy detail, see with_policy_detail in ca_status.
-- chart: stacked x=policy_name y=success,failure overview=yes title=Results of the policies in force
-- chart: stacked x=policy_name y=report_only_success,report_only_failure,report_only_interrupted title=What report-only
--   policies would have done
with results as (
    select
        *,
        result in ('success', 'failure') as enforced
    from sign_in_policies
),
-- What each failure did to its sign-in; the sign-in's other failed policies tell which of them it was.
failures as (
    select
        p.policy_id,
        policy_effect(
            s.status,
            code.by_conditional_access,
            is_policy_of_code(
                code.stopped_by,
                p.grant_controls,
                coalesce(
                    bool_or(lower(p.grant_controls) like '%block%') over (partition by p.parent_file_id, p.parent_record),
                    false
                )
            )
        ) as effect
    from sign_in_policies as p
    left join sign_ins as s on s.file_id = p.parent_file_id and s.record = p.parent_record
    left join error_codes as code on code.error_code = s.error_code
    where p.result = 'failure'
),
effects as (
    select
        policy_id,
        count(*) filter (where effect = 'stopped') as stopped,
        count(*) filter (where effect = 'asked for more') as asked_for_more,
        count(*) filter (where effect = 'asked for more, not passed') as not_passed
    from failures
    group by policy_id
),
users as (
    select
        r.policy_id,
        count(distinct coalesce(s.user_principal_name, s.user_id)) as enforced_users
    from results as r
    join sign_ins as s on s.file_id = r.parent_file_id and s.record = r.parent_record
    where r.enforced
    group by r.policy_id
),
newest_names as (
    select
        policy_id,
        policy_name
    from results
    group by policy_id, policy_name
    qualify row_number() over (partition by policy_id order by max(event_time) desc, policy_name) = 1
),
counts as (
    select
        policy_id,
        count(*) as sign_ins,
        count(*) filter (where enforced) as enforced_sign_ins,
        count(*) filter (where result = 'success') as success,
        count(*) filter (where result = 'failure') as failure,
        count(*) filter (where result = 'notApplied') as not_applied,
        count(*) filter (where result = 'notEnabled') as not_enabled,
        count(*) filter (where result = 'reportOnlySuccess') as report_only_success,
        count(*) filter (where result = 'reportOnlyFailure') as report_only_failure,
        count(*) filter (where result = 'reportOnlyInterrupted') as report_only_interrupted,
        count(*) filter (where result = 'reportOnlyNotApplied') as report_only_not_applied,
        count(*) filter (where result is null or result not in (
            'success', 'failure', 'notApplied', 'notEnabled', 'reportOnlySuccess', 'reportOnlyFailure',
            'reportOnlyInterrupted', 'reportOnlyNotApplied'
        )) as other,
        min(event_time) filter (where enforced) as first_enforced,
        max(event_time) filter (where enforced) as last_enforced,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from results
    group by policy_id
),
controls as (
    select
        policy_id,
        string_agg(distinct grant_controls, '; ' order by grant_controls) as grant_controls,
        string_agg(distinct session_controls, '; ' order by session_controls) as session_controls
    from (
        select distinct
            policy_id,
            nullif(grant_controls, '') as grant_controls,
            nullif(session_controls, '') as session_controls
        from results
        where result not in ('notApplied', 'notEnabled', 'reportOnlyNotApplied')
    )
    group by policy_id
),
ever_in_use as (
    select distinct policy_id
    from evidence.sign_in_policies
    where result in ('success', 'failure', 'reportOnlySuccess', 'reportOnlyFailure', 'reportOnlyInterrupted')
)
select
    newest_names.policy_name,
    c.sign_ins,
    c.enforced_sign_ins,
    coalesce(users.enforced_users, 0) as enforced_users,
    c.success,
    c.failure,
    coalesce(effects.stopped, 0) as stopped,
    coalesce(effects.asked_for_more, 0) as asked_for_more,
    coalesce(effects.not_passed, 0) as not_passed,
    c.report_only_failure,
    c.report_only_interrupted,
    controls.grant_controls,
    exists (from ever_in_use as e where e.policy_id is not distinct from c.policy_id) as in_use,
    c.not_applied,
    c.not_enabled,
    c.report_only_success,
    c.report_only_not_applied,
    c.other,
    controls.session_controls,
    c.first_enforced,
    c.last_enforced,
    c.first_seen,
    c.last_seen,
    c.policy_id
from counts as c
left join newest_names on newest_names.policy_id is not distinct from c.policy_id
left join effects on effects.policy_id is not distinct from c.policy_id
left join users on users.policy_id is not distinct from c.policy_id
left join controls on controls.policy_id is not distinct from c.policy_id
order by
    c.failure desc,
    c.enforced_sign_ins desc,
    c.sign_ins desc,
    newest_names.policy_name,
    c.policy_id
