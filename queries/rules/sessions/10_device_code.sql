-- title: Signed in by device code
-- points: 3
-- techniques: T1528, T1566.002
-- kind: act
select
    session,
    3 as points,
    'signed in by device code' as sentence,
from session_facts
where is_device_code
