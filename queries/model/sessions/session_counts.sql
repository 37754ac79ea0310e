-- description: One row a session: what is counted in its events. Most sessions have one user, network, country, system and
--   device: whether there are more is known here, which they are in session_values.
-- materialized: yes
-- ordered by: session
-- column session bigint: its number
-- column first_seen timestamp: earliest event (UTC)
-- column last_seen timestamp: latest event (UTC)
-- column sign_ins bigint: in this session
-- column sign_ins_success bigint: of them
-- column sign_ins_failure bigint: of them
-- column sign_ins_interrupted bigint: of them
-- column sign_ins_interactive bigint: of them
-- column sign_ins_non_interactive bigint: of them
-- column audit_events bigint: in this session
-- column free_text_events bigint: audit events whose session id stood in no field of its own
-- column person bigint: number of its user, of several the first by name
-- column network bigint: its network, of several the smallest number
-- column country varchar: its country, of several any
-- column has_people boolean: several users
-- column has_networks boolean: several networks
-- column has_countries boolean: several countries
-- column has_systems boolean: several operating systems
-- column has_devices boolean: several registered devices
-- column has_agents boolean: several user agents of sign-ins
-- column has_unplaced_addresses boolean: several addresses, some of them of unknown network
-- column has_registered_device boolean: a sign-in from a registered device
-- column has_agent boolean: a sign-in with a user agent
-- column has_tools boolean: an event with the user agent of a script or attack kit
-- column is_device_code boolean: signed in by device code
-- column is_legacy boolean: signed in by a protocol that cannot do multifactor authentication
-- column risk varchar: the highest of its sign-ins, if it is medium or high
-- column moved_events bigint: audit events from another address and network than the sign-in that issued their token
-- column has_unknown_category boolean: a sign-in of which the export does not say whether it was interactive
-- column is_system boolean: nothing but audit events of services
select
    session,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) filter (where is_sign_in) as sign_ins,
    count(*) filter (where status = 'success') as sign_ins_success,
    count(*) filter (where status = 'failure') as sign_ins_failure,
    count(*) filter (where status = 'interrupted') as sign_ins_interrupted,
    count(*) filter (where category = 'interactive') as sign_ins_interactive,
    count(*) filter (where category = 'non_interactive') as sign_ins_non_interactive,
    count(*) filter (where not is_sign_in) as audit_events,
    count(*) filter (where is_free_text) as free_text_events,
    min(person) as person,
    min(network) as network,
    min(country) as country,
    min(person) < max(person) as has_people,
    min(network) < max(network) as has_networks,
    min(hash(country)) filter (where country is not null) < max(hash(country)) filter (where country is not null) as has_countries,
    min(system) < max(system) as has_systems,
    min(device) < max(device) as has_devices,
    min(agent) < max(agent) as has_agents,
    min(address) < max(address) and bool_or(address is not null and network is null) as has_unplaced_addresses,
    bool_or(device is not null) as has_registered_device,
    bool_or(agent is not null) as has_agent,
    bool_or(tool is not null) as has_tools,
    coalesce(bool_or(is_device_code), false) as is_device_code,
    coalesce(bool_or(is_legacy), false) as is_legacy,
    min(risk) as risk, -- high sorts before medium
    count(*) filter (where is_moved) as moved_events,
    bool_or(is_sign_in and category is null) as has_unknown_category,
    bool_and(is_system) as is_system,
from session_activity
group by session
