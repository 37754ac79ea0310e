-- title: What was changed
-- description: Rules, mailbox settings, permissions, consents, roles, authentication methods, links: with what exactly
--   was set. Changes in the directory carry no session id: those of its users within its time are listed
--   too, marked in the column belongs; they may have come from another session of the user. Their address is mostly
--   that of a server of Microsoft's.
-- notes on: record
-- position: 5
-- status: result
with its_events as (
    from dossier_events
    union all
    select e.* replace (b.raw as raw)
    from evidence.audit_events as e
    join dossier_beside as b on b.file_id = e.file_id and b.record = e.record
    where b.is_within and b.is_by_user
),
events as (
    select
        e.*,
        k.kind,
    from its_events as e
    left join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
)
select
    event_time,
    coalesce(notable_operation(operation), kind, 'directory') as what,
    operation,
    result_status as result,
    object_id as target,
    nullif(array_to_string(flatten([
        list_transform(
            coalesce(json_extract(raw, '$.Parameters[*]'), []),
            p -> json_extract_string(p, '$.Name') || ' = ' || coalesce(json_extract_string(p, '$.Value'), '')
        ),
        list_transform(
            coalesce(json_extract(raw, '$.OperationProperties[*]'), []),
            p -> json_extract_string(p, '$.Name') || ' = ' || coalesce(json_extract_string(p, '$.Value'), '')
        ),
        list_transform(
            list_filter(coalesce(json_extract(raw, '$.ModifiedProperties[*]'), []), p -> json_extract_string(p, '$.Name') is not null),
            p -> json_extract_string(p, '$.Name') || ': '
                || coalesce(nullif(in_one_line(json_extract_string(p, '$.OldValue')), '') || ' -> ', '')
                || coalesce(in_one_line(json_extract_string(p, '$.NewValue')), '')
        )
    ]), ';' || chr(10)), '') as details,
    ip_address,
    case when (file_id, events.record) in (from dossier_records) then 'of its own' else 'no session id: same user, same time' end as belongs,
    file_id || ':' || record as record
from events
where notable_operation(operation) is not null
    or kind = 'shared'
    or record_type = 8 -- the directory
order by event_time, file_id, events.record
