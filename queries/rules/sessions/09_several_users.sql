-- title: Several users in a session
-- points: 3
-- techniques: T1550.001
-- kind: place
select
    session,
    3 as points,
    len(people) || ' users: ' || listed(people) as sentence,
from session_facts
where len(people) > 1
