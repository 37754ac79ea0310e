-- description: From where an account usually works: addresses from which it signed in with success on three days or more, and offices
--   of the tenant from which it signed in at all.
-- materialized: yes
-- column account varchar: of logons
-- column ip_address varchar: as logged
select
    account,
    value as ip_address
from account_habits
where feature = 'address'
    and kind = 'user'
    and (days >= 3 or value in (select ip_address from office_addresses))
