-- title: Legacy authentication
-- points: 2
-- techniques: T1078.004
-- kind: place
select
    session,
    2 as points,
    'legacy authentication' as sentence,
from session_facts
where is_legacy
