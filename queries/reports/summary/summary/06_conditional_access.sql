-- title: conditional access
-- description: What Conditional Access did, and which policies.
with
-- A policy's result failure is laid at its door only where the error code asks
-- for what the policy controls.
policy_results as (
    select
        coalesce(policy_name, policy_id, 'policy unknown') as policy,
        result,
        status,
        sign_ins.error_code,
        (parent_file_id, parent_record) as sign_in,
        coalesce(user_principal_name, user_id, service_principal_name, service_principal_id) as who,
        coalesce(app_display_name, app_id) as app,
        sign_ins.event_time,
        code.by_conditional_access,
        is_policy_of_code(
            code.stopped_by,
            grant_controls,
            coalesce(bool_or(result = 'failure' and lower(grant_controls) like '%block%') over (partition by parent_file_id, parent_record), false)
        ) as is_of_code,
    from sign_in_policies
    join sign_ins on sign_ins.file_id = sign_in_policies.parent_file_id and sign_ins.record = sign_in_policies.parent_record
    left join error_codes as code on code.error_code = sign_ins.error_code
    where result in ('failure', 'reportOnlyFailure', 'reportOnlyInterrupted')
),
policy_counts as (
    select
        case result
            when 'reportOnlyFailure' then 'report-only, would have stopped'
            when 'reportOnlyInterrupted' then 'report-only, would have asked for more'
            else policy_effect(status, by_conditional_access, is_of_code)
        end as outcome,
        policy,
        count(distinct sign_in) as times,
        count(distinct sign_in) filter (where status = 'success') as successes,
        count(distinct who) as users,
        list(distinct app order by app) filter (where app is not null) as apps,
        list(distinct error_code order by error_code) filter (where error_code is not null) as codes,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from policy_results
    group by all
)
select
    row_number() over (order by times desc, conditional_access_status) as item_no,
    coalesce(replace(conditional_access_status, '_', ' '), 'unknown') as item,
    times::varchar as value,
    case
        when with_detail = 0 then 'which policies is only in the JSON export'
        when with_detail < times then with_detail || ' of them tell which policies'
    end as detail,
from (
    select conditional_access_status, count(*) as times, count(*) filter (where has_policy_detail and file_id in (from policy_files)) as with_detail
    from sign_ins
    group by all
)
union all
select
    100 * list_position(['stopped', 'not met, yet signed in', 'asked for more', 'asked for more, not passed', 'with its result failure', 'report-only, would have stopped', 'report-only, would have asked for more'], outcome)
        + row_number() over (partition by outcome order by times desc, policy),
    outcome || ': ' || policy,
    counted(times, 'sign-in', 'sign-ins'),
    concat_ws(
        '; ',
        'of ' || counted(users, 'user', 'users') || coalesce(' to ' || few(apps), ''),
        case when outcome like 'report-only%' then successes || ' of them successful' end,
        case when outcome = 'with its result failure' then 'the code does not say that it was this policy (' || few(codes) || ')' end,
        period_text(first_seen, last_seen)
    ),
from policy_counts
qualify row_number() over (partition by outcome order by times desc, policy) <= 3
