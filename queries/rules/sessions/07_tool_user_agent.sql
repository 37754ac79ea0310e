-- title: The user agent of a script or attack kit
-- points: 3
-- techniques: T1078.004
-- kind: act
select
    session,
    3 as points,
    'user agent of a tool: ' || listed(tools) as sentence,
from session_facts
where tools is not null
