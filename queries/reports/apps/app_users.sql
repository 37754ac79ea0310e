-- title: Who uses which application
-- description: One row an application and user (or service principal, or managed identity), the most used application
--   first. Name one with --app to look into it.
-- notes on: user_principal_name
-- position: 3
-- wrap: app_display_name
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
with uses_by_country as (
    select
        app_display_name,
        app_id,
        coalesce(user_principal_name, user_id) as user_principal_name,
        case when coalesce(user_principal_name, user_id) is null
            then coalesce(service_principal_name, service_principal_id) end as service_principal_name,
        country,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        max(event_time) filter (where status = 'success') as last_used
    from sign_ins
    group by all
),
uses as (
    select
        app_display_name,
        app_id,
        user_principal_name,
        service_principal_name,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        listed(list_sort(list(country) filter (where country is not null))) as countries,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        max(last_used) as last_used
    from uses_by_country
    group by all
)
select
    app_display_name,
    user_principal_name,
    service_principal_name,
    sign_ins,
    success,
    failure,
    interrupted,
    countries,
    first_seen,
    last_seen,
    last_used,
    app_id
from uses
order by
    sum(sign_ins) over (partition by app_display_name, app_id) desc,
    app_display_name,
    app_id,
    sign_ins desc,
    user_principal_name,
    service_principal_name
