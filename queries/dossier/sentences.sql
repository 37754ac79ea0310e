-- title: What happened
-- description: In sentences, each with how far the files bear it: The log shows; Must be assumed, where a log names no more than
--   that it may have been so; The files can't say; The examiner says, in the case sheet (--case).
-- position: -1
-- layout: story
-- wrap: sentence
with own as (
    select
        e.*,
        coalesce(regexp_matches(lower(e.result), '^(fail|interrupted|false|4\d\d|5\d\d)'), false) as is_failed,
        notable_operation(e.action) as change
    from all_events as e
    where (e.file_id, e.record) in (from dossier_records)
),
-- What was changed, in its own records and in those beside it by its users.
changed as (
    select false as is_beside, change, is_failed from own where change is not null
    union all
    select
        true,
        notable_operation(action),
        coalesce(regexp_matches(lower(result), '^(fail|false)'), false)
    from dossier_beside
    where is_within and is_by_user and notable_operation(action) is not null
),
changes as (
    select
        is_beside,
        sum(times)::bigint as acts,
        listed(list(what || case when times > 1 then ' (' || times || ' times)' else '' end order by what)) as kinds
    from (
        select is_beside, change || case when is_failed then ' (failed)' else '' end as what, count(*) as times
        from changed
        group by all
    )
    group by is_beside
),
measures as (
    select
        min(c.event_time) as first_measure,
        listed(list_sort(list(distinct minute_text(c.event_time) || ' ' || c.action || ' (' || c.account || ')'))) as what
    from containments as c, dossier_numbers as n
    where list_contains(n.accounts, c.account) and c.event_time >= n.first_seen and len(n.accounts) <= 5
),
-- A sign-in stands in two logs, and is one act; what was done to end it is none.
afterwards as (
    select
        count(*) filter (where not o.is_failed) as acts,
        max(o.event_time) filter (where not o.is_failed) as last_act,
        count(*) filter (where o.is_failed) as attempts,
        max(o.event_time) filter (where o.is_failed) as last_attempt
    from own as o
    cross join dossier_numbers as n
    left join logons as l on o.file_id = l.file_id and o.record = l.record
    where o.event_time > (select first_measure from measures)
        and o.source in ('sign_ins', 'audit_events', 'graph_activity')
        and coalesce(client_address(o.ip_address), '') <> ''
        and (l.record is not null or o.source <> 'sign_ins' and o.action not in ('UserLoggedIn', 'UserLoginFailed'))
        and (o.source = 'graph_activity' or coalesce(o.actor, '') = '' or list_contains(n.accounts, home_account(o.actor)))
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
-- What the case sheet says of its records, and of what bears or names them.
verdicts as (
    select *, row_number() over (order by position, thing, value) as place
    from verdict_sentences
    where case thing
        when 'finding' then value in (select finding_id from finding_records where (file_id, record) in (from dossier_records))
        when 'session' then value in (select lower(session_id) from own)
        when 'user' then value in (select unnest([lower(actor), lower(target)]) from own)
        when 'address' then value in (select client_address(ip_address) from own)
        else value in (select unnest([lower(o.id), f.sha256 || ':' || o.record]) from own as o left join evidence.files as f using (file_id))
    end
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
            || case when sign_ins + failed_sign_ins > 0 then ' Of these ' || counted(sign_ins, 'is a sign-in that', 'are sign-ins that') || ' succeeded, '
                || counted(failed_sign_ins, 'failed or was interrupted', 'failed or were interrupted') || '.' else '' end as sentence,
        'The log shows' as basis,
        'story' as look_in,
        null as look_for
    from dossier_numbers
    where events > 0
    union all
    select 2, 'How it began', 'The first trace in these files: ' || first_act || '.', 'The log shows', 'story', first_record
    from dossier_numbers
    where events > 0
    union all
    select
        3,
        'From where',
        'From ' || counted(len(addresses), 'address', 'addresses') || case when len(countries) > 0 then ' in ' || in_words(countries) else '' end
            || ' (' || few(addresses) || ')'
            || case when sessions > 0 then ', in ' || counted(sessions, 'session', 'sessions') else '' end || '.'
            || case when len(countries) = 0 then ' In which country is not known.' else '' end,
        'The log shows',
        'story',
        null
    from dossier_numbers
    where len(addresses) > 0
    union all
    select 4, 'What stands out', counted(findings, 'finding names', 'findings name') || ' a record of it. The gravest is ' || severity || ': ' || title || '.', 'The log shows', 'findings', finding_id
    from named
    where findings > 0
    union all
    select 5, 'Mail read', counted(read_messages, 'message was', 'messages were') || ' read, one by one, in ' || listed(mailboxes) || '.', 'The log shows', 'mail_read', null
    from dossier_numbers
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
    from dossier_numbers
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
    from dossier_numbers
    where sent_messages + deleted_messages > 0
    union all
    select
        8,
        'Files',
        concat_ws(
            ', ',
            case when downloaded > 0 then counted(downloaded, 'file was', 'files were') || ' downloaded (' || file_names || ')' end,
            case when opened > 0 then counted(opened, 'file was', 'files were') || ' opened' end
        ) || '.',
        'The log shows',
        'files',
        null
    from dossier_numbers
    where downloaded + opened > 0
    union all
    select 9, 'What was changed', counted(acts, 'change', 'changes') || ': ' || kinds || '.', 'The log shows', 'changes', null
    from changes
    where not is_beside
    union all
    select
        10,
        'What was changed',
        counted(acts, 'more change stands', 'more changes stand') || ' beside it, made in the same name and within its time, but under no session id: ' || kinds
            || '. No record says whether ' || case when acts = 1 then 'it belongs' else 'they belong' end || ' to it.',
        'Must be assumed',
        'beside',
        null
    from changes
    where is_beside
    union all
    select
        11,
        'Countermeasures',
        what || '. '
            || case
                when acts = 0 then 'Nothing ' || getvariable('dossier_scope') || ' succeeded after the first of these, as far as these files go.'
                else counted(acts, 'act', 'acts') || ' ' || getvariable('dossier_scope') || ' succeeded after the first of these, the last at ' || minute_text(last_act) || '.'
            end
            || case when attempts > 0 then ' ' || counted(attempts, 'attempt', 'attempts') || ' failed, the last at ' || minute_text(last_attempt) || '.' else '' end
            || case when acts + attempts > 0 and getvariable('dossier_of_users') then ' Some of this, or all, may be the owner''s own.' else '' end,
        'The log shows',
        'story',
        null
    from measures, afterwards
    where what is not null
    union all
    select 12, 'Still open', counted(open_things, 'thing that was made or changed was', 'things that were made or changed were') || ' not removed again, as far as these files go: ' || open_names || '. Check in the tenant.', 'Must be assumed', 'open', null
    from dossier_numbers
    where open_things > 0
    union all
    select
        13,
        'What is not known',
        concat_ws(
            ' ',
            case when not exists (from evidence.sign_ins) then 'No sign-in log is among the files.' end,
            case when not exists (from evidence.audit_events) then 'No unified audit log is among the files: nothing is known of mail and files.'
                when reads = 0 then 'No record names mail that was read, which is no proof that none was.' end,
            'Acts that the log wrote under another id, or under none, may be missing here. What could be found of them stands apart, as "beside it, without its id".'
        ),
        'The files can''t say',
        'limits',
        null
    from dossier_numbers
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
        part,
        case when look_in in ('mail_exposure', 'file_activity') then null else look_for end
    from incident_story
    where incident = getvariable('dossier_incident')
    union all
    select 90 + place, 'Verdicts', sentence, 'The examiner says', case thing when 'finding' then 'findings' else 'story' end, case thing when 'finding' then value end
    from verdicts
    where place <= 10
    union all
    select 101, 'Verdicts', 'And ' || counted(count(*), 'more verdict', 'more verdicts') || '.', 'The examiner says', 'story', null
    from verdicts
    where place > 10
    having count(*) > 0
)
order by
    position,
    look_in
