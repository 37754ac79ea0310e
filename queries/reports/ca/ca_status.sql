-- title: Conditional Access status
-- description: What Conditional Access came to, as the portal counts it. success: at least one policy applied to this
--   user and application, and nothing it asked for was refused; that a policy was looked at does not mean that it
--   demanded anything. failure: a policy applied and what it asks for was not met, or it blocks. not_applied: no
--   policy applied to this user and application. The sign-in's own status stands beside it: a failure of Conditional
--   Access may be an interrupted sign-in that passes a moment later. with_policy_detail counts those whose export also
--   names the policies: for the others ca_policies and ca_detail can tell nothing, download JSON as somebody who may read
--   policies. ca_weekly and ca_breakdown give the same over
--   time and by application, client and user.
-- position: 1
-- wrap: meaning
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: bar x=conditional_access_status y=sign_ins title=Sign-ins by Conditional Access status
with by_status as (
    select
        conditional_access_status,
        count(*) as sign_ins,
        count(distinct coalesce(user_principal_name, user_id)) as users,
        count(distinct coalesce(app_id, app_display_name)) as applications,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        count(*) filter (where authentication_requirement = 'multi_factor') as multi_factor,
        count(*) filter (where authentication_requirement = 'single_factor') as single_factor,
        count(*) filter (where has_policy_detail and file_id in (from policy_files)) as with_policy_detail,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by conditional_access_status
)
select
    conditional_access_status,
    sign_ins,
    round(100.0 * sign_ins / sum(sign_ins) over (), 1) as percent,
    case conditional_access_status
        when 'success' then 'A policy applied to the user and application (its other conditions may not have fitted); nothing it asked for was refused.'
        when 'failure' then 'A policy applied and was not satisfied, or it blocks.'
        when 'not_applied' then 'No policy applied to the user and application.'
        else 'The export does not say.'
    end as meaning,
    users,
    applications,
    success,
    failure,
    interrupted,
    multi_factor,
    single_factor,
    with_policy_detail,
    first_seen,
    last_seen
from by_status
order by
    sign_ins desc,
    conditional_access_status
