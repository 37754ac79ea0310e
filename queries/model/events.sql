-- description: One timeline over all event tables. Its rows are those that the filters show, and lead back to their record.
-- whole: all_events
-- column event_time timestamp: when (UTC)
-- column source varchar: the table the event stands in
-- column actor varchar: who: user principal name, application or id
-- column action varchar: what: sign-in, or the operation's name as logged
-- column target varchar: to what: application, mailbox, file, account, ...
-- column ip_address varchar: from where
-- column session_id varchar: in which session
-- column result varchar: with what result; of sign-ins, the status and the error code
-- column id varchar: of the event
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- for each: log
select
    event_time,
    '{table}' as source,
    {actor} as actor,
    {action} as action,
    {target} as target,
    {ip_address} as ip_address,
    {session_id} as session_id,
    {result} as result,
    id,
    file_id,
    record,
from {table}
