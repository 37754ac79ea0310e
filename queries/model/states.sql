-- description: One row a record of what stood at one time, whatever it is: the state that tools dump beside the logs. Never in events.
-- for each: state
-- column position integer: to order the kinds by
-- column kind varchar: inbox rules, mailboxes, users, ...
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column snapshot_time timestamp: when it stood so (UTC)
select
    {position} as position,
    {snapshot} as kind,
    file_id,
    record,
    snapshot_time,
from evidence.{table}
