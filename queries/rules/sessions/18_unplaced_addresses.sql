-- title: Addresses of unknown network beside others
-- points: 1
-- techniques: T1090
-- kind: place
select
    session,
    1 as points,
    unplaced_addresses || ' of ' || addresses || ' addresses of unknown network' as sentence,
from session_facts
where addresses is not null
