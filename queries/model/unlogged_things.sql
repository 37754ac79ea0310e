-- description: One row a thing that stands in the newest dump that has it, acts, and that the logs do not have made or changed.
-- materialized: yes
-- column kind varchar: as in the report still_open
-- column names varchar[]: what the thing, or the mailbox that it is of, may be called, lower case
-- column part varchar: which of several of that name, lower case; '' = there is one
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column snapshot_time timestamp: when it stood so (UTC)
with things as (
    select *, unnest(names) as name
    from standing_things
),
-- of one mailbox, or of what is called so
newest_of_name as (
    select kind, coalesce(names[1], '') as name, max(snapshot_time) as snapshot_time
    from standing_things
    group by all
),
-- A list of many that does not have it any more counts, too; lists of one day are of one dump.
newest_list as (
    select kind, max(snapshot_time) as snapshot_time
    from (
        select kind, file_id, snapshot_time
        from standing_things
        group by all
        having count(distinct names[1]) > 1
    )
    group by kind
),
logged_names as (
    select kind, object as name, part, effect, event_time from door_steps
    union
    select kind, split_part(object, '@', 1), part, effect, event_time from door_steps
),
logged as (
    select distinct t.kind, t.file_id, t.record
    from things as t
    join logged_names as l using (kind, name)
    where (t.part = '' or l.part = '' or contains(l.part, t.part) or contains(t.part, l.part))
        and (l.effect not in ('close', 'off') or l.event_time >= t.snapshot_time)
)
select t.kind, t.names, t.part, t.file_id, t.record, t.snapshot_time
from standing_things as t
join newest_of_name as n on n.kind = t.kind and n.name = coalesce(t.names[1], '') and n.snapshot_time = t.snapshot_time
left join newest_list as m on m.kind = t.kind
anti join logged as l on l.kind = t.kind and l.file_id = t.file_id and l.record = t.record
where not t.is_off and coalesce(t.snapshot_time >= m.snapshot_time - interval 1 day, true)
