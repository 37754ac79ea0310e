-- description: The records of changes to mailboxes and mail flow that a person, or a program for one, made.
-- column event_time timestamp: when (UTC)
-- column file_id integer: of files
-- column record bigint: number in the file
select
    event_time,
    file_id,
    record
from audit_events
where not is_system
    and changes_mail_flow(operation)
