-- description: Each incident in a few sentences that need no training to read: one row a sentence. basis says how far the files bear
--   it: The log shows; Must be assumed; The files can't say.
-- materialized: yes
-- ordered by: incident, position
-- column incident integer: of incidents
-- column position bigint: to order the sentences by
-- column topic varchar: what the sentence is about
-- column sentence varchar: the sentence
-- column basis varchar: how far the files bear it
-- column look_in varchar: the report that has its rows
-- column look_for varchar: a text by which they are found there; NULL = the first rows, or all
-- column part varchar: the part of the incident's dossier that has its rows
with members as (
    select
        i.incident,
        f.*
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3
),
heads as (
    select
        incident,
        (
            select coalesce(list(a.account order by a.account), [])
            from incident_accounts as a
            where a.incident = m.incident and a.is_actor
        ) as accounts,
        min(p.first_seen) as first_seen,
        min(p.in_from) as in_from,
        min(p.last_seen) as last_seen,
        count(*) as findings,
        min_by(severity, severity_rank) as severity,
        min_by(title, (severity_rank, m.first_seen, finding_id)) as title,
        min_by(what, (m.first_seen, severity_rank, finding_id)) as first_act,
        min_by(finding_id, (m.first_seen, severity_rank, finding_id)) as first_finding,
        bool_or(tactic in ('initial_access', 'credential_access')) as is_way_in_known
    from members as m
    join incident_periods as p using (incident)
    group by incident
),
has_logs as (
    select
        (select count(*) > 0 from evidence.sign_ins) as sign_ins,
        (select count(*) > 0 from evidence.audit_events where record_type in (2, 3, 50)) as mail,
        (select count(*) > 0 from evidence.audit_events where record_type in (2, 3)) as mail_acts,
        (select count(*) > 0 from evidence.audit_events where lower(operation) = 'mailitemsaccessed') as mail_reads,
        (select count(*) > 0 from evidence.audit_events where record_type in (6, 14)) as files,
        (select count(*) > 0 from evidence.audit_events where record_type = 8)
            or (select count(*) > 0 from evidence.directory_audits) as directory
),
country_list as (
    select map(list(country), list(country_name)) as names
    from country_names
),
places as (
    select
        t.incident,
        list(t.value order by t.value) as addresses,
        list_sort(list(distinct coalesce(c.country_name, a.country)) filter (where a.country <> '')) as countries
    from incident_traces as t
    left join addresses as a on t.value = a.ip_address
    left join country_names as c on a.country = c.country
    where t.trace = 'address'
    group by t.incident
),
sessions_of as (
    select incident, count(*) as sessions
    from incident_traces
    where trace = 'session'
    group by incident
),
-- What was tried in vain, by all that the incident has of it.
failed_findings as (
    select r.finding_id
    from finding_records as r
    join incident_events as e on r.file_id = e.file_id and r.record = e.record
    group by r.finding_id
    having bool_and(e.is_failed)
),
-- What other sentences do not say, by what was done: a kind of act has one finding, the gravest five kinds are named.
changes as (
    select
        incident,
        finding,
        min(m.title) || case when bool_and(d.finding_id is not null) then ' (failed)' else '' end as title,
        rtrim(min_by(what, (severity_rank, m.first_seen, m.finding_id)), '. ') as gravest,
        count(*) as acts,
        case when count(*) = 1 then min(m.finding_id) else finding end as look_for,
        row_number() over (
            partition by incident
            order by min((severity_rank, m.first_seen, m.finding_id))
        ) as place
    from members as m
    join heads as h using (incident)
    left join failed_findings as d on m.finding_id = d.finding_id
    where m.finding_id <> h.first_finding
        and m.tactic in ('persistence', 'privilege_escalation', 'defense_evasion', 'impact', 'exfiltration', 'collection')
        -- what other sentences count
        and m.finding not in ('session_outlived_containment', 'mail_read_in_bulk', 'mass_download', 'files_fetched_by_script', 'mailbox_read_by_another')
    group by incident, finding
),
-- Whom and what the acts touched beside the accounts that were misused.
-- A rule may compare its target in lower case; the sentence says the name as the log does.
others_touched as (
    select
        m.incident,
        listed(list_sort(list(distinct
            case when contains(lower(m.what), lower(m.target)) then substr(m.what, strpos(lower(m.what), lower(m.target)), length(m.target)) else m.target end
        ))) as targets
    from members as m
    join heads as h using (incident)
    where m.target <> '' and not list_contains(h.accounts, lower(m.target)) and len(h.accounts) > 0
        and m.tactic in ('persistence', 'privilege_escalation', 'defense_evasion', 'impact', 'collection')
    group by m.incident
),
forwarding as (
    select
        incident,
        max(coalesce(until, timestamp 'infinity')) as last_sent_on,
        string_agg(
            case when kind = 'mailbox' then 'All mail that reached ' || mailbox else 'Mail that an inbox rule of ' || mailbox || ' picks' end
                || ' from ' || minute_text(since)
                || case
                    when until is null then ' on, as far as these files go without an end,'
                    else ' until ' || minute_text(until)
                end
                || ' must be taken as sent on to ' || destination || '.',
            ' ' order by since, mailbox, destination
        ) as sentence
    from incident_forwards
    group by incident
),
sentences as (
    select
        incident,
        1 as position,
        'Who and when' as topic,
        upper(severity[1]) || severity[2:] || ': ' || case
            when len(accounts) = 0 then coalesce((
                select counted(count(*), 'account was tried', 'accounts were tried') || ', and none is seen to have been used'
                from incident_accounts as a
                where a.incident = heads.incident and not a.is_actor
                having count(*) > 0
            ), 'no account of the tenant is named')
            when len(accounts) = 1 then 'the account ' || accounts[1] || ' shows signs of misuse'
            else len(accounts) || ' accounts show signs of misuse'
        end
            || case
                when minute_text(first_seen) = minute_text(last_seen) then ', at ' || minute_text(first_seen)
                when minute_text(in_from) > minute_text(first_seen) then ', attempts from ' || minute_text(first_seen) || ', in from ' || minute_text(in_from)
                    || case when minute_text(last_seen) > minute_text(in_from) then ' to ' || minute_text(last_seen) || ' (' || span_text(in_from, last_seen) || ')' else '' end
                else ', from ' || minute_text(first_seen) || ' to ' || minute_text(last_seen) || ' (' || span_text(first_seen, last_seen) || ')'
            end
            || case when len(accounts) > 1 then ': ' || listed(accounts) else '' end
            || case
                when last_sent_on = timestamp 'infinity' then '; mail is sent on after that'
                when last_sent_on > last_seen then '; mail was sent on until ' || minute_text(last_sent_on)
                else ''
            end || '. '
            || case when findings = 1 then 'One finding: ' else findings || ' findings belong together, the gravest: ' end || title || '.' as sentence,
        'The log shows' as basis,
        'incidents' as look_in,
        null as look_for
    from heads
    left join forwarding using (incident)
    union all
    select
        incident,
        2,
        'In whose name',
        'Who sat at the keyboard is not known. What is said here of ' || case when len(accounts) = 1 then 'an account was done in its name' else 'accounts was done in their names' end
            || ', which does not mean that the owner did it.',
        'The files can''t say',
        'findings',
        null
    from heads
    where len(accounts) > 0
    union all
    select incident, 3, 'How it began', minute_text(first_seen) || ': ' || rtrim(with_country_names(first_act, names), '. ') || '.', 'The log shows', 'findings', first_finding
    from heads, country_list
    union all
    select
        incident,
        4,
        'How it began',
        'How the intruder got in is not known: the first trace in these files comes later'
            || case when has_logs.sign_ins then '.' else ', and no sign-in log is among them.' end,
        'The files can''t say',
        'findings_not_looked_for',
        null
    from heads, has_logs
    where not is_way_in_known
    union all
    select
        incident,
        5,
        'From where',
        'It was done from ' || counted(len(addresses), 'address', 'addresses')
            || case when len(countries) > 0 then ' in ' || in_words(countries) else '' end
            || ' (' || few(addresses) || ')'
            || case when sessions > 0 then ', in ' || counted(sessions, 'session', 'sessions') else '' end || '.'
            || case when len(countries) = 0 then ' In which country is not known.' else '' end,
        'The log shows',
        'indicators',
        null
    from places
    left join sessions_of using (incident)
    union all
    select
        incident,
        6,
        'Mail read',
        counted(read_messages, 'message was', 'messages were') || ' read, one by one, in the ' || case when len(mailboxes) = 1 then 'mailbox ' else 'mailboxes ' end || listed(mailboxes) || '.',
        'The log shows',
        'mail_exposure',
        'read'
    from incident_totals
    where read_messages > 0
    union all
    select
        incident,
        7,
        'Mail read',
        concat_ws(
            ' ',
            case when whole_folders > 0 then 'All mail in ' || counted(whole_folders, 'folder', 'folders') || ' (' || listed(folder_names)
                || ') must be taken as read: a mail program copied ' || case when whole_folders = 1 then 'it' else 'them' end || ' whole.' end,
            case when len(throttled_mailboxes) > 0 then 'All mail of ' || listed(throttled_mailboxes)
                || ' must be taken as read: there were so many reads that the log stopped naming them for 24 hours.' end
        ),
        'Must be assumed',
        'mail_exposure',
        'must be assumed'
    from incident_totals
    where whole_folders > 0 or len(throttled_mailboxes) > 0
    union all
    select
        h.incident,
        8,
        'Mail read',
        case
            when not l.mail then 'Nothing is known of mail: no audit log of mailboxes is among the files.'
            when not l.mail_reads then 'Which mail was read is not known: no record of reading (MailItemsAccessed) is in the files.'
            else 'No record names mail that was read from the addresses and in the sessions of the incident. That is no proof that none was.'
        end,
        'The files can''t say',
        case when l.mail then 'mail_exposure' else 'coverage' end,
        null
    from heads as h
    cross join has_logs as l
    join incident_totals as t using (incident)
    where t.read_messages = 0 and t.whole_folders = 0 and len(t.throttled_mailboxes) = 0
    union all
    select incident, 9, 'Mail sent on', sentence, 'Must be assumed', 'mailbox_changes', null
    from forwarding
    union all
    select
        incident,
        9,
        'Mail sent on',
        counted(forwarded_messages, 'message was', 'messages were') || ' sent on, by the message trace.',
        'The log shows',
        'mail_exposure',
        'forwarded'
    from incident_totals
    where forwarded_messages > 0
    union all
    select
        incident,
        10,
        'Mail sent, deleted',
        array_to_string(list_filter([
            case when sent_messages > 0 then counted(sent_messages, 'message was', 'messages were') || ' sent'
                || case when len(sent_subjects) > 0 then ' ("' || array_to_string(sent_subjects[1:3], '", "') || '"' || case when len(sent_subjects) > 3 then ' and others' else '' end || ')' else '' end
                || coalesce(' to ' || few(sent_recipients), '') end,
            case when deleted_messages > 0 then counted(deleted_messages, 'message was', 'messages were') || ' deleted' end,
            case when moved_messages > 0 then counted(moved_messages, 'message was', 'messages were') || ' moved' end
        ], part -> part is not null), '. ') || '.',
        'The log shows',
        'mail_exposure',
        case when sent_messages > 0 then 'sent' when deleted_messages > 0 then 'deleted' else 'moved' end
    from incident_totals
    where sent_messages + deleted_messages + moved_messages > 0
    union all
    select
        incident,
        10,
        'Mail sent, deleted',
        'To whom ' || case when sent_messages = 1 then 'it was' else 'they were' end || ' sent is not known: the audit log does not tell, a message trace of Exchange does.',
        'The files can''t say',
        'mail_exposure',
        'sent'
    from incident_totals
    where sent_messages > 0 and few(sent_recipients) is null
    union all
    select
        h.incident,
        10,
        'Mail sent, deleted',
        case
            when not l.mail_acts then 'Whether mail was sent or deleted is not known: no audit log of mailboxes that tells is among the files.'
            else 'No record of these logs shows that mail was ' || array_to_string(list_filter([
                case when t.sent_messages = 0 then 'sent' end,
                case when t.deleted_messages = 0 then 'deleted' end
            ], part -> part is not null), ' or ') || ' from the addresses and in the sessions of the incident. That is no proof that none was.'
        end,
        'The files can''t say',
        case when l.mail_acts then 'mailbox_activity' else 'coverage' end,
        null
    from heads as h
    cross join has_logs as l
    join incident_totals as t using (incident)
    where t.sent_messages = 0 or t.deleted_messages = 0
    union all
    select
        incident,
        11,
        'Files',
        array_to_string(list_filter([
            case when downloaded > 0 then counted(downloaded, 'file was', 'files were') || ' downloaded' end,
            case when opened > 0 then counted(opened, 'file was', 'files were') || ' opened' end,
            case when shared > 0 then counted(shared, 'file was', 'files were') || ' shared' end
        ], part -> part is not null), ', ') || '.' || coalesce(' Downloaded: ' || file_names || '.', ''),
        'The log shows',
        'file_activity',
        'downloaded'
    from incident_totals
    where downloaded + opened + shared > 0
    union all
    select
        h.incident,
        11,
        'Files',
        case when l.files then 'No record names a file that was opened or downloaded from the addresses and in the sessions of the incident.'
            else 'Nothing is known of files: no audit log of SharePoint and OneDrive is among the files.' end,
        'The files can''t say',
        case when l.files then 'file_activity' else 'coverage' end,
        null
    from heads as h
    cross join has_logs as l
    join incident_totals as t using (incident)
    where t.downloaded + t.opened + t.shared = 0
    union all
    -- in short, before each is told
    select
        incident,
        12,
        'What else was done',
        counted(count(*), 'kind of act was', 'kinds of act were') || ' found: ' || string_agg(
            title || case when acts > 1 then ' (' || acts || ' times)' else '' end, '; ' order by place
        ) || '.',
        'The log shows',
        'findings',
        null
    from changes
    where place <= 5
    group by incident
    having count(*) > 1
    union all
    select
        incident,
        12 + place,
        'What else was done',
        with_country_names(gravest, names) || '.' || case when acts > 1 then ' And ' || counted(acts - 1, 'more act', 'more acts') || ' of this kind.' else '' end,
        'The log shows',
        'findings',
        look_for
    from changes, country_list
    where place <= 5
    union all
    select
        incident,
        18,
        'What else was done',
        'And ' || counted(sum(acts)::bigint, 'act of another kind', 'acts of other kinds') || '.',
        'The log shows',
        'findings',
        null
    from changes
    where place > 5
    group by incident
    union all
    select incident, 18, 'What else was done', 'From an address or in a session of the incident, so by the intruder as it seems: ' || by_intruder || '.', 'The log shows', 'timeline', null
    from incident_measures
    where by_intruder is not null
    union all
    select incident, 18, 'Also touched', targets || '.', 'The log shows', 'incidents', null
    from others_touched
    where targets <> ''
    union all
    select
        incident,
        19,
        'Countermeasures',
        measures || '. '
            || case
                when coalesce(acts, 0) = 0 then 'After the first of these no act of the intruder succeeded, as far as these files go.'
                else counted(acts, 'act of the intruder', 'acts of the intruder') || ' succeeded after the first of these, the last at ' || minute_text(last_act) || '.'
            end
            || case when attempts > 0 then ' ' || counted(attempts, 'attempt', 'attempts') || ' failed, the last at ' || minute_text(last_attempt) || '.' else '' end,
        'The log shows',
        'timeline',
        null
    from incident_measures
    where measures is not null
    union all
    select
        h.incident,
        20,
        'Countermeasures',
        case
            when l.directory then 'These files show no password reset and no end of sessions for ' || listed(h.accounts) || ' after it began.'
            else 'Whether passwords were reset and sessions ended is not known: no log of changes in the directory is among the files.'
        end,
        'The files can''t say',
        case when l.directory then 'directory_changes' else 'coverage' end,
        null
    from heads as h
    cross join has_logs as l
    where h.incident not in (select incident from incident_measures where measures is not null) and len(h.accounts) > 0
    union all
    select
        incident,
        21,
        'Still open',
        counted(open_things, 'thing that was made or changed was', 'things that were made or changed were') || ' not removed again, as far as these files go: ' || open_names
            || '. Check in the tenant whether ' || case when open_things = 1 then 'it is' else 'they are' end || ' still there.',
        'Must be assumed',
        'still_open',
        null
    from incident_totals
    where open_things > 0
    union all
    select
        h.incident,
        22,
        'Still open',
        case
            when l.mail or l.directory then 'Nothing that was made or changed in the incident is known to be still there. What was made before the files begin is not in them.'
            else 'Whether rules, forwards, consents or roles were left behind is not known: no log of such changes is among the files.'
        end,
        'The files can''t say',
        case when l.mail or l.directory then 'still_open' else 'coverage' end,
        null
    from heads as h
    cross join has_logs as l
    join incident_totals as t using (incident)
    where t.open_things = 0
)
select
    incident,
    position,
    topic,
    sentence,
    basis,
    look_in,
    look_for,
    case look_in
        when 'mail_exposure' then case when topic = 'Mail read' then 'mail_read' when look_for = 'sent' then 'sent' else 'removed' end
        when 'file_activity' then 'files'
        when 'still_open' then 'open'
        when 'timeline' then 'story'
        when 'incidents' then 'findings'
        when 'indicators' then 'story'
        when 'directory_changes' then 'changes'
        when 'mailbox_changes' then 'changes'
        when 'mailbox_activity' then 'story'
        else look_in
    end as part
from sentences
