-- description: Addresses from which at least five accounts signed in on at least three days: an office, a carrier, a relay.
--   What two findings have of these in common joins them to nothing.
-- materialized: yes
-- judges: shared addresses
-- reduced by: addresses_of_many
-- ordered by: ip_address
-- column ip_address varchar: as logged
select ip_address
from evidence.sign_ins
where status = 'success' and ip_address is not null
group by ip_address
having count(distinct coalesce(user_id, user_principal_name)) >= 5 and count(distinct event_time::date) >= 3
union
select thing
from evidence.reductions
where reduction = 'addresses_of_many'
