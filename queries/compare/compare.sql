-- title: What changed between the two exports, log by log
-- description: The export given with --compare is the earlier one. came are records that it lacks, disappeared those
--   that only it has. Of either, those in the period that both exports cover are the ones to look at: they should be in
--   both. changed are records of which the two say another value, or one says more; contradicting are those of one id and
--   second that can't be the same event.
-- position: 1
with
times as (
    select
        s.source,
        s.side,
        min(s.second) as first_event,
        max(s.second) as last_event,
        count(*) as records,
    from compared_sides as s
    group by all
),
logs as (
    select
        coalesce(h.source, o.source) as source,
        coalesce(h.records, 0) as records,
        coalesce(o.records, 0) as earlier_records,
        h.first_event,
        h.last_event,
        o.first_event as earlier_first_event,
        o.last_event as earlier_last_event,
    from (from times where side = 'here') as h
    full join (from times where side = 'other') as o using (source)
),
changes as (
    select
        s.source,
        count(*) filter (s.side = 'here' and (s.is_equal or s.to_file_id is not null)) as in_both,
        count(*) filter (s.side = 'here' and s.to_file_id is not null and c.differs is not null) as changed,
        count(*) filter (s.side = 'here' and x.record is not null) as contradicting,
        count(*) filter (s.side = 'here' and not s.is_equal and s.to_file_id is null and x.record is null) as came,
        count(*) filter (s.side = 'other' and not s.is_equal and s.to_file_id is null and x.record is null) as disappeared,
        count(*) filter (
            s.side = 'here' and not s.is_equal and s.to_file_id is null and x.record is null
            and s.second between greatest(l.first_event, l.earlier_first_event) and least(l.last_event, l.earlier_last_event)
        ) as came_in_common_period,
        count(*) filter (
            s.side = 'other' and not s.is_equal and s.to_file_id is null and x.record is null
            and s.second between greatest(l.first_event, l.earlier_first_event) and least(l.last_event, l.earlier_last_event)
        ) as disappeared_in_common_period,
    from compared_sides as s
    join logs as l using (source)
    left join compared_changes as c on c.source = s.source and c.file_id = s.file_id and c.record = s.record
    left join compared_contradictions as x on x.source = s.source and x.file_id = s.file_id and x.record = s.record
    group by s.source
)
select
    l.source,
    l.records,
    l.earlier_records,
    c.in_both,
    c.changed,
    c.contradicting,
    c.came,
    c.came_in_common_period,
    c.disappeared,
    c.disappeared_in_common_period,
    l.first_event,
    l.last_event,
    l.earlier_first_event,
    l.earlier_last_event
from logs as l
join changes as c using (source)
order by
    l.source
