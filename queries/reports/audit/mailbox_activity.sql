-- title: Activity in mailboxes
-- description: Who read, sent, moved or deleted what in whose mailbox, newest first. logged_on_as says by which right:
--   owner, delegate or administrator; is_owner is false where the mailbox is not that of the user who acted.
--   messages is how many messages the record lists, with or without a message id, else how many reads it counts; empty
--   where it says neither. A read with access_type Bind names
--   them (message_ids); with Sync a mail client took over the whole folder, so treat every message in it as read.
--   country and network are looked up for ip_address: place_source learned = a sign-in from there gives them, else the
--   geolocation database. is_throttled true means that reads went unlogged for up to a day: treat all mail as read.
-- notes on: file_id:record
-- position: 5
-- status: result_status
-- topics: mailitemsaccessed, read mail, sent mail, deleted mail, exfiltration, delegates
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: What is logged depends on the mailbox's audit settings and on the licence; reads of the same message within an
--   hour are logged once. Subjects and message ids are listed in full, as many as the record has.
with mailbox_events as (
    select
        *,
        case when json_valid(raw) then raw end as data
    from audit_events
    where record_type in (2, 3, 50) and is_on_page(file_id, record)
),
fields as (
    select
        *,
        lower(data ->> '$.MailboxOwnerUPN') as mailbox,
        data ->> '$.LogonType' as logon_type,
        coalesce(
            data ->> '$.Item.ParentFolder.Path',
            data ->> '$.Folder.Path',
            nullif(array_to_string(list_sort(list_distinct(json_extract_string(data, '$.Folders[*].Path'))), ', '), '')
        ) as folder,
        data ->> '$.DestFolder.Path' as destination_folder,
        flatten([
            [data ->> '$.Item.Subject'],
            json_extract_string(data, '$.AffectedItems[*].Subject')
        ]) as subject_list,
        flatten([
            [data ->> '$.Item.InternetMessageId'],
            json_extract_string(data, '$.AffectedItems[*].InternetMessageId'),
            json_extract_string(data, '$.Folders[*].FolderItems[*].InternetMessageId')
        ]) as message_id_list,
        len(json_extract(data, '$.Folders[*].FolderItems[*]')) + len(json_extract(data, '$.AffectedItems[*]'))
            + (coalesce(filled(data ->> '$.Item.Subject'), filled(data ->> '$.Item.InternetMessageId')) is not null)::integer as items,
        whole(data ->> '$.OperationCount') as operations,
        list_zip(
            json_extract_string(data, '$.OperationProperties[*].Name'),
            json_extract_string(data, '$.OperationProperties[*].Value')
        ) as properties,
        coalesce(filled(data ->> '$.SendAsUserSmtp'), filled(data ->> '$.SendOnBehalfOfUserSmtp')) as sent_as,
        data ->> '$.ClientInfoString' as client
    from mailbox_events
)
select
    event_time,
    user_id,
    case
        when operation in ('MailItemsAccessed', 'MessageBind', 'FolderBind') then 'read'
        when operation in ('Send', 'SendAs', 'SendOnBehalf') then 'sent'
        when operation in ('Move', 'MoveToDeletedItems') then 'moved'
        when operation in ('SoftDelete', 'HardDelete') then 'deleted'
        when operation = 'Copy' then 'copied'
        when operation = 'Create' then 'created'
        when operation = 'Update' then 'changed'
        when operation = 'UpdateInboxRules' then 'changed rules'
        when operation ilike '%permission%' or operation ilike '%delegation%' then 'changed rights'
        when operation = 'MailboxLogin' then 'signed in'
        else 'other'
    end as action,
    mailbox,
    coalesce(
        nullif(items, 0),
        case when list_filter(properties, p -> p[1] = 'MailAccessType')[1][2] = 'Bind' then operations end
    ) as messages,
    folder,
    list_filter(properties, p -> p[1] = 'MailAccessType')[1][2] as access_type,
    lower(list_filter(properties, p -> p[1] = 'IsThrottled')[1][2]) = 'true' as is_throttled,
    nullif(array_to_string(list_filter(subject_list, s -> s is not null), ', '), '') as subjects,
    e.ip_address,
    a.country,
    'AS' || a.network as network,
    place_mark(a.country, a.network, a.source) as place_source,
    case lower(logon_type)
        when '0' then 'owner'
        when '1' then 'administrator'
        when 'admin' then 'administrator'
        when '2' then 'delegate'
        when 'delegated' then 'delegate'
        when '3' then 'transport'
        when '4' then 'system service'
        when '5' then 'best access'
        when '6' then 'delegated administrator'
        else lower(logon_type)
    end as logged_on_as,
    mailbox = user_id as is_owner,
    destination_folder,
    operation,
    sent_as,
    client,
    app_id,
    client_app_id,
    session_id,
    result_status,
    nullif(array_to_string(list_filter(message_id_list, m -> m <> ''), ', '), '') as message_ids,
    is_system,
    id,
    file_id,
    record
from fields as e
left join addresses as a on client_address(e.ip_address) = a.ip_address
order by
    event_time desc nulls last,
    file_id,
    record
