-- description: The doors of the report still_open, whatever the filters show: one row a thing that was made or changed and, as far as
--   the files go, not removed again.
-- materialized: yes
-- ordered by: incident, severity_rank, kind, since, object, part
-- column incident integer: of incidents; NULL = of none
-- column severity_rank integer: of the gravest finding that names it
-- column severity varchar: its word
-- column kind varchar: of door
-- column object varchar: what it is, or whose
-- column part varchar: which of several of the object
-- column detail varchar: what it does
-- column how_sure varchar: whether the log has it made, or only changed
-- column the_state varchar: whether it stood in the newest dump after that
-- column since timestamp: when it was made (UTC)
-- column last_changed timestamp: when it was changed last (UTC)
-- column actor varchar: by whom
-- column ip_address varchar: from where
-- column session_id varchar: in which session
-- column findings varchar: that name it
-- column evidence varchar: FILE_ID:RECORD of each record, with a blank between
with closings as (
    select kind, object, part, max(event_time) as closed_at
    from door_steps
    where effect = 'close'
    group by all
),
-- A guest whose account was deleted is gone, and so is what an application that was deleted had. A log that does not say which
-- permission or method was taken away is taken to mean all of them.
whole_closings as (
    select kind, object, max(event_time) as closed_at
    from (
        select 'guest' as kind, object, event_time from door_steps where kind = 'account' and effect = 'close'
        union all
        select unnest(['permission of an application', 'credential of an application', 'owner of an application']), object, event_time
        from door_steps
        where kind = 'application' and effect = 'close'
        union all
        select kind, object, event_time
        from door_steps
        where effect = 'close' and part = '' and kind in ('permission of an application', 'authentication method')
    )
    group by all
),
-- A guest is an account, and is blocked as one.
steps as (
    from door_steps
    union all by name
    select * replace ('guest' as kind)
    from door_steps
    where kind = 'account' and effect in ('off', 'on') and object in (select object from door_steps where kind = 'guest')
),
open_steps as (
    select s.*
    from steps as s
    left join closings as c on s.kind = c.kind and s.object = c.object and s.part = c.part
    left join whole_closings as w on s.kind = w.kind and s.object = w.object
    where s.effect <> 'close' and s.event_time > coalesce(greatest(c.closed_at, w.closed_at), timestamp '-infinity')
),
-- What was switched off is open no more, changed or not, until it is switched on.
switched_off as (
    select kind, object, part
    from open_steps
    group by all
    having coalesce(max(event_time) filter (where effect = 'off') >= max(event_time) filter (where effect in ('open', 'on')), bool_or(effect = 'off'))
),
open_things as (
    select
        kind,
        object,
        part,
        -- one log may have it in lower case
        max_by(name, (name <> object, event_time, file_id, record)) as name,
        -- two logs tell of one act, and one of them more; a change names only what it changes
        concat_ws(
            '; then: ',
            max_by(detail, (date_trunc('minute', event_time), length(detail), event_time, file_id, record)) filter (where effect = 'open'),
            max_by(detail, (date_trunc('minute', event_time), length(detail), event_time, file_id, record)) filter (where effect = 'change' and event_time > coalesce(opened_at, timestamp '-infinity')),
            case when not bool_or(effect in ('open', 'change')) then max_by(detail, (event_time, file_id, record)) end
        ) as detail,
        bool_or(effect = 'open') as is_made_here,
        min(event_time) as since,
        max(event_time) as last_changed,
        max_by(actor, (event_time, file_id, record)) as actor,
        max_by(ip_address, (event_time, file_id, record)) as ip_address,
        max_by(session_id, (event_time, file_id, record)) as session_id,
        list({'file_id': file_id, 'record': record} order by event_time, file_id, record) as records
    from (
        select *, max(event_time) filter (where effect = 'open') over (partition by kind, object, part) as opened_at
        from open_steps
        anti join switched_off using (kind, object, part)
        where effect <> 'off'
    )
    group by kind, object, part
),
-- What is only context of an incident, as the ordinary rule of an account that it touched, is
-- of it where its session or address says so.
evidence_of as (
    select r.file_id, r.record, f.finding, f.severity, f.severity_rank, lower(f.what) as what, i.incident
    from finding_records as r
    join all_findings as f using (finding_id)
    left join incident_findings as i on i.finding_id = case when f.severity_rank <= 3 then f.finding_id end
),
named as (
    select
        t.kind,
        t.object,
        t.part,
        min(e.severity_rank) as severity_rank,
        min_by(e.severity, e.severity_rank) as severity,
        string_agg(distinct e.finding, ', ' order by e.finding) as findings,
        min(e.incident) as incident
    from (select kind, object, part, unnest(records) as r from open_things) as t
    join evidence_of as e on e.file_id = t.r.file_id and e.record = t.r.record
    group by all
),
-- The newest dump of such things after the last change, that has this one or another of the same mailbox, or things of many.
dumps as (
    select
        kind,
        file_id,
        max(snapshot_time) as snapshot_time,
        count(distinct names[1]) as things
    from standing_things
    group by all
),
standing_names as (
    select kind, file_id, part, is_off, unnest(names) as name
    from standing_things
),
standing as (
    select
        t.kind,
        t.object,
        t.part,
        d.file_id,
        d.snapshot_time,
        min(s.is_off) filter (where s.part = '' or t.part = '' or contains(t.part, s.part) or contains(s.part, t.part)) as is_off
    from (select kind, object, part, last_changed, unnest([object, split_part(object, '@', 1)]) as name from open_things) as t
    join dumps as d on d.kind = t.kind and d.snapshot_time >= t.last_changed
    left join standing_names as s on s.kind = t.kind and s.file_id = d.file_id and s.name = t.name
    group by all
    -- a list of policies has not all that is a policy or a trust
    having d.things > 1 and t.kind not in ('forward of a mailbox', 'policy or trust') or count(s.file_id) > 0
),
seen as (
    select
        t.kind,
        t.object,
        t.part,
        max_by(
            concat(
                case when t.is_off is null then 'no longer there' when t.is_off then 'switched off, or empty' else 'still there' end,
                ' in the state of ', f.path, ' at ', minute_text(t.snapshot_time)
            ),
            (t.snapshot_time, t.file_id)
        ) as the_state
    from standing as t
    join evidence.files as f using (file_id)
    group by all
),
placed as (
    select
        t.*,
        seen.the_state,
        coalesce(n.incident, s.incident, a.incident) as incident,
        n.severity_rank,
        n.severity,
        n.findings
    from open_things as t
    left join named as n using (kind, object, part)
    left join seen using (kind, object, part)
    left join incident_traces as s on s.trace = 'session' and t.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and client_address(t.ip_address) = a.value
),
-- An account that was made to be given a role is of the incident too.
incidents_of as (
    select p.object, p.actor, i.first_seen, i.last_seen, min(p.incident) as incident
    from placed as p
    join incident_periods as i using (incident)
    group by all
),
traced as (
    select
        p.* exclude (incident),
        coalesce(p.incident, (
            select min(o.incident)
            from incidents_of as o
            where p.object = o.object and p.actor = o.actor and p.since between o.first_seen and o.last_seen
        )) as incident
    from placed as p
),
-- What a finding names in a dump, and no log has made. A record may hold several things, of which a finding names one.
standing_alone as (
    select
        min_by(e.severity, (not contains(e.what, u.part), e.severity_rank)) as severity,
        min_by(e.severity_rank, (not contains(e.what, u.part), e.severity_rank)) as severity_rank,
        string_agg(distinct e.finding, ', ' order by e.finding) as findings,
        u.kind,
        coalesce(u.names[1], '') as object,
        u.part,
        max(u.snapshot_time) as last_seen,
        list_sort(list_distinct(list({'file_id': u.file_id, 'record': u.record}))) as records
    from unlogged_things as u
    join evidence_of as e using (file_id, record)
    group by u.kind, coalesce(u.names[1], ''), u.part
),
doors as (
    select
        incident,
        severity_rank,
        severity,
        kind,
        name as object,
        part,
        detail,
        case when is_made_here then 'made, and not removed in these files' else 'changed, and not removed in these files; made before or elsewhere' end as how_sure,
        the_state,
        since,
        last_changed,
        actor,
        ip_address,
        session_id,
        findings,
        records
    from traced
    union all by name
    select
        severity_rank,
        severity,
        kind,
        object,
        part,
        nullif(part, '') as detail,
        'stands in the state of ' || minute_text(last_seen) || '; the logs do not say who made it' as how_sure,
        'there in the state of ' || f.path || ' at ' || minute_text(last_seen) as the_state,
        findings,
        s.records
    from standing_alone as s
    join evidence.files as f on f.file_id = s.records[-1].file_id
)
select
    incident,
    severity_rank,
    severity,
    kind,
    object,
    part,
    detail,
    how_sure,
    the_state,
    since,
    last_changed,
    actor,
    ip_address,
    session_id,
    findings,
    array_to_string(list_transform(records, r -> r.file_id || ':' || r.record), ' ') as evidence
from doors
