-- title: Mail read in bulk
-- severity: medium
-- techniques: T1114.002
-- catalogue: D102
-- meaning: Far more mail than usual was read in an hour, so much that the log gave up counting, by a program that
--   nobody else uses, or whole folders were taken over from an address where the account had not been.
-- false positives: A new Outlook profile takes over whole folders: medium from a country that is new for an account that had
--   signed in for five days before, or from a rented server, else info. New lawful mail programs.
-- blind spots: Reads are logged only with some licences.
-- next: See which messages were read (message_ids in mailbox_activity), and with which application.
-- needs: audit_events
-- parts: audit_events Exchange
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
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
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
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from reads
    where is_program and app_id is not null and app_id not in (select app_id from list_mail_programs)
    group by mailbox, reads.app_id
    qualify count(*) over (partition by program) <= 2
),
-- Whole folders taken over from a country or a rented server where the account had not been before.
taken_over as (
    select
        mailbox as who,
        client_address(ip_address) as address,
        count(*) as events,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from mail_reads
    where access = 'Sync' and not is_system and mailbox is not null and client_address(ip_address) is not null
    group by all
),
syncs as (
    select
        t.*,
        coalesce(a.account_days, 0) >= 4
            and (upper(p.country) <> '' and c.value is null and a.first_seen < t.first_seen - interval 5 days or h.asn is not null) as is_strange,
        concat_ws(' ', upper(p.country), h.name) as place
    from taken_over as t
    left join addresses as p on p.ip_address = t.address
    left join list_hosting_networks as h on h.asn = p.network::varchar
    left join office_addresses as o on o.ip_address = t.address
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = t.who
    left join account_habits as u
        on u.feature = 'address' and u.kind = 'user' and u.account = t.who and u.value = t.address and u.first_seen < t.first_seen - interval 1 hour
    left join account_habits as c
        on c.feature = 'country' and c.kind = 'user' and c.account = t.who and c.value = upper(p.country) and c.first_seen < t.first_seen - interval 1 hour
    where u.value is null and o.ip_address is null
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
    union all
    select
        case when is_strange then 'medium' else 'info' end,
        'A mail program took over whole folders of ' || who || ' from ' || address || case when is_strange then ' (' || place || '), where the account had not been before' else '' end,
        who, first_seen, last_seen, events, app_id, session_id, [address], records, 'sync ' || who || ' ' || address
    from syncs
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
