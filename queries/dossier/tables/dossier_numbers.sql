-- What its records say in numbers, where it is no incident; of incidents the model has them.
with users_signed_in as (
    select distinct home_account(user_principal_name) as account
    from evidence.sign_ins
    where (file_id, record) in (from dossier_records) and user_principal_name <> ''
),
own as (
    select
        e.*,
        client_address(e.ip_address) as address,
        coalesce(regexp_matches(lower(e.result), '^(fail|interrupted|false|4\d\d|5\d\d)'), false) as is_failed,
        k.kind,
        not exists (from users_signed_in) or home_account(e.actor) in (from users_signed_in) as is_of_user
    from all_events as e
    left join operation_kinds as k on rtrim(lower(e.action), '. ') = k.operation
    where (e.file_id, e.record) in (from dossier_records)
),
numbers as (
    select
        count(*) as events,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        -- who only did something to the user that the dossier is of, as an administrator did, is none of its accounts
        list_sort(list(distinct home_account(actor)) filter (where actor <> '' and (not getvariable('dossier_of_users') or is_of_user))) as accounts,
        count(*) filter (where source = 'sign_ins' and is_failed) as failed_sign_ins,
        count(*) filter (where source = 'sign_ins' and not is_failed) as sign_ins,
        count(distinct nullif(session_id, '')) as sessions,
        min_by(minute_text(event_time) || ': ' || coalesce(nullif(actor, ''), 'nobody who is named') || case
            when kind in ('signed in', 'failed to sign in') then ' ' || kind
            when source <> 'sign_ins' then ', ' || coalesce(kind, notable_operation(action), action) || coalesce(' (' || nullif(target, '') || ')', '')
            when result like 'interrupted%' then ' was asked for something more at the sign-in' || coalesce(' to ' || nullif(target, ''), '')
            else case when is_failed then ' failed to sign in' else ' signed in' end || coalesce(' to ' || nullif(target, ''), '')
        end || coalesce(', from ' || nullif(address, ''), ''), (event_time, source, file_id, record)) as first_act,
        min_by(file_id || ':' || record, (event_time, source, file_id, record)) as first_record
    from own
),
places as (
    select
        list_sort(list(distinct o.address)) as addresses,
        list_sort(list(distinct coalesce(c.country_name, a.country)) filter (where a.country <> '')) as countries
    from own as o
    left join addresses as a on o.address = a.ip_address
    left join country_names as c on a.country = c.country
    where o.address <> ''
),
mail as (
    select
        count(distinct message) filter (where kind = 'read' and not is_sync) as read_messages,
        list_sort(list(distinct mailbox) filter (where kind = 'read')) as mailboxes,
        list_sort(list(distinct folder) filter (where is_sync)) as folders,
        list_sort(list(distinct mailbox) filter (where is_throttled)) as throttled_mailboxes,
        count(distinct coalesce(message, place)) filter (where kind = 'sent') as sent_messages,
        count(distinct coalesce(message, place)) filter (where kind = 'removed') as deleted_messages,
        count(*) filter (where kind = 'read') as reads
    from (
        select
            kind,
            place,
            mailbox,
            is_throttled,
            is_sync,
            folder,
            unnest(case when len(messages) > 0 then messages else [null] end) as message
        from (
            select
                o.kind,
                o.file_id || ':' || o.record as place,
                lower(coalesce(filled(a.raw ->> '$.MailboxOwnerUPN'), a.user_id)) as mailbox,
                contains(lower(a.raw ->> '$.OperationProperties'), '"isthrottled","value":"true"') as is_throttled,
                contains(lower(a.raw ->> '$.OperationProperties'), '"value":"sync"') as is_sync,
                unnest(case
                    when json_array_length(a.raw, '$.Folders') > 0 then json_extract(a.raw, '$.Folders[*]')
                    else [json_object('Path', coalesce(filled(a.raw ->> '$.Item.ParentFolder.Path'), a.raw ->> '$.Folder.Path'))]
                end) as part,
                part ->> '$.Path' as folder,
                list_filter(list_concat(
                    coalesce(json_extract_string(part, '$.FolderItems[*].InternetMessageId'), []),
                    coalesce(json_extract_string(a.raw, '$.AffectedItems[*].InternetMessageId'), []),
                    [a.raw ->> '$.Item.InternetMessageId', a.raw ->> '$.MessageId']
                ), id -> id <> '') as messages
            from own as o
            join dossier_events as a on o.file_id = a.file_id and o.record = a.record
            where o.source = 'audit_events' and o.kind in ('read', 'sent', 'removed') and record_type in (2, 3, 50) and not o.is_failed
        )
    )
),
file_counts as (
    select
        count(distinct target) filter (where kind = 'downloaded') as downloaded,
        count(distinct target) filter (where kind = 'opened') as opened,
        few(list_sort(list(distinct regexp_extract(target, '[^/]*$')) filter (where kind = 'downloaded'))) as file_names
    from own
    where source = 'audit_events' and not is_failed and kind in ('downloaded', 'opened')
),
open_doors as (
    select
        count(distinct (kind, object, evidence)) as open_things,
        listed(list_sort(list(distinct case
            when contains(object, '@') and kind not in ('account', 'guest') then kind || ' of ' || object
            else regexp_replace(kind, ' of an application$', ' of the application') || ' ' || object
        end))) as open_names
    from (
        select kind, object, evidence, unnest(string_split(evidence, ' ')) as place
        from open_doors
    )
    where place in (
        select file_id || ':' || record from dossier_records
        union all
        select file_id || ':' || record from dossier_beside where is_within and is_by_user
    )
)
select *
from numbers, places, mail, file_counts, open_doors
where getvariable('dossier_incident') is null
