-- title: Contradictions
-- description: Records of one id and one second that say different things of the same event, or are two events under one
--   id: nobody can tell, so all of them stay and are counted. differs names the columns in which they do; where it says
--   "the record itself", compare their raw with --explain FILE_ID:RECORD. Never filtered.
-- notes on: file_id:record
-- position: 6
-- wrap: differs
-- paths: path
-- topics: conflicting records, same id twice
-- caveat: A copy that was altered after the export looks like this, too: compare it with the source.
with
named as not materialized (
    select
        e.*,
        concat_ws(' ', lower(e.id), p.part) as name,
        date_trunc('second', e.event_time) as second,
    from all_events as e
    left join record_parts as p using (source, file_id, record)
    where e.id <> '00000000-0000-0000-0000-000000000000'
),
-- All that a name stands for twice: few rows, of many.
namesakes as (
    select *
    from named
    where name in (select name from named group by name having count(*) > 1)
),
repeated as (
    select
        source,
        name,
        second,
        coalesce(nullif(concat_ws(', ',
            case when count(distinct actor) > 1 then 'actor' end,
            case when count(distinct action) > 1 then 'action' end,
            case when count(distinct target) > 1 then 'target' end,
            case when count(distinct ip_address) > 1 then 'ip_address' end,
            case when count(distinct session_id) > 1 then 'session_id' end,
            case when count(distinct result) > 1 then 'result' end
        ), ''), 'the record itself') as differs,
    from namesakes
    group by
        source,
        name,
        second
    having count(*) > 1
)
select
    n.event_time,
    n.source,
    n.id,
    r.differs,
    n.actor,
    n.action,
    n.target,
    n.ip_address,
    n.session_id,
    n.result,
    f.path,
    n.record,
    n.file_id
from namesakes as n
join repeated as r on r.source = n.source and r.name = n.name and r.second is not distinct from n.second
join evidence.files as f on f.file_id = n.file_id
order by
    n.event_time,
    n.source,
    n.name,
    n.file_id,
    n.record
