-- description: The sessions of judged_sessions that the filters show: each occurs in what they show, and is judged on all of
--   its events.
-- columns of: judged_sessions
select *
from judged_sessions
where is_session_shown(session_id)
