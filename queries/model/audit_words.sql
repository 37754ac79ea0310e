-- description: What a record of the unified audit log says was done, in words that follow the name of who did it: one row a
--   record, of those that a page has room for where a run has chosen some.
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column words varchar: read 3 messages in \Inbox; downloaded Invoice.pdf; set the inbox rule "." of ...; where there is no verb, a
--   colon and the operation
-- column object_id varchar: what was acted on, in lower case, where the words leave it open: an id, whose name the reader looks up
with parsed as (
    select
        file_id,
        record,
        operation,
        rtrim(lower(operation), '. ') as act,
        lower(user_id) as user_id,
        object_id,
        record_type,
        json_extract(json_text(raw), [
            '$.Folders', '$.AffectedItems', '$.Item.Subject', '$.Item.ParentFolder.Path', '$.Folder.Path', '$.DestFolder.Path',
            '$.MailboxOwnerUPN', '$.SourceFileName', '$.SiteUrl', '$.Parameters', '$.OperationProperties', '$.Target', '$.ModifiedProperties'
        ]) as parts
    from evidence.audit_events
    where is_on_page(file_id, record)
),
named as (
    select
        * exclude (parts),
        list_sort(list_distinct(list_filter(json_extract_string(parts[1], '$[*].Path'), f -> f <> ''))) as read_folders,
        list_sum(list_transform(json_extract(parts[1], '$[*].FolderItems'), i -> json_array_length(i)))::bigint as read_messages,
        case when json_type(parts[2]) = 'ARRAY' then json_array_length(parts[2]) end as items,
        coalesce(filled(parts[3] ->> '$'), parts[2] ->> '$[0].Subject') as subject,
        coalesce(filled(parts[4] ->> '$'), filled(parts[5] ->> '$')) as folder,
        filled(parts[6] ->> '$') as new_folder,
        filled(lower(parts[7] ->> '$')) as mailbox,
        coalesce(filled(parts[8] ->> '$'), filled(regexp_extract(object_id, '[^/]*$'))) as file_name,
        parts[9] ->> '$' as site,
        list_filter(
            list_zip(json_extract_string(parts[10], '$[*].Name'), json_extract_string(parts[10], '$[*].Value')),
            p -> p[2] <> '' and p[2] <> 'False' and p[1] <> 'Identity'
        ) as parameters,
        contains(lower(parts[11] ->> '$'), '"sync"') as is_sync,
        contains(lower(parts[11] ->> '$'), '"isthrottled","value":"true"') as is_throttled,
        list_filter(
            list_zip(json_extract_string(parts[12], '$[*].Type'), json_extract_string(parts[12], '$[*].ID')),
            t -> t[1] in ('1', '5')
        )[1][2] as target_name,
        list_filter(
            list_zip(json_extract_string(parts[13], '$[*].Name'), json_extract_string(parts[13], '$[*].NewValue')),
            p -> p[1] in ('Role.DisplayName', 'Group.DisplayName', 'DelegatedPermissionGrant.Scope')
        )[1][2] as part_name
    from parsed
),
phrased as (
    select
        *,
        case when mailbox <> user_id and record_type in (2, 3, 50) then ' in the mailbox ' || mailbox else '' end as whose,
        case act
            when 'send' then 'sent'
            when 'sendas' then 'sent in another''s name'
            when 'sendonbehalf' then 'sent on behalf of another'
            when 'softdelete' then 'deleted'
            when 'harddelete' then 'deleted for good'
            when 'movetodeleteditems' then 'moved to the deleted items'
            when 'move' then 'moved'
            when 'copy' then 'copied'
            when 'create' then 'created'
            when 'update' then 'changed'
        end as mail_verb,
        case act
            when 'filedownloaded' then 'downloaded'
            when 'filesyncdownloadedfull' then 'downloaded by sync'
            when 'filesyncdownloadedpartial' then 'downloaded by sync a part of'
            when 'fileaccessed' then 'opened'
            when 'fileaccessedextended' then 'had open'
            when 'filepreviewed' then 'looked at'
            when 'pageviewed' then 'viewed the page'
            when 'filemodified' then 'changed'
            when 'fileuploaded' then 'uploaded'
            when 'filedeleted' then 'deleted'
            when 'filerecycled' then 'put into the recycle bin'
            when 'filerenamed' then 'renamed'
            when 'filemoved' then 'moved'
            when 'filecopied' then 'copied'
            when 'anonymouslinkcreated' then 'made a link for everybody to'
            when 'securelinkcreated' then 'made a link for some to'
            when 'companylinkcreated' then 'made a link for the company to'
            when 'sharingset' then 'shared'
        end as file_verb
    from named
)
select
    p.file_id,
    p.record,
    case
        when c.words is not null then c.words
        when act in ('mailitemsaccessed', 'messagebind', 'folderbind') then 'read '
            || case
                when is_sync then 'a whole folder, ' || coalesce(array_to_string(nullif(read_folders, []), ', '), folder, 'not named')
                when read_messages > 0 then counted(read_messages, 'message', 'messages') || coalesce(' in ' || array_to_string(nullif(read_folders, []), ', '), '')
                else 'mail' || coalesce(' in ' || folder, '')
            end || whose || case when is_throttled then '; so many were read that a day of reads is not logged' else '' end
        when record_type in (2, 3) and mail_verb is not null then mail_verb || ' '
            || case when items > 1 then items || ' items, the first of them ' else '' end
            || coalesce('"' || nullif(subject, '') || '"', 'an item without a subject')
            || case when mail_verb like 'sent%' then '' else coalesce(' in ' || folder, '') end
            || case when act in ('move', 'copy') then coalesce(' to ' || new_folder, '') else '' end || whose
        when file_verb is not null then file_verb || ' ' || coalesce(file_name, 'a file')
            || coalesce(' (' || nullif(rtrim(regexp_replace(site, '^https://', ''), '/'), '') || ')', '')
        when act = 'userloggedin' then 'signed in to'
        when act = 'userloginfailed' then 'failed to sign in to'
        when contains(operation, '-') or len(parameters) > 0 then ': ' || operation
            || coalesce(': ' || array_to_string(list_transform(nullif(parameters, [])[1:8], p -> p[1] || ' ' || p[2]), ', '), '')
        else ': ' || rtrim(operation, '. ') || coalesce(': ' || target_name, '') || coalesce(', ' || nullif(trim(part_name), ''), '')
    end as words,
    case
        when act in ('userloggedin', 'userloginfailed') then lower(object_id)
        when record_type = 8 and target_name is null then lower(object_id)
    end as object_id
from phrased as p
left join cmdlet_words as c on c.file_id = p.file_id and c.record = p.record
