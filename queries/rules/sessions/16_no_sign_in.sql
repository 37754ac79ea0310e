-- title: No sign-in of the session in the files
-- points: 2
-- techniques: T1550.001
-- kind: place
select
    session,
    2 as points,
    'no sign-in of it in the files' as sentence,
from session_facts
where sign_ins = 0 and has_session_ids and not is_system
