-- title: Program uploaded
-- severity: low
-- techniques: T1105
-- catalogue: D117
-- meaning: A program, a script or a container of such was uploaded where others open it.
-- false positives: Administrators and developers: low where the account does so often, or in its own OneDrive.
-- blind spots: Programs in archives.
-- next: Look at the file, and see who opened it.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities; list executable_extensions
-- lists: executable_extensions
-- seen: in 1 samples, marked 0 of 58 benign ones
with uploads as (
    select
        u.user_id as who,
        u.*,
        x.kind,
        contains(lower(object_id), '/personal/') as is_own
    from (
        select *, lower(regexp_extract(object_id, '\.([A-Za-z0-9]{1,12})$', 1)) as extension
        from evidence.audit_events
        where list_contains(['FileUploaded', 'FileSyncUploadedFull'], operation) and not coalesce(is_system, false)
    ) as u
    join list_executable_extensions as x using (extension)
),
users as (
    select
        who,
        count(distinct event_time::date) as days,
        bool_or(not is_own and kind in ('program', 'script', 'container')) as is_shared,
        list_sort(list(distinct regexp_replace(object_id, '^.*/', ''))) as names,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from uploads
    group by who
)
select
    case when is_shared and days < 3 then 'medium' else 'low' end as severity,
    coalesce(who, 'Somebody') || ' uploaded ' || few(names) as what,
    who,
    first_seen,
    last_seen,
    events,
    names[1] as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'on ' || counted(days, 'day', 'days') as rarity,
    'upload ' || coalesce(who, '') as act,
    records
from users
order by first_seen, who, target, what
