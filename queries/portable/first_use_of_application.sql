-- title: First use of each application in the tenant
-- description: When an application was first signed in to with success, by whom and from where, and how many accounts and days followed.
-- position: 10
-- needs: sign_ins
-- caveat: The first in these logs is not the first ever.
with
used as (
    select
        app_id,
        app_display_name,
        coalesce(user_principal_name, user_id, service_principal_id) as account,
        ip_address,
        event_time,
        row_number() over (partition by app_id order by event_time, id nulls last, file_id, record) as place
    from sign_ins
    where error_code = 0 and app_id is not null and event_time is not null
),
totals as (
    select
        app_id,
        count(*) as sign_ins,
        count(distinct coalesce(user_principal_name, user_id, service_principal_id)) as accounts,
        count(distinct day) as days
    from sign_ins
    where error_code = 0 and app_id is not null and event_time is not null
    group by app_id
)
select
    u.app_id,
    u.app_display_name,
    u.event_time as first_event,
    u.account,
    u.ip_address,
    t.sign_ins,
    t.accounts,
    t.days
from used as u
join totals as t on t.app_id = u.app_id
where u.place = 1
order by u.event_time, u.app_id
