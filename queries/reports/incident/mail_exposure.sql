-- title: Mail exposure
-- description: Which messages an incident touched: one row a message that the audit log names with a session or an address of an
--   incident, and one a folder or mailbox where it names none. basis says how sure it is. Certain: the record names the message (read, sent,
--   deleted, moved), or the message trace has it on its way to where a forward or a rule of the incident sends mail (forwarded). Must be assumed: a mail client took over the whole folder (Sync), or reads went unlogged
--   for 24 hours because there were too many (throttled). message_id is the InternetMessageId, ready for a message search;
--   subject is from whichever record has it, and recipients are from the message trace or Defender's e-mail events.
-- wrap: basis, subject, recipients, folders, ip_addresses, clients
-- notes on: record, session_ids, who, ip_addresses
-- position: 4
-- chart: days x=first_seen group=action title=Messages and folders a day, by what was done to them
-- on a terminal: action, basis, first_seen, mailbox, message_id, subject, who
-- workbook: yes
-- known by: first_seen, message_id
-- topics: exposure, data breach, which mails, message ids, mailitemsaccessed, notification
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Only what the audit log kept: MailItemsAccessed needs the licence and the mailbox's audit settings, a message read twice within
--   an hour is logged once. Who got a message, and what a forward or a rule sent away, is known where a message trace is loaded. Without an incident this is empty;
--   mailbox_activity has every record.
with touching as (
    select
        e.*,
        coalesce(s.incident, a.incident) as incident,
        case when json_valid(e.raw) then e.raw end as data
    from audit_events as e
    left join incident_traces as s on s.trace = 'session' and e.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and client_address(e.ip_address) = a.value
    where record_type in (2, 3, 50) and coalesce(s.incident, a.incident) is not null
        and list_contains([
            'mailitemsaccessed', 'messagebind', 'folderbind', 'send', 'sendas', 'sendonbehalf',
            'harddelete', 'softdelete', 'movetodeleteditems', 'move', 'copy', 'create', 'update'
        ], lower(operation))
),
settings as (
    select
        *,
        list_zip(
            json_extract_string(data, '$.OperationProperties[*].Name'),
            json_extract_string(data, '$.OperationProperties[*].Value')
        ) as properties,
        coalesce(lower(filled(data ->> '$.MailboxOwnerUPN')), user_id) as mailbox,
        data ->> '$.ClientInfoString' as client
    from touching
),
accesses as (
    select
        *,
        list_filter(properties, p -> p[1] = 'MailAccessType')[1][2] as access_type,
        coalesce(lower(list_filter(properties, p -> p[1] = 'IsThrottled')[1][2]) = 'true', false) as is_throttled,
        case
            when lower(operation) in ('mailitemsaccessed', 'messagebind', 'folderbind') then 'read'
            when starts_with(lower(operation), 'send') then 'sent'
            when lower(operation) in ('harddelete', 'softdelete', 'movetodeleteditems') then 'deleted'
            when lower(operation) = 'move' then 'moved'
            when lower(operation) = 'copy' then 'copied'
            else 'changed'
        end as action
    from settings
),
-- A read names folders with their messages; other acts name one item, or several.
folders as (
    select
        * exclude (part),
        part ->> '$.Path' as folder,
        json_extract(part, '$.FolderItems[*]') as items
    from (select *, unnest(json_extract(data, '$.Folders[*]')) as part from accesses)
    union all
    select
        *,
        coalesce(filled(data ->> '$.Item.ParentFolder.Path'), data ->> '$.Folder.Path'),
        case
            when json_array_length(data, '$.AffectedItems') > 0 then json_extract(data, '$.AffectedItems[*]')
            when coalesce(data ->> '$.Item.InternetMessageId', data ->> '$.Item.Subject') is not null then [json_extract(data, '$.Item')]
            else []
        end
    from accesses
    where coalesce(json_array_length(data, '$.Folders'), 0) = 0
),
messages as (
    select
        * exclude (item),
        item ->> '$.InternetMessageId' as message_id,
        item ->> '$.Subject' as subject
    from (select *, unnest(items) as item from folders)
),
subjects as (
    select message_id, max(subject) as subject
    from (
        select message_id, subject from messages
        union
        select message_id, subject from evidence.message_trace
        union
        select message_id, subject from evidence.emails
    )
    where message_id <> '' and subject <> ''
    group by message_id
),
delivered as (
    select message_id, string_agg(distinct recipient, ', ' order by recipient) as recipients
    from (
        select message_id, unnest(string_split(recipient_address, ', ')) as recipient from evidence.message_trace
        union
        select message_id, recipient_address from evidence.emails
    )
    where message_id <> ''
    group by message_id
),
forwarded as (
    select
        o.incident,
        'certain' as basis,
        'forwarded' as action,
        o.mailbox,
        t.message_id,
        max(t.subject) as subject,
        string_agg(distinct o.destination, ', ' order by o.destination) as recipients,
        null::varchar as folders,
        min(t.event_time) as first_seen,
        max(t.event_time) as last_seen,
        count(distinct (t.file_id, t.record)) as events,
        string_agg(distinct o.actor, ', ' order by o.actor) as who,
        null::varchar as ip_addresses,
        null::varchar as clients,
        null::varchar as session_ids,
        min_by(t.file_id || ':' || t.record, (t.event_time, t.file_id, t.record)) as record
    from incident_forwards as o
    join (
        select *, unnest(string_split(recipient_address, ', ')) as recipient from evidence.message_trace
    ) as t on t.recipient = o.destination and t.event_time >= o.since and (o.until is null or t.event_time <= o.until)
    group by o.incident, o.mailbox, t.message_id, case when t.message_id is null then t.file_id || ':' || t.record end
),
-- Most have one row, where a list takes a fifth of the time of a distinct aggregate.
certain as (
    select
        incident,
        'certain' as basis,
        action,
        mailbox,
        message_id,
        coalesce(max(m.subject), max(s.subject)) as subject,
        max(d.recipients) as recipients,
        array_to_string(nullif(list_sort(list_distinct(list(folder))), []), ', ') as folders,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        len(list_distinct(list((file_id, record)))) as events,
        array_to_string(nullif(list_sort(list_distinct(list(user_id))), []), ', ') as who,
        array_to_string(nullif(list_sort(list_distinct(list(ip_address))), []), ', ') as ip_addresses,
        array_to_string(nullif(list_sort(list_distinct(list(client))), []), ', ') as clients,
        array_to_string(nullif(list_sort(list_distinct(list(m.session_id))), []), ', ') as session_ids,
        min_by(file_id || ':' || record, (event_time, file_id, record)) as record
    from messages as m
    left join subjects as s using (message_id)
    left join delivered as d using (message_id)
    where lower(access_type) is distinct from 'sync'
    group by incident, action, mailbox, message_id, case when message_id is null then file_id || ':' || record end
),
-- A mail client that took over a folder may have been the one too many: then both hold.
reasons as (
    select
        *,
        unnest(list_filter([
            case when lower(access_type) = 'sync' then 'must be assumed: the whole folder was taken over' end,
            case when is_throttled then 'must be assumed: reads went unlogged for 24 hours' end
        ], b -> b is not null)) as basis,
        starts_with(basis, 'must be assumed: the whole') as is_of_folder
    from folders
),
assumed as (
    select
        incident,
        basis,
        'read' as action,
        mailbox,
        null as message_id,
        null as subject,
        null as recipients,
        string_agg(distinct folder, ', ' order by folder) as folders,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(distinct (file_id, record)) as events,
        string_agg(distinct user_id, ', ' order by user_id) as who,
        string_agg(distinct ip_address, ', ' order by ip_address) as ip_addresses,
        string_agg(distinct client, ', ' order by client) as clients,
        string_agg(distinct session_id, ', ' order by session_id) as session_ids,
        min_by(file_id || ':' || record, (event_time, file_id, record)) as record
    from reasons
    group by incident, basis, mailbox, case when is_of_folder then folder end
),
exposed as (
    select * from certain
    union all
    select * from assumed
    union all
    select * from forwarded
)
select
    incident,
    basis,
    action,
    mailbox,
    subject,
    recipients,
    message_id,
    folders,
    first_seen,
    last_seen,
    events,
    who,
    ip_addresses,
    clients,
    session_ids,
    record
from exposed
order by
    incident,
    case when starts_with(basis, 'must') then 0 else 1 end,
    first_seen,
    mailbox,
    action,
    message_id,
    subject,
    folders,
    basis,
    record
