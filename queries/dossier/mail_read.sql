-- title: Mail that was read
-- description: By folder and way of reading. Bind: single messages, whose ids are listed. Sync: a mail client took
--   over the whole folder, so treat every message in it as read. throttled: more than 1,000 reads within a day, so
--   reads went unlogged: treat all mail as read.
-- position: 4
-- ids: message_ids
with accesses as (
    select
        event_time,
        placed_address(e.ip_address, a.country, a.network, a.source) as ip_address,
        raw,
        list_extract(list_filter(
            json_extract(raw, '$.OperationProperties[*]'), p -> json_extract_string(p, '$.Name') = 'MailAccessType'
        ), 1) ->> '$.Value' as access,
        list_extract(list_filter(
            json_extract(raw, '$.OperationProperties[*]'), p -> json_extract_string(p, '$.Name') = 'IsThrottled'
        ), 1) ->> '$.Value' as throttled,
        lower(raw ->> '$.MailboxOwnerUPN') as mailbox,
    from (
        select event_time, ip_address, operation, raw
        from dossier_events
        where list_contains(['mailitemsaccessed', 'messagebind', 'folderbind'], lower(operation))
    ) as e
    left join addresses as a on client_address(e.ip_address) = a.ip_address
),
folders as (
    select
        * exclude (raw, part),
        part ->> '$.Path' as folder,
        json_extract_string(part, '$.FolderItems[*].InternetMessageId') as messages,
    from (
        select *, unnest(json_extract(raw, '$.Folders[*]')) as part from accesses
    )
    union all
    select
        * exclude (raw),
        coalesce(filled(raw ->> '$.Item.ParentFolder.Path'), raw ->> '$.Folder.Path'),
        case when raw ->> '$.Item.InternetMessageId' is not null then [raw ->> '$.Item.InternetMessageId'] end,
    from accesses
    where coalesce(json_array_length(raw, '$.Folders'), 0) = 0
)
select
    mailbox,
    folder,
    case lower(access)
        when 'sync' then 'Sync: the whole folder, how many is not logged'
        when 'bind' then 'Bind: single messages'
        else access
    end as access,
    count(*) as events,
    case
        when lower(access) is distinct from 'sync' or len(flatten(list(coalesce(messages, []::varchar[])))) > 0
        then len(list_distinct(flatten(list(coalesce(messages, []::varchar[])))))
    end as messages,
    count_if(lower(throttled) = 'true')::bigint as throttled,
    min(event_time) as first_read,
    max(event_time) as last_read,
    string_agg(distinct ip_address, ', ' order by ip_address) as ip_addresses,
    nullif(array_to_string(list_sort(list_distinct(flatten(list(coalesce(messages, []::varchar[]))))), chr(10)), '') as message_ids
from folders
group by mailbox, folder, access
order by first_read, mailbox, folder, access
