-- title: Began where an AiTM page leads, without a device
-- points: 1
-- techniques: T1557
-- kind: place
select
    session,
    1 as points,
    'began at ' || start_page_without_device || ' without a device' as sentence,
from session_facts
where start_page_without_device is not null and not is_chained
