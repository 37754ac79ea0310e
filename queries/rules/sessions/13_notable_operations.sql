-- title: Operations that change who gets in or where data goes
-- points: 2
-- points: 1 if they are inbox rules, mailbox settings, links and passwords alone, which many change
-- techniques: T1098, T1114.003, T1564.008
-- kind: act
select
    session,
    case when is_rare then 2 else 1 end as points,
    'notable operations: ' || notable_operations as sentence,
from session_facts
where notable_operations is not null
