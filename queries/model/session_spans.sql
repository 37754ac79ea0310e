-- description: How long the sessions of people were used, and from how far apart: one row a session and account.
-- materialized: yes
-- column session_id varchar: as logged
-- column account varchar: of logons
-- column first_seen timestamp: first use (UTC)
-- column last_seen timestamp: last one
-- column lowest_country varchar: of the uses whose address is known, the first country in the order of its letters
-- column highest_country varchar: the last one; another than the lowest = at least two
-- column lowest_network bigint: likewise, of autonomous systems
-- column highest_network bigint: the last one
-- column lowest_address varchar: likewise, of addresses
-- column highest_address varchar: the last one
-- column has_unknown_place boolean: of an address neither network nor country is known
select
    session_id,
    account,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    min(country) filter (where ip_address is not null) as lowest_country,
    max(country) filter (where ip_address is not null) as highest_country,
    min(network) filter (where ip_address is not null) as lowest_network,
    max(network) filter (where ip_address is not null) as highest_network,
    min(ip_address) as lowest_address,
    max(ip_address) as highest_address,
    coalesce(bool_or(network is null and country is null) filter (where ip_address is not null), false) as has_unknown_place
from session_uses
where session_id is not null
group by session_id, account
