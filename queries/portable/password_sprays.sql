-- title: Addresses that tried many accounts
-- description: Addresses from which, on one day, ten accounts or more failed on a wrong password, an account that does not exist or
--   one that is locked, with how many of all that they tried let them in.
-- position: 7
-- needs: sign_ins
-- caveat: Many people behind the address of one company mistype their passwords too: compare the failures with the users.
select
    day,
    ip_address,
    max(country) as country,
    max(autonomous_system_number) as autonomous_system_number,
    count(distinct case when error_code in (50126, 50034, 50053, 50055, 50056, 50057) then user_principal_name end) as users_refused,
    cast(sum(case when error_code in (50126, 50034, 50053, 50055, 50056, 50057) then 1 else 0 end) as bigint) as refusals,
    count(distinct case when error_code = 0 then user_principal_name end) as users_let_in,
    min(event_time) as first_event,
    max(event_time) as last_event
from sign_ins
where ip_address is not null
group by day, ip_address
having count(distinct case when error_code in (50126, 50034, 50053, 50055, 50056, 50057) then user_principal_name end) >= 10
order by day nulls last, ip_address
