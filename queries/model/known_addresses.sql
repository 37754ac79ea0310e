-- description: The addresses in evidence that the case sheet trusts or calls bad. One that is both is bad.
-- materialized: yes
-- column kind varchar: trusted, bad
-- column ip_address varchar: as the logs have it
-- column value varchar: what the case sheet has: an address, a range, a network
with known as (
    select kind, ip_address, value
    from sheet_addresses
    union all
    select e.kind, a.ip_address, 'AS' || e.value
    from sheet_entries as e
    join addresses as a on a.network::varchar = e.value
    where e.thing = 'asn'
)
select
    min(kind) as kind,
    ip_address,
    min_by(value, {'kind': kind, 'value': value}) as value
from known
group by ip_address
