-- title: What was deleted
-- description: Messages and files, with where they were. What was hard-deleted is gone for the user; a hold or the
--   recoverable items may still have it.
-- notes on: record
-- position: 8
-- status: result
-- ids: message_ids
select
    e.event_time,
    e.operation,
    e.result_status as result,
    coalesce(
        nullif(array_to_string(json_extract_string(e.raw, '$.AffectedItems[*].Subject'), chr(10)), ''),
        e.raw ->> '$.SourceFileName',
        e.object_id
    ) as items,
    coalesce(filled(e.raw ->> '$.Folder.Path'), e.raw ->> '$.SourceRelativeUrl') as place,
    e.raw ->> '$.DestFolder.Path' as moved_to,
    nullif(array_to_string(json_extract_string(e.raw, '$.AffectedItems[*].InternetMessageId'), chr(10)), '') as message_ids,
    placed_address(e.ip_address, a.country, a.network, a.source) as ip_address,
    e.file_id || ':' || e.record as record
from dossier_events as e
join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
left join addresses as a on client_address(e.ip_address) = a.ip_address
where k.kind = 'removed'
order by e.event_time, e.file_id, e.record
