-- title: Mailbox read by another
-- severity: medium
-- techniques: T1114.002
-- catalogue: D101
-- meaning: Somebody opened mail of another's mailbox, as delegate or administrator, on one or two days only.
-- false positives: Shared mailboxes and assistants, who do it again and again: left out. Several readers of one
--   mailbox are low, and so is who reads from where they usually work.
-- blind spots: Reads are logged only with some licences, once an hour for each message.
-- next: Ask the owner. See when the right was given, and by whom.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with reads as (
    select
        actor, mailbox, logon_type, messages, event_time, app_id, session_id, client_address(ip_address) as ip_address, file_id, record, id
    from mail_reads
    where is_other and not is_system and mailbox <> ''
    union all
    -- folders that were opened, as older records have it
    select
        user_id,
        lower(json_text(raw) ->> '$.MailboxOwnerUPN'),
        case lower(json_text(raw) ->> '$.LogonType') when '2' then 'delegate' when 'delegated' then 'delegate' else 'administrator' end,
        1,
        event_time,
        app_id,
        session_id,
        client_address(ip_address),
        file_id,
        record,
        id
    from evidence.audit_events
    where operation = 'FolderBind' and not coalesce(is_system, false)
        and lower(json_text(raw) ->> '$.LogonType') in ('1', '2', '6', 'admin', 'delegated') and (json_text(raw) ->> '$.MailboxOwnerUPN') <> ''
),
pairs as (
    select
        actor as who,
        mailbox,
        max(logon_type) as logon_type,
        sum(messages)::bigint as messages,
        count(distinct event_time::date) as days,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct m.ip_address) filter (where m.ip_address is not null)) as addresses,
        bool_and(u.ip_address is not null) as is_usual_place,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from reads as m
    left join usual_addresses as u on u.account = m.actor and u.ip_address = m.ip_address
    group by actor, mailbox
),
readers as (
    select
        *,
        count(*) over (partition by mailbox) as readers
    from pairs
)
select
    case when days >= 3 then 'info' when readers > 1 or is_usual_place then 'low' else 'medium' end as severity,
    coalesce(who, 'Somebody') || ' read ' || counted(messages, 'message', 'messages') || ' in the mailbox ' || mailbox || coalesce(' as ' || logon_type, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    mailbox as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'on ' || counted(days, 'day', 'days') || ' of the log' as rarity,
    'reads ' || coalesce(who, '') || ' ' || mailbox as act,
    records
from readers
order by first_seen, who, target, what
