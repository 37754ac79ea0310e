-- title: Addresses that many accounts sign in from
-- description: Addresses from which at least five accounts signed in with success on at least three days: an office, a carrier, a relay. Beside a
--   folder of Parquet it tells a run that reads a part of it which addresses join findings to nothing.
-- position: 15
-- needs: sign_ins
select
    ip_address,
    count(distinct coalesce(user_id, user_principal_name)) as accounts,
    count(distinct day) as days
from sign_ins
where status = 'success' and ip_address is not null
group by ip_address
having count(distinct coalesce(user_id, user_principal_name)) >= 5 and count(distinct day) >= 3
order by ip_address
