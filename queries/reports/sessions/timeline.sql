-- title: Timeline
-- description: Everything in all logs on one line of time: who did what to what, from where, and how it ended, whether
--   it has a session id or not. With --user it is what one account did and what was done to it. message says it in a
--   sentence; actor, action, target and result are as logged. severity and finding are of the gravest finding that the
--   record is evidence of; verdict and note are of the case sheet (--case).
-- position: 4
-- workbook: yes
-- topics: history, chronology
-- severity: severity
-- wrap: message
-- on a terminal: event_time, severity, message, finding, session_id
-- first rows: what matters
-- needs: every log
-- filled by: any export of these logs.
-- caveat: One act may stand here several times, once for each log that saw it: a sign-in in the sign-in log and in the
--   audit log, a directory change in the audit log and in the directory audit log.
with found as (
    select
        r.file_id,
        r.record,
        min_by(f.severity, f.severity_rank) as severity,
        min_by(f.finding, {'rank': f.severity_rank, 'finding': f.finding}) as finding
    from finding_records as r
    join all_findings as f using (finding_id)
    group by r.file_id, r.record
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
from events as e
left join found as f using (file_id, record)
left join noted_records as n using (file_id, record)
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
