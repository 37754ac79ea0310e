-- title: Events after a password reset or revocation of tokens
-- points: 4 if somebody else did it
-- points: 1 if the user did it
-- techniques: T1550.001
-- kind: act
select
    session,
    case when by_user then 1 else 4 end as points,
    counted(surviving_events, 'event', 'events') || ' after ' || action || case when by_user then ' by the user' else '' end
        || ' at ' || minute_text(contained_at) || ', last at ' || minute_text(last_event) as sentence,
from session_facts
where surviving_events > 0
