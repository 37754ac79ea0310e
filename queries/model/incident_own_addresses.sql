-- description: From where the accounts that act in an incident worked before it began: their usual addresses, first used before.
-- materialized: yes
-- ordered by: incident, address
-- column incident integer: of incidents
-- column address varchar: the address
with began as (
    select i.incident, min(f.first_seen) as first_seen
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3
    group by i.incident
)
select distinct
    a.incident,
    u.ip_address as address
from incident_accounts as a
join began as b using (incident)
join usual_addresses as u using (account)
join account_habits as h on h.account = u.account and h.kind = 'user' and h.feature = 'address' and h.value = u.ip_address
where a.is_actor and h.first_seen < b.first_seen
