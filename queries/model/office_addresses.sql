-- description: Addresses from which three accounts or more signed in with success, each on two days or more: the tenant's offices
--   and its gateways. What comes from there is not foreign, wherever the address is said to be.
-- materialized: yes
-- column ip_address varchar: as logged
-- column accounts bigint: how many
-- column country varchar: of the address, two letters; NULL = not known
select
    h.value as ip_address,
    count(distinct h.account) as accounts,
    upper(max(a.country)) as country
from account_habits as h
left join addresses as a on a.ip_address = h.value
where h.feature = 'address' and h.kind = 'user' and h.days >= 2
group by h.value
having count(distinct h.account) >= 3
order by h.value
