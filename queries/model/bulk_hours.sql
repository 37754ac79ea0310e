-- description: Hours in which an account did much of one kind, at least three times as much as in any hour of its other
--   days. One row an account, kind and hour. What was done slowly, under the limit in every hour, is not here.
-- materialized: yes
-- column kind varchar: what was done: files opened, files downloaded, files deleted, files renamed, mail destroyed, mail sent,
--   questions to Copilot, teams deleted
-- column who varchar: the account
-- column hour timestamp: the beginning of the hour (UTC)
-- column things bigint: different files, messages or teams; questions to Copilot are counted each
-- column messages bigint: of mail destroyed, the messages that its records name; NULL = not counted
-- column usual bigint: the most in an hour of the account's other days; NULL = it did nothing of the kind on others
-- column other_days bigint: on how many other days it did something of the kind
-- column first_seen timestamp: the first event of the hour (UTC)
-- column last_seen timestamp: the last event of the hour (UTC)
-- column events bigint: records of the hour
-- column app_id varchar: the application of the first of them, lower case
-- column session_id varchar: the session of the first of them that has one
-- column addresses varchar[]: the addresses of the hour
-- column records struct(file_id integer, record bigint, id varchar)[]: the first thousand records
with kinds(kind, operation, counted_by, least, least_messages) as (
    values
        -- opened one by one, as a script does that leaves no downloads
        ('files opened', 'FileAccessed', 'object', 200, null),
        ('files opened', 'FileAccessedExtended', 'object', 200, null),
        ('files opened', 'FilePreviewed', 'object', 200, null),
        ('files downloaded', 'FileDownloaded', 'object', 20, null),
        ('files downloaded', 'FileDownloadedFromBrowser', 'object', 20, null),
        ('files downloaded', 'FileSyncDownloadedFull', 'object', 20, null),
        ('files downloaded', 'FileSyncDownloadedPartial', 'object', 20, null),
        ('files deleted', 'FileDeleted', 'object', 100, null),
        ('files deleted', 'FileDeletedFirstStageRecycleBin', 'object', 100, null),
        ('files deleted', 'FileDeletedSecondStageRecycleBin', 'object', 100, null),
        ('files deleted', 'FileRecycled', 'object', 100, null),
        ('files deleted', 'FileVersionsAllDeleted', 'object', 100, null),
        ('files deleted', 'FolderRecycled', 'object', 100, null),
        ('files renamed', 'FileRenamed', 'object', 50, null),
        ('mail destroyed', 'HardDelete', 'id', 50, 100),
        ('mail destroyed', 'SoftDelete', 'id', 50, 100),
        ('mail sent', 'Send', 'id', 50, null),
        ('mail sent', 'SendAs', 'id', 50, null),
        ('mail sent', 'SendOnBehalf', 'id', 50, null),
        ('questions to Copilot', 'CopilotInteraction', 'record', 30, null),
        ('teams deleted', 'TeamDeleted', 'object', 3, null)
),
acts as (
    select
        k.kind,
        k.least,
        k.least_messages,
        a.user_id as who,
        date_trunc('hour', a.event_time) as hour,
        a.event_time,
        coalesce(case k.counted_by when 'object' then a.object_id when 'id' then a.id end, a.file_id || ':' || a.record) as thing,
        -- of a record with many, each message has its id
        case when k.least_messages is not null then greatest(len(regexp_extract_all(a.raw, '"InternetMessageId"')), 1) end as messages,
        a.app_id,
        a.session_id,
        a.ip_address,
        a.file_id,
        a.record,
        a.id
    from evidence.audit_events as a
    join kinds as k using (operation)
    where not coalesce(a.is_system, false) and a.user_id is not null
),
-- Only those who did much in some hour are looked at closely.
busy as (
    select kind, who
    from acts
    group by kind, who, hour, least, least_messages
    having count(*) >= least or sum(messages) >= least_messages
),
hours as (
    select
        kind,
        who,
        hour,
        least,
        least_messages,
        count(distinct thing) as things,
        sum(messages)::bigint as messages,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from acts
    where (kind, who) in (from busy)
    group by kind, who, hour, least, least_messages
),
-- What is usual: the most in an hour of the account's other days.
other_hours as (
    select
        h.kind,
        h.who,
        h.hour,
        max(o.things) as usual,
        count(distinct o.hour::date) as other_days
    from hours as h
    left join hours as o on o.kind = h.kind and o.who = h.who and o.hour::date <> h.hour::date
    where h.things >= h.least or h.messages >= h.least_messages
    group by h.kind, h.who, h.hour
)
select
    kind,
    who,
    hour,
    h.things,
    h.messages,
    o.usual,
    o.other_days,
    h.first_seen,
    h.last_seen,
    h.events,
    h.app_id,
    h.session_id,
    h.addresses,
    h.records
from hours as h
join other_hours as o using (kind, who, hour)
where h.things >= 3 * coalesce(o.usual, 0)
order by kind, who, hour
