-- description: One row a session in which there are several of something: what they are. A list is NULL, or has one element, where
--   session_counts says that there are not several.
-- column session bigint: its number
-- column people bigint[]: numbers of the users, in the order of their names
-- column networks bigint[]: the autonomous systems
-- column countries varchar[]: the countries
-- column systems varchar[]: the operating systems
-- column tools varchar[]: scripts and attack kits that user agents name
-- column moved_networks bigint[]: networks in which a token was used that was issued in another
-- column devices varchar[]: the registered devices, by name
-- column agents bigint: different user agents of sign-ins
-- column addresses bigint: different addresses
-- column unplaced_addresses bigint: of them, those of unknown network
with
lists as (
    select
        session,
        list_sort(list(distinct person) filter (where person is not null)) as people,
        list_sort(list(distinct network) filter (where network is not null)) as networks,
        list_sort(list(distinct country) filter (where country is not null)) as countries,
        list_sort(list(distinct system) filter (where system is not null)) as systems,
        list_sort(list(distinct tool) filter (where tool is not null)) as tools,
        list(distinct network) filter (where is_moved and network is not null) as moved_networks,
    from session_activity
    where session in (
        select session
        from session_counts
        where has_people or has_networks or has_countries or has_systems or has_tools or moved_events > 0
    )
    group by session
),
devices as (
    select
        k.session,
        list_sort(list(distinct d.device_name)) as devices,
    from evidence.sign_ins as s
    join session_numbers as k using (session_id)
    join device_names as d using (device_id)
    where k.session in (select session from session_counts where has_devices)
    group by k.session
),
agents as (
    select
        session,
        count(distinct agent) as agents,
    from session_activity
    where agent is not null and session in (select session from session_counts where has_agents)
    group by session
),
addresses_of_sessions as (
    select
        session,
        count(distinct address) as addresses,
        count(distinct address) filter (where network is null) as unplaced_addresses,
    from session_activity
    where session in (select session from session_counts where has_unplaced_addresses)
    group by session
),
system_names as (
    select list(system_name order by system) as names
    from (select distinct system, system_name from session_programs where system is not null)
)
select
    session,
    people,
    networks,
    countries,
    list_transform(systems, n -> system_names.names[n]) as systems,
    tools,
    moved_networks,
    devices,
    agents,
    addresses,
    unplaced_addresses,
from lists
full join devices using (session)
full join agents using (session)
full join addresses_of_sessions using (session)
cross join system_names
