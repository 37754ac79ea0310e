-- description: Networks that the tenant's people use: three accounts or more signed in from there with success, each on two days or
--   more. No hosting networks, where nobody lives. What comes from there is not foreign, though it may be new for one account.
-- materialized: yes
-- column network bigint: AS number
-- column accounts bigint: how many
select
    value::bigint as network,
    count(distinct account) as accounts
from account_habits
where feature = 'network'
    and kind = 'user'
    and days >= 2
    and value not in (select asn from list_hosting_networks)
group by value
having count(distinct account) >= 3
