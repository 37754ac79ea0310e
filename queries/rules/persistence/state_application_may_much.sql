-- title: Application with far-reaching permissions, by the state of the tenant
-- severity: medium
-- techniques: T1098.003, T1528
-- catalogue: D44, D45, D46
-- meaning: When the state was dumped, an application could read or send mail, read files, or change the directory, and the
--   logs do not have it let in: it may be older than they are. It goes on after a password is changed.
-- false positives: Programs for backup, mail, signatures and administration that the tenant bought. One that was there for
--   more than 30 days is a grade less.
-- blind spots: What a dump calls by the id of the permission alone. Whether the application used it.
-- next: Ask who ordered it. Look up the application and its publisher; take the permission away if nobody knows it.
-- needs: state_consents
-- source: https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant,
--   https://learn.microsoft.com/graph/api/resources/approleassignment; list dangerous_scopes
-- lists: dangerous_scopes
-- seen: in 0 samples, marked 0 of 58 benign ones
with standing as (
    select
        s.*,
        s.created_time >= s.snapshot_time - interval 30 day as is_new,
        coalesce(s.application, n.display_name, s.app_id, s.client_id) as name,
        unnest(string_split(lower(trim(regexp_replace(s.permission, '[\s,;]+', ' ', 'g'))), ' ')) as scope
    from evidence.state_consents as s
    left join (
        select id, min(display_name) as display_name
        from evidence.state_applications
        group by id
    ) as n on n.id = s.client_id
    anti join (
        select * from evidence.state_consents as c
        semi join standing_things as k on k.kind = 'permission of an application' and k.file_id = c.file_id and k.record = c.record
        anti join unlogged_things as u on u.kind = 'permission of an application' and u.file_id = c.file_id and u.record = c.record
    ) as logged on logged.file_id = s.file_id and logged.record = s.record
    where coalesce(s.is_enabled, true)
),
dangerous as (
    select s.*, d.level
    from standing as s
    join list_dangerous_scopes as d using (scope)
)
select
    case
        when min(level) = '1' and bool_or(is_new) then 'high'
        when min(level) = '1' or bool_or(is_new) then 'medium'
        else 'low'
    end as severity,
    concat(
        'In the state of ', minute_text(snapshot_time), ', the application ', name, ' could act ',
        case
            when bool_or(kind = 'application') then 'by itself'
            when bool_or(is_for_all) then 'for everybody in the tenant'
            else 'for ' || coalesce(few(list(distinct principal order by principal)), 'users')
        end,
        ', with ', listed(list(distinct scope order by scope)),
        case when bool_or(is_new) then '; it was let in at ' || minute_text(max(created_time)) end
    ) as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    count(distinct record) as events,
    lower(name) as target,
    min(app_id) as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || min(record) as act,
    list_sort(list_distinct(list({'file_id': file_id, 'record': record, 'id': id}))) as records
from dangerous
group by file_id, snapshot_time, name
order by snapshot_time, file_id, name
