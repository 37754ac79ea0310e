-- description: One row a message that a record says was deleted, for good or to where the owner can still fetch it back.
-- source: https://learn.microsoft.com/purview/audit-mailboxes (SoftDelete, HardDelete, MoveToDeletedItems)
-- materialized: yes
-- column actor varchar: who, lower case
-- column operation varchar: SoftDelete, HardDelete, MoveToDeletedItems
-- column message_id varchar: InternetMessageId
-- column subject varchar: as logged
-- column event_time timestamp: when (UTC)
-- column app_id varchar: the application, lower case
-- column session_id varchar: of the client
-- column ip_address varchar: of the client
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
select
    user_id as actor,
    operation,
    item.InternetMessageId as message_id,
    item.Subject as subject,
    event_time,
    lower(app_id) as app_id,
    session_id,
    ip_address,
    file_id,
    record,
    id
from (
    select
        * exclude (raw),
        unnest(from_json(json_text(raw) -> '$.AffectedItems', '[{"InternetMessageId": "VARCHAR", "Subject": "VARCHAR"}]')) as item
    from evidence.audit_events
    where list_contains(['SoftDelete', 'HardDelete', 'MoveToDeletedItems'], operation) and not coalesce(is_system, false)
)
