-- title: Several clients in a session
-- points: 3 for several operating systems or registered devices
-- points: 1 for several user agents
-- techniques: T1539
-- kind: place
select
    session,
    case when len(systems) > 1 or len(devices) > 1 then 3 else 1 end as points,
    case
        when len(systems) > 1 then len(systems) || ' operating systems: ' || listed(systems)
        when len(devices) > 1 then len(devices) || ' devices: ' || listed(devices)
        else user_agents || ' user agents'
    end as sentence,
from session_facts
where len(systems) > 1 or len(devices) > 1 or user_agents > 1
