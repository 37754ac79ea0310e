-- title: An application reads several mailboxes
-- severity: medium
-- techniques: T1114.002
-- catalogue: D103
-- meaning: One application read mail of many mailboxes through Graph, REST or EWS on one day, and does not do so
--   regularly.
-- false positives: Archiving, migration and backup products: low where they do so on several days.
-- blind spots: Reads are logged only with some licences.
-- next: Find the application in Entra ID, who consented to it, and which permissions it has.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities; list mail_programs
-- lists: mail_programs
-- seen: in 1 samples, marked 0 of 58 benign ones
with applications as (
    select
        app_id as who,
        count(distinct mailbox) as mailboxes,
        count(distinct event_time::date) as days,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from mail_reads
    where is_program and app_id is not null
        -- what acts for itself is marked as a system too; Microsoft's own applications are named
        and (not is_system or app_id not in (select id from well_known_ids)) and app_id not in (select app_id from list_mail_programs)
    group by mail_reads.app_id
    having count(distinct mailbox) >= 5
)
select
    case when days >= 4 then 'low' else 'medium' end as severity,
    'The application ' || who || ' read ' || mailboxes || ' mailboxes' as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'on ' || counted(days, 'day', 'days') as rarity,
    'application reads ' || who as act,
    records
from applications
order by first_seen, who, target, what
