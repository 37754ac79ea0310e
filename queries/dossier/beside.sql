-- title: Beside it, without its id
-- description: Records that do not carry its id, and why they stand here: what its users did, or was tried in
--   their name, between its first and last event without a session id (failed sign-ins, changes in the directory, risk), which
--   may belong to another session; within a day before and after, what came from one of its addresses or under one of its
--   correlation ids; and what others did to the account meanwhile, such as a password reset. One attempt may stand in two logs.
-- notes on: record
-- position: 9
-- status: result
select
    event_time,
    source,
    action,
    result,
    target,
    actor,
    ip_address,
    belongs,
    id,
    file_id || ':' || record as record
from dossier_beside
order by event_time, source, file_id, dossier_beside.record
