-- title: Timeline
-- description: Everything in all logs on one line of time: who did what to what, from where, and how it ended, whether
--   it has a session id or not. With --user it is what one account did and what was done to it.
-- position: 4
-- workbook: yes
-- topics: history, chronology
-- first rows: what matters
-- needs: every log
-- filled by: any export of these logs.
-- caveat: One act may stand here several times, once for each log that saw it: a sign-in in the sign-in log and in the
--   audit log, a directory change in the audit log and in the directory audit log.
select
    event_time,
    source,
    actor,
    action,
    target,
    ip_address,
    result,
    session_id,
    id,
    file_id,
    record
from events
order by
    event_time nulls last,
    source,
    id,
    file_id,
    record
