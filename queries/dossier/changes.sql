-- title: What was changed
-- description: Rules, mailbox settings, permissions, consents, roles, authentication methods, links: with what exactly
--   was set. Changes in the directory carry no session id: those of the session's users within its time are listed
--   too, marked in the column session; they may have come from another session of the user. Their address is mostly
--   that of a server of Microsoft's.
-- position: 5
with span as (
    select
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from (
        select event_time from evidence.sign_ins where session_id = getvariable('dossier_session')
        union all
        select event_time from evidence.audit_events where session_id = getvariable('dossier_session')
    )
),
accounts as (
    select lower(user_principal_name) as name from evidence.sign_ins where session_id = getvariable('dossier_session')
    union
    select lower(user_id) from evidence.audit_events where session_id = getvariable('dossier_session')
),
events as (
    select
        e.*  replace (case when json_valid(raw) then raw end as raw),
        k.kind,
    from evidence.audit_events as e
    cross join span
    left join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
    where e.session_id = getvariable('dossier_session')
        or coalesce(e.session_id, '') = ''
            and lower(e.user_id) in (select name from accounts)
            and e.event_time between first_seen and last_seen
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
                || coalesce(nullif(json_extract_string(p, '$.OldValue'), '') || ' -> ', '')
                || coalesce(json_extract_string(p, '$.NewValue'), '')
        )
    ]), chr(10)), '') as details,
    ip_address,
    case when coalesce(session_id, '') = '' then 'no session id: same user, same time' else 'in the session' end as session,
    file_id || ':' || record as record
from events
where notable_operation(operation) is not null
    or kind = 'shared'
    or record_type = 8 -- the directory
order by event_time, file_id, events.record
