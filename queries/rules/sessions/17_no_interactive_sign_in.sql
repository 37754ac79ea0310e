-- title: No interactive sign-in of the session in the files
-- points: 1
-- techniques: T1550.001
-- kind: place
select
    session,
    1 as points,
    'no interactive sign-in of it in the files' as sentence,
from session_facts
where sign_ins > 0 and sign_ins_interactive = 0 and has_interactive and not has_unknown_category
