-- title: Sign-ins by user and day
-- description: What each user's sign-ins were on each day. Many addresses or countries on one day, or many failures before a
--   success, pick the users and days to look at.
-- position: 1
-- needs: sign_ins
select
    day,
    bucket,
    coalesce(user_principal_name, user_id) as user_name,
    count(*) as sign_ins,
    cast(sum(case when error_code = 0 then 1 else 0 end) as bigint) as successes,
    cast(sum(case when error_code <> 0 then 1 else 0 end) as bigint) as failures,
    count(distinct ip_address) as addresses,
    count(distinct autonomous_system_number) as networks,
    count(distinct country) as countries,
    count(distinct app_id) as applications,
    count(distinct session_id) as sessions,
    min(event_time) as first_event,
    max(event_time) as last_event
from sign_ins
where coalesce(user_principal_name, user_id) is not null
group by day, bucket, coalesce(user_principal_name, user_id)
order by day nulls last, user_name, bucket
