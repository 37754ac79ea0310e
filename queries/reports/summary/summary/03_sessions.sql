-- title: sessions to look at first
-- description: The five sessions to look at first, and why.
with sessions_of_incidents as (
    select value as session_id, min(incident) as incident
    from incident_traces
    where trace = 'session'
    group by value
),
-- Those of an incident first.
sessions_to_look_at as (
    select s.*, row_number() over (order by i.incident nulls last, s.points desc, s.last_seen desc, s.session_id) as place
    from shown_sessions as s
    left join sessions_of_incidents as i on s.session_id::varchar = i.session_id
    where attention in ('high', 'look')
    qualify place <= 5
),
explained_sessions as (
    select
        s.*,
        f.why,
    from sessions_to_look_at as s
    left join (
        -- how somebody got in and what they did or used, before places
        select
            session_id,
            list(reason order by list_position(['entry', 'act', 'place'], kind), position) as why,
        from session_findings
        where session_id in (select session_id from sessions_to_look_at)
        group by session_id
    ) as f using (session_id)
)
select 0 as item_no, 'sessions' as item, count(*)::varchar as value,
    count(*) filter (where attention = 'high') || ' of high attention, '
        || count(*) filter (where attention = 'look') || ' more to look at; five at most below' as detail,
from shown_sessions
having count(*) > 0
union all
select
    place,
    session_id,
    users,
    attention || ', ' || period_text(first_seen, last_seen) || ': ' || array_to_string(case when attention = 'high' then why else why[1:4] end, '; ')
        || case when attention <> 'high' and len(why) > 4 then '; and ' || len(why) - 4 || ' more' else '' end,
from explained_sessions
union all
select 0, 'sessions', '0', 'The records loaded carry no session ids.',
where not exists (from evidence.sign_ins where session_id <> '')
    and not exists (from evidence.audit_events where session_id <> '')
    and (exists (from evidence.sign_ins) or exists (from evidence.audit_events))
