-- title: What happened
-- description: In sentences, each with how far the files bear it: The log shows; Must be assumed, where a log names no more than
--   that it may have been so; The files can't say.
-- position: 0
-- layout: story
-- wrap: sentence
with own as (
    select
        e.*,
        client_address(e.ip_address) as address,
        coalesce(regexp_matches(lower(e.result), '^(fail|interrupted|false|4\d\d|5\d\d)'), false) as is_failed,
        k.kind,
        notable_operation(e.action) as change
    from all_events as e
    left join operation_kinds as k on rtrim(lower(e.action), '. ') = k.operation
    where (e.file_id, e.record) in (from dossier_records)
),
numbers as (
    select
        count(*) as events,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        list_sort(list(distinct home_account(actor)) filter (where actor <> '')) as accounts,
        count(*) filter (where source = 'sign_ins' and is_failed) as failed_sign_ins,
        count(*) filter (where source = 'sign_ins' and not is_failed) as sign_ins,
        count(distinct nullif(session_id, '')) as sessions,
        min_by(minute_text(event_time) || ' ' || action || coalesce(' (' || nullif(result, '') || ')', '') || coalesce(' from ' || nullif(address, ''), '')
            || coalesce(' by ' || nullif(actor, ''), ''), (event_time, source, file_id, record)) as first_act,
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
                lower(coalesce(a.raw ->> '$.MailboxOwnerUPN', a.user_id)) as mailbox,
                contains(lower(a.raw ->> '$.OperationProperties'), '"isthrottled","value":"true"') as is_throttled,
                contains(lower(a.raw ->> '$.OperationProperties'), '"value":"sync"') as is_sync,
                unnest(case
                    when json_array_length(a.raw, '$.Folders') > 0 then json_extract(a.raw, '$.Folders[*]')
                    else [json_object('Path', coalesce(a.raw ->> '$.Item.ParentFolder.Path', a.raw ->> '$.Folder.Path'))]
                end) as part,
                part ->> '$.Path' as folder,
                list_filter(list_concat(
                    coalesce(json_extract_string(part, '$.FolderItems[*].InternetMessageId'), []),
                    coalesce(json_extract_string(a.raw, '$.AffectedItems[*].InternetMessageId'), []),
                    [a.raw ->> '$.Item.InternetMessageId', a.raw ->> '$.MessageId']
                ), id -> id <> '') as messages
            from own as o
            join (
                select user_id, file_id, record, record_type, case when json_valid(raw) then raw end as raw
                from evidence.audit_events
                where (file_id, record) in (from dossier_records)
            ) as a on o.file_id = a.file_id and o.record = a.record
            where o.source = 'audit_events' and o.kind in ('read', 'sent', 'removed') and record_type in (2, 3, 50) and not o.is_failed
        )
    )
),
file_counts as (
    select
        count(distinct target) filter (where kind = 'downloaded') as downloaded,
        count(distinct target) filter (where kind = 'opened') as opened,
        few(list_sort(list(distinct regexp_extract(target, '[^/]*$')) filter (where kind = 'downloaded'))) as names
    from own
    where source = 'audit_events' and not is_failed and kind in ('downloaded', 'opened')
),
-- What was changed, in its own records and in those beside it by its users.
changed as (
    select change, is_failed from own where change is not null
    union all
    select
        notable_operation(action),
        coalesce(regexp_matches(lower(result), '^(fail|false)'), false)
    from dossier_beside
    where is_within and is_by_user and notable_operation(action) is not null
),
changes as (
    select
        sum(times)::bigint as acts,
        listed(list(what || case when times > 1 then ' (' || times || ' times)' else '' end order by what)) as kinds
    from (
        select change || case when is_failed then ' (failed)' else '' end as what, count(*) as times
        from changed
        group by all
    )
),
measures as (
    select
        min(c.event_time) as first_measure,
        listed(list_sort(list(distinct minute_text(c.event_time) || ' ' || c.action || ' (' || c.account || ')'))) as what
    from containments as c, numbers as n
    where list_contains(n.accounts, c.account) and c.event_time >= n.first_seen and len(n.accounts) <= 5
),
open_doors as (
    select
        count(*) as things,
        listed(list_sort(list(distinct kind || case when contains(object, '@') and kind not in ('account', 'guest') then ' of ' else ' ' end || object))) as names
    from (
        select kind, object, unnest(string_split(evidence, ' ')) as place
        from report_still_open
    )
    where place in (
        select file_id || ':' || record from dossier_records
        union all
        select file_id || ':' || record from dossier_beside where is_within and is_by_user
    )
),
named as (
    select
        count(*) as findings,
        min_by(severity, severity_rank) as severity,
        min_by(title, (severity_rank, first_seen, finding_id)) as title,
        min_by(finding_id, (severity_rank, first_seen, finding_id)) as finding_id
    from all_findings
    where finding_id in (select finding_id from finding_records where (file_id, record) in (from dossier_records))
),
sentences as (
    select
        1 as position,
        'Who and when' as topic,
        counted(events, 'record', 'records')
            || case
                when len(accounts) = 1 then ' of ' || accounts[1]
                when len(accounts) > 1 then ' of ' || len(accounts) || ' accounts (' || few(accounts) || ')'
                else ''
            end
            || ', from ' || minute_text(first_seen) || ' to ' || minute_text(last_seen) || ' (' || span_text(first_seen, last_seen) || ').'
            || case when sign_ins + failed_sign_ins > 0 then ' Of these ' || counted(sign_ins, 'sign-in', 'sign-ins') || ' succeeded or went on, '
                || failed_sign_ins || ' failed or were interrupted.' else '' end as sentence,
        'The log shows' as basis,
        'story' as look_in,
        null as look_for
    from numbers
    where events > 0
    union all
    select 2, 'How it began', 'The first trace in these files: ' || first_act || '.', 'The log shows', 'story', first_record
    from numbers
    where events > 0
    union all
    select
        3,
        'From where',
        'From ' || counted(len(addresses), 'address', 'addresses') || case when len(countries) > 0 then ' in ' || listed(countries) else ', whose country is not known' end
            || case when sessions > 0 then ' and in ' || counted(sessions, 'session', 'sessions') else '' end || ': ' || few(addresses) || '.',
        'The log shows',
        'story',
        null
    from places, numbers
    where len(addresses) > 0
    union all
    select 4, 'What stands out', counted(findings, 'finding names', 'findings name') || ' a record of it. The gravest is ' || severity || ': ' || title || '.', 'The log shows', 'findings', finding_id
    from named
    where findings > 0
    union all
    select 5, 'Mail read', counted(read_messages, 'message was', 'messages were') || ' read, one by one, in ' || listed(mailboxes) || '.', 'The log shows', 'mail_read', null
    from mail
    where read_messages > 0
    union all
    select
        6,
        'Mail read',
        concat_ws(
            ' ',
            case when len(folders) > 0 then 'All mail in ' || counted(len(folders), 'folder', 'folders') || ' (' || listed(folders)
                || ') must be taken as read: a mail program copied ' || case when len(folders) = 1 then 'it' else 'them' end || ' whole.' end,
            case when len(throttled_mailboxes) > 0 then 'All mail of ' || listed(throttled_mailboxes)
                || ' must be taken as read: there were so many reads that the log stopped naming them for 24 hours.' end
        ),
        'Must be assumed',
        'mail_read',
        null
    from mail
    where len(folders) > 0 or len(throttled_mailboxes) > 0
    union all
    select
        7,
        'Mail sent, deleted',
        concat_ws(
            ', ',
            case when sent_messages > 0 then counted(sent_messages, 'message was', 'messages were') || ' sent' end,
            case when deleted_messages > 0 then counted(deleted_messages, 'message was', 'messages were') || ' deleted' end
        ) || '.',
        'The log shows',
        case when sent_messages > 0 then 'sent' else 'removed' end,
        null
    from mail
    where sent_messages + deleted_messages > 0
    union all
    select
        8,
        'Files',
        concat_ws(
            ', ',
            case when downloaded > 0 then counted(downloaded, 'file was', 'files were') || ' downloaded (' || names || ')' end,
            case when opened > 0 then counted(opened, 'file was', 'files were') || ' opened' end
        ) || '.',
        'The log shows',
        'files',
        null
    from file_counts
    where downloaded + opened > 0
    union all
    select 9, 'What was changed', counted(acts, 'change', 'changes') || ': ' || kinds || '.', 'The log shows', 'changes', null
    from changes
    where acts > 0
    union all
    select
        10,
        'Countermeasures',
        what || '. ' || case
            when acts > 0 then counted(acts, 'act', 'acts') || ' of it came after the first of these, the last at ' || minute_text(last_act) || '.'
            else 'Nothing of it succeeded after the first of these, as far as these files go.'
        end,
        'The log shows',
        'story',
        null
    from measures, (
        select count(*) as acts, max(event_time) as last_act
        from own
        where not is_failed and event_time > (select first_measure from measures)
    )
    where what is not null
    union all
    select 11, 'Still open', counted(things, 'thing that was made or changed was', 'things that were made or changed were') || ' not removed again in these files: ' || names || '.', 'Must be assumed', 'open', null
    from open_doors
    where things > 0
    union all
    select
        12,
        'What is not known',
        concat_ws(
            ' ',
            case when not exists (from evidence.sign_ins) then 'No sign-in log is loaded.' end,
            case when not exists (from evidence.audit_events) then 'No unified audit log is loaded: nothing is known of mail and files.'
                when reads = 0 then 'No record of it names mail that was read, which is no proof that none was.' end,
            'What carries another id, or none, may be missing here; the part on what stands beside it has what could be found.'
        ),
        'The files can''t say',
        'limits',
        null
    from mail
)
select
    null::integer as incident,
    topic,
    sentence,
    basis,
    look_in,
    look_for
from (
    select * from sentences where getvariable('dossier_incident') is null
    union all
    select
        position,
        topic,
        sentence,
        basis,
        case look_in
            when 'mail_exposure' then case when topic = 'Mail read' then 'mail_read' when look_for = 'sent' then 'sent' else 'removed' end
            when 'file_activity' then 'files'
            when 'still_open' then 'open'
            when 'timeline' then 'story'
            else look_in
        end,
        case when look_in in ('mail_exposure', 'file_activity') then null else look_for end
    from incident_story
    where incident = getvariable('dossier_incident')
)
order by
    position,
    look_in
