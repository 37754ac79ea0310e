-- title: First sign-in to each application, let in or not
-- description: When an application was first signed in to, by whom, and when last, failures included. Beside a folder of Parquet it tells a run that
--   reads a part of it which applications are new in the tenant, and which days the sign-ins reach over.
-- position: 13
-- needs: sign_ins
-- caveat: The first in these logs is not the first ever.
with
numbered as (
    select
        app_id,
        app_display_name,
        event_time,
        coalesce(user_principal_name, user_id, service_principal_name, service_principal_id) as account,
        row_number() over (
            partition by app_id, app_display_name
            order by
                event_time nulls last,
                coalesce(user_principal_name, user_id, service_principal_name, service_principal_id) nulls last,
                file_id,
                record
        ) as place,
        count(*) over (partition by app_id, app_display_name) as sign_ins,
        max(event_time) over (partition by app_id, app_display_name) as last_event
    from sign_ins
)
select
    app_id,
    app_display_name,
    event_time as first_event,
    last_event,
    account as first_account,
    sign_ins
from numbered
where place = 1
order by app_id nulls last, app_display_name nulls last
