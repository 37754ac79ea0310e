-- title: Conditional Access by application, client and user
-- sheet: Conditional Access broken down
-- description: What Conditional Access came to for each application, each client app and each user: dimension says which
--   of the three, value which one. Within each, those with failures come first. The three parts count the same
--   sign-ins three times (service principals have no user). ca_status explains the columns.
-- position: 3
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
with counted as (
    select
        app_display_name,
        client_app,
        coalesce(user_principal_name, user_id) as who,
        conditional_access_status,
        count(*) as sign_ins
    from sign_ins
    group by all
),
parts as (
    select 1 as position, 'application' as dimension, app_display_name as value, conditional_access_status, sign_ins
    from counted
    union all
    select 2, 'client_app', client_app, conditional_access_status, sign_ins
    from counted
    union all
    select 3, 'user', who, conditional_access_status, sign_ins
    from counted
    where who is not null
)
select
    dimension,
    value,
    sum(sign_ins)::bigint as sign_ins,
    coalesce(sum(sign_ins) filter (where conditional_access_status = 'success'), 0)::bigint as success,
    coalesce(sum(sign_ins) filter (where conditional_access_status = 'failure'), 0)::bigint as failure,
    coalesce(sum(sign_ins) filter (where conditional_access_status = 'not_applied'), 0)::bigint as not_applied,
    coalesce(sum(sign_ins) filter (where conditional_access_status is null), 0)::bigint as not_stated
from parts
group by position, dimension, value
order by
    position,
    failure desc,
    sign_ins desc,
    value
