-- description: The logs that can be loaded, one row for each way to get one.
-- for each: export
-- column position integer: to order the logs by
-- column source varchar: the table of its records, as in events
-- column log varchar: what users call it
-- column part varchar: the part of the log that this way gets; NULL = all of it
-- column export varchar: how to get it
-- column is_expected boolean: most cases have it
-- column has_session_ids boolean: the log has a column for the session
select
    {position} as position,
    '{table}' as source,
    {log} as log,
    {part} as part,
    {export} as export,
    {expected} as is_expected,
    {has session_id} as has_session_ids
