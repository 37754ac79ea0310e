-- title: Records that came, disappeared or changed
-- description: The records behind the numbers of compare, those in the period of both exports first. differs has the
--   value in the earlier export, an arrow, and the value in this one. path and record lead to this export's file,
--   earlier_path and earlier_record to that of the earlier one.
-- position: 2
-- wrap: differs, note
-- notes on: record, earlier_record
-- paths: path, earlier_path
with
periods as (
    select
        source,
        greatest(min(second) filter (side = 'here'), min(second) filter (side = 'other')) as begins,
        least(max(second) filter (side = 'here'), max(second) filter (side = 'other')) as ends,
        count(distinct side) as sides,
    from compared_sides
    group by source
),
unequal as (
    select
        s.source,
        s.file_id,
        s.record,
        s.second,
        coalesce(s.to_file_id, x.to_file_id) as to_file_id,
        coalesce(s.to_record, x.to_record) as to_record,
        coalesce(c.differs, 'the record itself') as differs,
        case
            when x.record is not null then 'contradicts'
            when s.to_file_id is not null and c.differs is not null then 'changed'
            when s.to_file_id is not null then 'written otherwise'
            when s.side = 'here' then 'came'
            else 'disappeared'
        end as change,
        s.side,
    from compared_sides as s
    left join compared_changes as c on c.source = s.source and c.file_id = s.file_id and c.record = s.record
    left join compared_contradictions as x on x.source = s.source and x.file_id = s.file_id and x.record = s.record
    where not s.is_equal
),
told as (
    select
        u.change,
        coalesce(p.sides = 2 and u.second between p.begins and p.ends, false) as in_common_period,
        u.source,
        e.event_time,
        e.actor,
        e.action,
        e.target,
        e.ip_address,
        e.result,
        case when u.change in ('changed', 'contradicts') then u.differs end as differs,
        e.id,
        if(u.side = 'here', u.file_id, null) as file_id,
        if(u.side = 'here', u.record, null) as record,
        if(u.side = 'here', u.to_file_id, u.file_id) as earlier_file_id,
        if(u.side = 'here', u.to_record, u.record) as earlier_record,
    from unequal as u
    join periods as p on p.source = u.source
    join compared_events as e on e.source = u.source and e.file_id = u.file_id and e.record = u.record
    where u.change <> 'written otherwise' and (u.side = 'here' or u.change = 'disappeared')
)
select
    t.change,
    t.in_common_period,
    t.source,
    t.event_time,
    t.actor,
    t.action,
    t.target,
    t.ip_address,
    t.result,
    t.differs,
    t.id,
    h.path,
    t.record,
    o.path as earlier_path,
    t.earlier_record,
    case when n.record is null or m.nearness < n.nearness then m.verdict else n.verdict end as verdict,
    case when n.record is null or m.nearness < n.nearness then m.note else n.note end as note
from told as t
left join evidence.files as h on h.file_id = t.file_id
left join evidence.files as o on o.file_id = t.earlier_file_id
left join compared_verdicts as n on n.file_id = t.file_id and n.record = t.record
left join compared_verdicts as m on m.file_id = t.earlier_file_id and m.record = t.earlier_record
order by
    t.in_common_period desc,
    list_position(['disappeared', 'contradicts', 'changed', 'came'], t.change),
    t.event_time,
    t.source,
    t.id,
    t.file_id,
    t.record,
    t.earlier_file_id,
    t.earlier_record
