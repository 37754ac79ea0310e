-- description: What the evidence covers, one row a log, and what therefore can't be concluded. Not filtered, ever.
-- materialized: yes
-- ordered by: position, log
-- column position integer: to order the logs by
-- column log varchar: sign-ins by category, the unified audit log by workload, ...
-- column files bigint: files that hold records of it
-- column records bigint: its records
-- column first_event timestamp: earliest (UTC)
-- column last_event timestamp: latest (UTC)
-- column days bigint: days with records
-- column days_without bigint: days without between first and last
-- column longest_gap_hours double: the longest time without an event
-- column gap_start timestamp: last event before it (UTC)
-- column gap_end timestamp: first event after it (UTC)
-- column with_session_id bigint: records with a session id; NULL = the log has none
-- column with_policy_detail bigint: records with Conditional Access policies; NULL = the log has none
-- column is_gap boolean: the remarks tell of something missing
-- column remarks varchar: what one should know, in sentences; NULL = nothing
with
-- A log has ten positions: sign-ins are listed by category, the unified audit log by
-- workload. Its one line is for when there is none.
expected as (
    select
        10 * position + coalesce(list_position(['interactive', 'non_interactive', 'service_principal', 'managed_identity'], part), 0) as position,
        log || coalesce(': ' || part, '') as log,
        export,
    from logs
    where is_expected
),
loaded as (
    select
        'sign_ins' as source,
        60 + coalesce(list_position(['interactive', 'non_interactive', 'service_principal', 'managed_identity', 'adfs'], category), 6) as position,
        'sign-ins: ' || coalesce(category, 'category unknown') as log,
        file_id,
        record,
        event_time,
        coalesce(session_id <> '', false) as has_session_id,
        coalesce(has_policy_detail, false) and file_id in (from policy_files) as has_policy_detail,
        case when position = 66 then category end as part,
    from evidence.sign_ins
    union all
    select
        'audit_events',
        91,
        'unified audit log: ' || coalesce(workload, 'workload unknown'),
        file_id,
        record,
        event_time,
        coalesce(session_id <> '', false),
        null,
        coalesce(workload, 'workload unknown'),
    from evidence.audit_events
    union all
    select
        source,
        10 * position,
        log,
        file_id,
        record,
        event_time,
        case when has_session_ids then coalesce(session_id <> '', false) end,
        null,
        null,
    from all_events
    join (select distinct source, position, log, has_session_ids from logs) using (source)
    where source not in ('sign_ins', 'audit_events')
),
-- By position and part, which tell the logs apart as their names do: many rows
-- group several times as fast by a number as by names that begin alike.
minutes as (
    select
        position,
        part,
        min(log) as log,
        min(event_time) as first_event,
        max(event_time) as last_event,
    from loaded
    where event_time is not null
    group by position, part, date_trunc('minute', event_time)
),
-- The longest time without an event, from one minute to another; of two as long
-- the first.
gaps as (
    select
        min(log) as log,
        max(first_event - event_before) as gap,
        arg_max(event_before, {'gap': first_event - event_before, 'left': last_event_of_all - event_before}) as gap_start,
        gap_start + gap as gap_end,
    from (
        select
            *,
            lag(last_event) over (partition by position, part order by first_event) as event_before,
            max(last_event) over (partition by position, part) as last_event_of_all,
        from minutes
    )
    where event_before is not null
    group by position, part
),
-- The numbers of records that an export stops at: what the portals, Graph and
-- Search-UnifiedAuditLog have had as their limits.
-- https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs
-- https://learn.microsoft.com/powershell/module/exchange/search-unifiedauditlog
cut_files as (
    select
        file_id,
        path,
        records,
    from evidence.files
    where records in (100, 1000, 5000, 10000, 50000, 100000, 250000, 1000000)
        or (records > 0 and records % 5000 = 0)
),
files_of_logs as materialized (
    select distinct log, file_id from loaded
    union -- of a file whose records were all in another one before
    select distinct
        log,
        duplicates.file_id,
    from evidence.duplicates
    join loaded on loaded.file_id = kept_file_id and loaded.record = kept_record
),
cut_logs as (
    select
        log,
        string_agg(
            path || ' has exactly ' || format('{:,}', records) || ' records, a number that exports stop at', '; ' order by file_id
        ) as cut,
    from files_of_logs
    join cut_files using (file_id)
    group by log
),
-- Which log a lost record was of is known where its file is of one log only,
-- else the view limits tells of it.
damaged_logs as (
    select
        log,
        sum(rejected)::bigint as rejected,
    from (
        select
            min(log) as log,
            file_id,
        from files_of_logs
        group by file_id
        having count(*) = 1
    )
    join evidence.files using (file_id)
    where rejected > 0
    group by log
),
counts as (
    select
        position,
        log,
        count(*) as records,
        min(event_time) as first_event,
        max(event_time) as last_event,
        count(distinct local_time(event_time)::date) as days,
        count(*) filter (where event_time is null) as timeless,
        case when count(has_session_id) > 0 then count(*) filter (where has_session_id) end as with_session_id,
        case when count(has_policy_detail) > 0 then count(*) filter (where has_policy_detail) end as with_policy_detail,
        min(source) in ('sign_ins', 'audit_events') as is_of_all_days,
    from loaded
    group by position, log
),
-- The workloads of the audit log are one export: one begins late only if all do.
spans as (
    select
        log,
        min(first_event) over export as first_event,
        max(last_event) over export as last_event,
    from counts
    window export as (partition by case when position = 91 then 'unified audit log' else log end)
),
period as (
    select
        min(first_event) as first_event,
        max(last_event) as last_event,
    from counts
    where is_of_all_days
),
measured as (
    select
        counts.*,
        local_time(counts.last_event)::date - local_time(counts.first_event)::date + 1 - days as days_without,
        round(epoch(gap) / 3600, 1) as longest_gap_hours,
        gap_start,
        gap_end,
        cut,
        coalesce(rejected, 0) as rejected,
        coalesce(files, 0) as files,
        case
            when is_of_all_days and spans.first_event > period.first_event + interval 1 day
            then date_sub('day', period.first_event, spans.first_event)
        end as days_late,
        case
            when is_of_all_days and spans.last_event < period.last_event - interval 1 day
            then date_sub('day', spans.last_event, period.last_event)
        end as days_early,
    from counts
    cross join period
    join spans using (log)
    left join gaps using (log)
    left join cut_logs using (log)
    left join damaged_logs using (log)
    left join (select log, count(*) as files from files_of_logs group by log) using (log)
),
remarked as (
    select
        *,
        nullif(concat_ws(
            ' ',
            case when cut is not null then 'Perhaps cut off: ' || cut || '.' end,
            case when rejected > 0 then counted(rejected, 'record', 'records') || ' of its files could not be read, see rejects.' end,
            -- a log of a few records a day may well have none on some
            case when days_without > 0 and records >= 10 * days then counted(days_without, 'day', 'days') || ' between the first and the last event without any.' end,
            case when days_late > 0 then 'Begins ' || counted(days_late, 'day', 'days') || ' after the other logs.' end,
            case when days_early > 0 then 'Ends ' || counted(days_early, 'day', 'days') || ' before the other logs.' end,
            case
                when with_session_id = 0 and log not like 'sign-ins: service%' and log not like 'sign-ins: managed%'
                then 'No session ids: the log does not show what was done in which session.'
            end,
            case when timeless > 0 then counted(timeless, 'record has', 'records have') || ' no time.' end
        ), '') as missing,
        nullif(concat_ws(
            ' ',
            case
                when position in (63, 64) then null -- policies for these are rare, and only in other logs
                when with_policy_detail = 0
                then 'No policy detail: which Conditional Access policies applied is only in JSON, exported by somebody who may read policies.'
                when with_policy_detail < records
                then with_policy_detail || ' of ' || records || ' records have policy detail.'
            end,
            case
                when position = 66
                then 'The export does not say whether a sign-in was interactive.'
            end
        ), '') as remark,
    from measured
)
select
    coalesce(remarked.position, expected.position) as position,
    log,
    coalesce(files, 0) as files,
    coalesce(records, 0) as records,
    first_event,
    last_event,
    coalesce(days, 0) as days,
    days_without,
    longest_gap_hours,
    gap_start,
    gap_end,
    with_session_id,
    with_policy_detail,
    records is null or missing is not null as is_gap,
    case
        when records is null then 'Not loaded. To be had from ' || export || '.'
        else nullif(concat_ws(' ', missing, remark), '')
    end as remarks,
from remarked
full join expected using (log)
-- the audit log is listed by workload; its one line is for when there is none
where log <> 'unified audit log' or not exists (from evidence.audit_events)
union all
select
    10 * position,
    'state: ' || kind,
    count(distinct file_id),
    count(*),
    min(snapshot_time),
    max(snapshot_time),
    count(distinct local_time(snapshot_time)::date),
    null, null, null, null, null, null,
    false,
    'What stood at that time, not what happened; in no timeline.'
from states
group by position, kind
