-- description: The records of the timeline: those of events, where a sign-in that both logs have is one.
-- column event_time timestamp: when (UTC)
-- column file_id integer: of files
-- column record bigint: number in the file
select
    e.event_time,
    e.file_id,
    e.record
from events as e
anti join logons_of_sign_ins as l using (file_id, record)
