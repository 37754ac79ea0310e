-- title: What stood otherwise: rules, roles, consents, ...
-- description: Of the states that both exports have of the tenant, the things that one of them lacks or that have
--   another value, each as it stood last in its export.
-- position: 3
-- wrap: differs, note
-- notes on: what, id, record, earlier_record
-- paths: path, earlier_path
-- caveat: Where a state was dumped for some mailboxes or accounts only, the others look as if they had come or
--   disappeared.
with
states as (
    select
        * replace (earlier_file_id + getvariable('last_here') as earlier_file_id),
        row_number() over () as state,
    from compared_states
),
named as (
    select state, unnest(list_append(string_split(lower(what), ' · '), lower(id))) as thing
    from states
),
noted as (
    select n.state, s.verdict, s.text as note, if(s.thing = 'record', 1, 4) as nearness, s.position
    from named as n
    join sheet_notes as s on s.value = n.thing and list_contains(['record', 'user', 'address'], s.thing)
    union all
    select s.state, v.verdict, v.note, v.nearness, v.position
    from states as s
    join compared_verdicts as v on v.file_id = s.file_id and v.record = s.record
    union all
    select s.state, v.verdict, v.note, v.nearness, v.position
    from states as s
    join compared_verdicts as v on v.file_id = s.earlier_file_id and v.record = s.earlier_record
),
verdicts as (
    select
        state,
        min_by(verdict, {'n': nearness, 'p': position}) as verdict,
        min_by(note, {'n': nearness, 'p': position}) as note,
    from noted
    group by state
)
select
    s.change,
    s.kind,
    s.what,
    s.differs,
    s.id,
    s.snapshot_time,
    s.earlier_snapshot_time,
    h.path,
    s.record,
    o.path as earlier_path,
    s.earlier_record,
    v.verdict,
    nullif(v.note, '') as note
from states as s
left join evidence.files as h on h.file_id = s.file_id
left join evidence.files as o on o.file_id = s.earlier_file_id
left join verdicts as v using (state)
order by
    list_position(['disappeared', 'changed', 'came'], s.change),
    s.kind,
    s.what,
    s.id,
    s.file_id,
    s.record,
    s.earlier_file_id,
    s.earlier_record
