-- title: Sign-in risk medium or high
-- points: 2
-- techniques: T1078.004
-- kind: place
select
    session,
    2 as points,
    'sign-in risk ' || risk as sentence,
from session_facts
where risk is not null
