-- title: Timeline
-- description: Everything in all logs on one line of time: who did what to what, from where, and how it ended, whether
--   it has a session id or not. With --user it is what one account did and what was done to it. message says it in a
--   sentence; actor, action, target and result are as logged. A sign-in that the audit log has too is one row, that of the
--   sign-in log. severity and finding are of the gravest finding that the
--   record is evidence of; verdict and note are of the case sheet (--case).
-- position: 4
-- workbook: yes
-- known by: event_time, severity, id
-- status: result
-- topics: history, chronology
-- severity: severity
-- wrap: message
-- chart: days x=event_time group=severity title=Events a day, by the severity of their findings
-- on a terminal: event_time, severity, verdict, message, note, finding, session_id
-- first rows: what matters of timeline_records
-- needs: every log
-- filled by: any export of these logs.
-- caveat: A change of the directory stands here twice where the audit log and the directory audit log have it. A sign-in is one row
--   where the audit log has its id.
with found as (
    select
        coalesce(l.sign_in.file_id, r.file_id) as file_id,
        coalesce(l.sign_in.record, r.record) as record,
        min_by(f.severity, f.severity_rank) as severity,
        min_by(f.finding, {'rank': f.severity_rank, 'finding': f.finding}) as finding
    from finding_records as r
    join all_findings as f using (finding_id)
    left join logons_of_sign_ins as l on l.file_id = r.file_id and l.record = r.record
    group by 1, 2
),
noted as (
    select
        coalesce(l.sign_in.file_id, n.file_id) as file_id,
        coalesce(l.sign_in.record, n.record) as record,
        min_by(n.verdict, (l.sign_in is not null, n.file_id, n.record)) as verdict,
        min_by(n.note, (l.sign_in is not null, n.file_id, n.record)) as note
    from noted_records as n
    left join logons_of_sign_ins as l on l.file_id = n.file_id and l.record = n.record
    group by 1, 2
)
select
    e.event_time,
    f.severity,
    event_message(
        e.source, e.actor, e.action,
        case when e.source = 'audit_events' then coalesce(p.app_display_name, k.name, w.object_id) else e.target end,
        w.words,
        concat(e.ip_address, ' (' || a.country || ')'),
        e.result,
        c.meaning
    ) as message,
    e.source,
    e.actor,
    e.action,
    e.target,
    e.ip_address,
    e.result,
    f.finding,
    n.verdict,
    n.note,
    e.session_id,
    e.id,
    e.file_id,
    e.record
from (
    select *
    from events
    where is_on_page(file_id, record)
) as e
anti join logons_of_sign_ins as l using (file_id, record)
left join found as f using (file_id, record)
left join noted as n using (file_id, record)
left join audit_words as w on case when e.source = 'audit_events' then e.file_id end = w.file_id and e.record = w.record
left join app_names as p on w.object_id = p.app_id
left join well_known_ids as k on w.object_id = k.id
left join addresses as a on client_address(e.ip_address) = a.ip_address
left join error_codes as c on try_cast(regexp_extract(e.result, '\d+$') as bigint) = c.error_code
order by
    e.event_time nulls last,
    e.source,
    e.id,
    e.file_id,
    e.record
