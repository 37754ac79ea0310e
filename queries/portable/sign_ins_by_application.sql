-- title: Sign-ins by application and day
-- description: Who used each application on each day, and from how many addresses. An application that few use, or that few used
--   before that day, is one to look at.
-- position: 3
-- needs: sign_ins
select
    day,
    app_id,
    max(app_display_name) as app_display_name,
    count(*) as sign_ins,
    cast(sum(case when error_code = 0 then 1 else 0 end) as bigint) as successes,
    count(distinct coalesce(user_principal_name, user_id, service_principal_id)) as accounts,
    count(distinct resource_id) as resources,
    count(distinct ip_address) as addresses,
    min(event_time) as first_event,
    max(event_time) as last_event
from sign_ins
where app_id is not null
group by day, app_id
order by day nulls last, app_id
