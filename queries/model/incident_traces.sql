-- description: The sessions and addresses of incidents: those of their findings of medium severity or more, without addresses that many
--   accounts share. What bears one of them belongs to the incident, found or not.
-- materialized: yes
-- ordered by: trace, value
-- column incident integer: of incidents
-- column trace varchar: session, address
-- column value varchar: the session id or the address
with seeds as (
    select i.incident, f.session_id, f.addresses
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3
),
traces as (
    select incident, 'session' as trace, session_id as value
    from seeds
    where session_id <> ''
    union
    select incident, 'address', unnest(addresses)
    from seeds
)
select min(incident) as incident, trace, value
from traces
where trace = 'session' or value not in (select ip_address from shared_addresses)
group by trace, value
