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
with
-- A million results are of few policies, and each has few outcomes: they are counted once.
results as materialized (
    select
        policy_id,
        policy_name,
        result,
        result in ('success', 'failure') as enforced,
        nullif(grant_controls, '') as grant_controls,
        nullif(session_controls, '') as session_controls,
        count(*) as sign_ins,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_in_policies
    group by all
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
    from sign_in_policies as r
    join sign_ins as s on s.file_id = r.parent_file_id and s.record = r.parent_record
    where r.result in ('success', 'failure')
    group by r.policy_id
),
newest_names as (
    select
        policy_id,
        policy_name
    from results
    group by policy_id, policy_name
    qualify row_number() over (partition by policy_id order by max(last_seen) desc, policy_name) = 1
),
counts as (
    select
        policy_id,
        sum(sign_ins)::bigint as sign_ins,
        coalesce(sum(sign_ins) filter (where enforced), 0)::bigint as enforced_sign_ins,
        coalesce(sum(sign_ins) filter (where result = 'success'), 0)::bigint as success,
        coalesce(sum(sign_ins) filter (where result = 'failure'), 0)::bigint as failure,
        coalesce(sum(sign_ins) filter (where result = 'notApplied'), 0)::bigint as not_applied,
        coalesce(sum(sign_ins) filter (where result = 'notEnabled'), 0)::bigint as not_enabled,
        coalesce(sum(sign_ins) filter (where result = 'reportOnlySuccess'), 0)::bigint as report_only_success,
        coalesce(sum(sign_ins) filter (where result = 'reportOnlyFailure'), 0)::bigint as report_only_failure,
        coalesce(sum(sign_ins) filter (where result = 'reportOnlyInterrupted'), 0)::bigint as report_only_interrupted,
        coalesce(sum(sign_ins) filter (where result = 'reportOnlyNotApplied'), 0)::bigint as report_only_not_applied,
        coalesce(sum(sign_ins) filter (where result is null or result not in (
            'success', 'failure', 'notApplied', 'notEnabled', 'reportOnlySuccess', 'reportOnlyFailure',
            'reportOnlyInterrupted', 'reportOnlyNotApplied'
        )), 0)::bigint as other,
        min(first_seen) filter (where enforced) as first_enforced,
        max(last_seen) filter (where enforced) as last_enforced,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from results
    group by policy_id
),
controls as (
    select
        policy_id,
        string_agg(distinct grant_controls, '; ' order by grant_controls) as grant_controls,
        string_agg(distinct session_controls, '; ' order by session_controls) as session_controls
    from results
    where result not in ('notApplied', 'notEnabled', 'reportOnlyNotApplied')
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
