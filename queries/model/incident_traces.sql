-- description: The sessions and addresses of incidents: those of their findings of medium severity or more, without addresses that many
--   accounts share, and without what is the account's own where there is something strange as well: its usual addresses, and
--   sessions that were used from no other. What bears one of them belongs to the incident, found or not.
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
address_traces as (
    select distinct
        s.incident,
        s.address,
        o.address is not null as is_own
    from (select incident, unnest(addresses) as address from seeds) as s
    left join incident_own_addresses as o on s.incident = o.incident and s.address = o.address
    where s.address not in (select ip_address from shared_addresses)
),
strange as (
    select incident
    from address_traces
    group by incident
    having not bool_and(is_own)
),
session_addresses as (
    select distinct session_id, client_address(ip_address) as address
    from evidence.sign_ins
    where session_id in (select session_id from seeds)
    union
    select distinct session_id, client_address(ip_address)
    from evidence.audit_events
    where session_id in (select session_id from seeds)
),
session_traces as (
    select
        s.incident,
        s.session_id,
        -- without an address nothing tells whose it is
        coalesce(bool_and(o.address is not null) filter (where a.address is not null), false) as is_own
    from (select distinct incident, session_id from seeds where session_id <> '') as s
    left join session_addresses as a using (session_id)
    left join incident_own_addresses as o on s.incident = o.incident and a.address = o.address
    group by s.incident, s.session_id
),
traces as (
    select incident, 'session' as trace, session_id as value, is_own
    from session_traces
    union all
    select incident, 'address', address, is_own
    from address_traces
)
select min(incident) as incident, trace, value
from traces
where not is_own or incident not in (select incident from strange)
group by trace, value
