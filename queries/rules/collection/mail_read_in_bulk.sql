-- title: Mail read in bulk
-- severity: medium
-- techniques: T1114.002
-- catalogue: D102
-- meaning: Far more mail than usual was read in an hour, so much that the log gave up counting, or by a program that
--   nobody else uses.
-- false positives: A new Outlook profile takes over whole folders: that is not counted here. New lawful mail
--   programs.
-- blind spots: Reads are logged only with some licences.
-- next: See which messages were read (message_ids in mailbox_activity), and with which application.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities; list mail_programs
-- lists: mail_programs
-- seen: in 2 samples, marked 0 of 58 benign ones
with reads as (
    from mail_reads
    where not is_system and coalesce(access, 'Bind') <> 'Sync' and mailbox is not null
),
-- Only the mailboxes of which much was read in some hour are looked at closely.
busy as (
    select mailbox
    from reads
    group by mailbox, date_trunc('hour', event_time)
    having sum(messages) >= 100 or bool_or(is_throttled)
),
hours as (
    select
        mailbox as who,
        date_trunc('hour', event_time) as hour,
        sum(messages)::bigint as messages,
        bool_or(is_throttled) as is_throttled,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records
    from reads
    where mailbox in (from busy)
    group by mailbox, date_trunc('hour', event_time)
),
compared as (
    select
        h.*,
        max(o.messages) as usual,
        'bulk' as kind
    from hours as h
    left join hours as o on o.who = h.who and o.hour::date <> h.hour::date
    where h.messages >= 100 or h.is_throttled
    group by all
),
programs as (
    select
        mailbox as who,
        sum(messages)::bigint as messages,
        count(distinct event_time::date) as days,
        app_id as program,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records
    from reads
    where is_program and app_id is not null and app_id not in (select app_id from list_mail_programs)
    group by mailbox, reads.app_id
    qualify count(*) over (partition by program) <= 2
),
hits as (
    select
        'medium' as severity,
        counted(messages, 'message', 'messages') || ' of ' || who || ' were read within an hour' || case when is_throttled then ', and more than the log could hold' else '' end
            || coalesce('; the most in an hour of other days was ' || usual, '') as what,
        who, first_seen, last_seen, events, app_id, session_id, addresses, records, 'bulk ' || who || ' ' || hour as act
    from compared
    where messages >= 3 * coalesce(usual, 0) or is_throttled
    qualify row_number() over (partition by who, hour::date order by messages desc, hour) = 1
    union all
    select
        case when days >= 5 then 'low' else 'medium' end,
        'The application ' || program || ', which hardly anybody here uses, read ' || counted(messages, 'message', 'messages') || ' of ' || who,
        who, first_seen, last_seen, events, app_id, session_id, addresses, records, 'program ' || who || ' ' || program
    from programs
)
select
    severity,
    what,
    who,
    first_seen,
    last_seen,
    events,
    who as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    act as act,
    records
from hits
order by first_seen, who, target, what
