-- title: Sign-ins by address and day
-- description: What came from each address on each day. Many users from an address that has few successes pick the addresses
--   to look at.
-- position: 2
-- needs: sign_ins
select
    day,
    ip_address,
    max(country) as country,
    max(autonomous_system_number) as autonomous_system_number,
    count(*) as sign_ins,
    cast(sum(case when error_code = 0 then 1 else 0 end) as bigint) as successes,
    cast(sum(case when error_code <> 0 then 1 else 0 end) as bigint) as failures,
    count(distinct user_principal_name) as users,
    count(distinct app_id) as applications,
    count(distinct user_agent) as user_agents,
    min(event_time) as first_event,
    max(event_time) as last_event
from sign_ins
where ip_address is not null
group by day, ip_address
order by day nulls last, ip_address
