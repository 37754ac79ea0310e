-- title: Duplicates
-- description: Every record that was taken out because another record of the same event stays: the same id, second and
--   actor, and nothing in contradiction. The record that stays is the fullest, and has what the others added. differs
--   names what this record says otherwise, with its value; what stays is shown elsewhere, and the risk of another day
--   is in the table risk_history. Those that differ come first, then those that added something, and the identical
--   ones last. Never filtered.
-- notes on: file_id:record, kept_file_id:kept_record
-- position: 5
-- wrap: added, lacked, differs
-- paths: path, kept_path
-- topics: deduplication, same record twice, overlapping exports, repeated records
-- caveat: Records without an id are duplicates only where their whole text is equal. Of two equal rows of a log without
--   ids nobody knows whether they are two events.
with
taken_out as (
    select
        *,
        case
            when differs is not null then 'differs'
            when added is not null then 'added something'
            when lacked is not null then 'lacked something'
            when identical then 'identical'
            else 'written otherwise'
        end as kind,
    from evidence.duplicates
)
select
    t.kind,
    e.event_time,
    e.source,
    e.actor,
    e.action,
    t.differs,
    t.added,
    t.lacked,
    f.path,
    t.record,
    k.path as kept_path,
    t.kept_record,
    e.id,
    t.file_id,
    t.kept_file_id
from taken_out as t
join evidence.files as f on f.file_id = t.file_id
join evidence.files as k on k.file_id = t.kept_file_id
left join all_events as e on e.file_id = t.kept_file_id and e.record = t.kept_record
order by
    list_position(['differs', 'added something', 'lacked something', 'written otherwise', 'identical'], t.kind),
    t.kept_file_id,
    t.kept_record,
    t.file_id,
    t.record
