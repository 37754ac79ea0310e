-- What a case offers beside its tables: macros and views. The views name the
-- tables as evidence.TABLE: without it they would be resolved where the
-- question is asked, where a filtered view of the same name may stand. So
-- attach a case as `evidence` in any DuckDB shell too. The comment right above
-- a view is what --schema prints.

-- The zone that days, weeks and hours are counted in. --tz replaces it.
create macro local_time(utc) as utc::timestamp;

-- The address if it can be the client's; NULL for what a service writes of
-- itself: nothing, loopback, link-local, and the front ends of Entra ID and
-- Exchange Online, which stand in events in place of the user's address.
-- https://www.microsoft.com/download/details.aspx?id=56519 (AzureActiveDirectory)
-- https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges (Exchange Online, IPv6)
-- (its own servers, 2603:10a6 and 2603:10b6, stand in the Received lines of mail)
create macro client_address(address) as case
    when address is null or address in ('', '::', '::1', '0.0.0.0') then null
    when address like '127.%' or lower(address) like 'fe80:%' then null
    when address like '20.190.%' or address like '40.126.%' then null
    when regexp_matches(lower(address), '^2603:10([0-5]|a|b)6:') then null
    else address
end;

-- A sign-in's address if it can be the caller's. Of the non-interactive sign-ins
-- of an application with a secret it is that of the user who was there when the
-- first token was issued.
-- https://learn.microsoft.com/entra/identity/monitoring-health/concept-noninteractive-sign-ins
create macro caller_address(address, category, client_credential_type) as case
    when category = 'non_interactive' and lower(client_credential_type) not in ('', 'none') then null
    else client_address(address)
end;

-- The user agents of scripts and attack kits rather than of browsers and
-- Microsoft's own clients: what was found in them, else NULL.
create macro tool_agent(user_agent) as nullif(regexp_extract(
    lower(user_agent),
    'axios|undici|node-fetch|^node(\.js)?($|[/ ])|go-resty|go-http-client|okhttp|guzzlehttp|fasthttp'
    || '|python-requests|python-urllib|aiohttp|httpx|curl/|wget/|java/|libwww-perl|rclone'
    || '|kali365|aadinternals|teamfiltration|roadtools|graphrunner'
    || '|teams/1\.3\.00\.30866|bav2ropc|cbainprod|cbaintar|aconsumerv2ropc'
), '');

-- Operations of the audit log that change who gets in or where data goes, in
-- words; else NULL. Names are logged with and without a final dot or blank.
create macro notable_operation(operation) as (map {
    'new-inboxrule': 'inbox rule',
    'set-inboxrule': 'inbox rule',
    'enable-inboxrule': 'inbox rule',
    'disable-inboxrule': 'inbox rule',
    'remove-inboxrule': 'inbox rule',
    'updateinboxrules': 'inbox rule',
    'set-mailbox': 'mailbox settings',
    'new-transportrule': 'transport rule',
    'set-transportrule': 'transport rule',
    'new-inboundconnector': 'mail connector',
    'new-outboundconnector': 'mail connector',
    'add-mailboxpermission': 'mailbox permission',
    'add-recipientpermission': 'mailbox permission',
    'add-mailboxfolderpermission': 'mailbox permission',
    'set-mailboxfolderpermission': 'mailbox permission',
    'consent to application': 'consent to an application',
    'add delegated permission grant': 'consent to an application',
    'add oauth2permissiongrant': 'consent to an application',
    'add app role assignment grant to user': 'consent to an application',
    'add app role assignment to service principal': 'consent to an application',
    'add service principal': 'new service principal',
    'add service principal credentials': 'application credential',
    'update application – certificates and secrets management': 'application credential',
    'add member to role': 'role',
    'add eligible member to role': 'role',
    'new-rolegroup': 'role',
    'user registered security info': 'authentication method',
    'user deleted security info': 'authentication method',
    'admin registered security info': 'authentication method',
    'admin deleted security info': 'authentication method',
    'disable strong authentication': 'authentication method',
    'reset user password': 'password',
    'change user password': 'password',
    'set domain authentication': 'federation',
    'set federation settings on domain': 'federation',
    'add unverified domain': 'federation',
    'add device': 'device',
    'register device': 'device',
    'set-adminauditlogconfig': 'audit settings',
    'set-mailboxauditbypassassociation': 'audit settings',
    'new-compliancesearch': 'content search',
    'new-compliancesearchaction': 'content search',
    'anonymouslinkcreated': 'anonymous link'
})[rtrim(lower(operation), '. ')];

-- A list in words: the first twenty, and how many more.
create macro listed(items) as case
    when len(items) > 20 then array_to_string(items[1:20], ', ') || ' and ' || (len(items) - 20) || ' more'
    when len(items) > 0 then array_to_string(items, ', ')
end;

-- A list in fewer words: the first five, and how many more.
create macro few(items) as case
    when len(items) > 5 then array_to_string(items[1:5], ', ') || ' and ' || (len(items) - 5) || ' more'
    when len(items) > 0 then array_to_string(items, ', ')
end;

-- A number and what it counts: 1 user, 2 users.
create macro counted(n, one, many) as n || ' ' || case when n = 1 then one else many end;

-- Where a place that the record itself does not tell comes from, by the column
-- source of addresses: learned = from a sign-in that came from the same address,
-- learned, several = from one of those, which disagree.
create macro place_mark(country, network, source) as case
    when country is null and network is null then null
    when starts_with(source, 'sign-ins') then 'learned' || source[length('sign-ins') + 1:]
    else source
end;

-- The same of a record that tells a part of its place: NULL where it tells all, or
-- nothing more is known.
create macro looked_up(told_country, told_network, country, network, source) as case
    when told_country is null and country is not null or told_network is null and network is not null
    then place_mark(country, network, source)
end;

-- A country or network as text, with what it was found by where the record does not tell it.
create macro place_text(place, is_found, source) as place || case when is_found then ' (' || source || ')' else '' end;

-- From one country or network to another; NULL = none is known to have changed.
-- before_text stands where the last place that a record told is another than before.
create macro move_text(kind, before, told_before, told_text, before_text, place, place_text) as case
    when place <> before
    then kind || ' ' || case when before = told_before then told_text else before_text end || ' to ' || place_text
end;

-- An address and the place found for it, as text.
create macro placed_address(address, country, network, source) as
    address || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ', ' || place_mark(country, network, source) || ')', '');

-- Whether it is this policy, of those with result failure, that the error code
-- of the sign-in speaks of: a policy is evaluated whole, and "failure" also
-- stands where another one ended the sign-in. stopped_by is that of error_codes,
-- is_blocked tells that one of the sign-in's failed policies blocks. NULL where
-- controls or code do not tell.
create macro is_policy_of_code(stopped_by, grant_controls, is_blocked) as case
    when stopped_by in ('mfa', 'registration') then regexp_matches(lower(nullif(grant_controls, '')), 'mfa|multifactor|authenticationstrength')
    when stopped_by = 'device' then regexp_matches(lower(nullif(grant_controls, '')), 'device')
    when stopped_by = 'policy' then not is_blocked or lower(grant_controls) like '%block%'
end;

-- What a policy with result failure did to its sign-in, in words.
create macro policy_effect(status, by_conditional_access, is_of_code) as case
    when status = 'success' then 'not met, yet signed in'
    when not coalesce(is_of_code, false) then 'with its result failure'
    when by_conditional_access then 'stopped'
    when status = 'interrupted' then 'asked for more'
    else 'asked for more, not passed'
end;

-- A time as text in the run's zone, to the minute.
create macro minute_text(utc) as strftime(local_time(utc), '%Y-%m-%d %H:%M');

-- A period as text.
create macro period_text(earliest, latest) as case
    when minute_text(earliest) = minute_text(latest) then minute_text(earliest)
    else minute_text(earliest) || ' to ' || minute_text(latest)
end;

-- One timeline over all event tables. Its rows lead back to their record.
--   event_time timestamp: when (UTC)
--   source varchar: the table the event stands in
--   actor varchar: who: user principal name, application or id
--   action varchar: what: sign-in, or the operation's name as logged
--   target varchar: to what: application, mailbox, file, account, ...
--   ip_address varchar: from where
--   session_id varchar: in which session
--   result varchar: with what result; of sign-ins, the status and the error code
--   id varchar: of the event
--   file_id integer: the file it came from
--   record bigint: its number in that file
create view events as
select
    event_time,
    'sign_ins' as source,
    coalesce(user_principal_name, sign_in_identifier, service_principal_name, user_id, service_principal_id) as actor,
    'sign-in' || coalesce(' (' || category || ')', '') as action,
    coalesce(app_display_name, app_id) as target,
    ip_address,
    session_id,
    concat_ws(' ', status, nullif(error_code, 0)) as result,
    id,
    file_id,
    record
from evidence.sign_ins
union all
select
    event_time,
    'audit_events',
    user_id,
    operation,
    object_id,
    ip_address,
    session_id,
    case operation
        -- result_status says Success for most of the failed ones
        when 'UserLoginFailed' then concat_ws(' ', 'failure', nullif(error_number, 0))
        when 'UserLoggedIn' then concat_ws(' ', 'success', nullif(error_number, 0))
        else result_status
    end,
    id,
    file_id,
    record
from evidence.audit_events
union all
select
    event_time,
    'directory_audits',
    initiated_by,
    activity,
    targets,
    ip_address,
    null,
    result,
    id,
    file_id,
    record
from evidence.directory_audits
union all
select
    event_time,
    'risk_detections',
    coalesce(user_principal_name, user_id),
    'risk detected: ' || coalesce(risk_event_type, 'unknown'),
    null,
    ip_address,
    null,
    concat_ws(' ', risk_level, risk_state),
    id,
    file_id,
    record
from evidence.risk_detections
union all
select
    event_time,
    'risky_users',
    coalesce(user_principal_name, id),
    'risk state of the user',
    null,
    null,
    null,
    concat_ws(' ', risk_level, risk_state),
    id,
    file_id,
    record
from evidence.risky_users
union all
select
    event_time,
    'provisioning_events',
    coalesce(initiated_by, service_principal_name),
    'provisioning: ' || coalesce(action, 'unknown'),
    coalesce(target_identity, source_identity),
    null,
    null,
    status,
    id,
    file_id,
    record
from evidence.provisioning_events
union all
select
    event_time,
    'graph_activity',
    coalesce(user_id, service_principal_id),
    'Graph: ' || coalesce(request_method, 'request'),
    request_uri,
    ip_address,
    session_id,
    response_status_code::varchar,
    id,
    file_id,
    record
from evidence.graph_activity;

-- What the evidence covers, one row a log, and what therefore can't be
-- concluded. Not filtered, ever.
--   position integer: to order the logs by
--   log varchar: sign-ins by category, the unified audit log by workload, ...
--   files bigint: files that hold records of it
--   records bigint: its records
--   first_event timestamp: earliest (UTC)
--   last_event timestamp: latest (UTC)
--   days bigint: days with records
--   days_without bigint: days without between first and last
--   longest_gap_hours double: the longest time without an event
--   gap_start timestamp: last event before it (UTC)
--   gap_end timestamp: first event after it (UTC)
--   with_session_id bigint: records with a session id; NULL = the log has none
--   with_policy_detail bigint: records with Conditional Access policies; NULL = the log has none
--   is_gap boolean: the remarks tell of something missing
--   remarks varchar: what one should know, in sentences; NULL = nothing
create view coverage as
with
expected as (
    select
        position,
        log,
        export,
    from (values
        (1, 'sign-ins: interactive', 'Entra admin center > Sign-in logs > User sign-ins (interactive) > Download'),
        (2, 'sign-ins: non_interactive', 'Entra admin center > Sign-in logs > User sign-ins (non-interactive) > Download'),
        (3, 'sign-ins: service_principal', 'Entra admin center > Sign-in logs > Service principal sign-ins > Download'),
        (4, 'sign-ins: managed_identity', 'Entra admin center > Sign-in logs > Managed identity sign-ins > Download'),
        (8, 'unified audit log', 'Microsoft Purview > Audit > Export, or Search-UnifiedAuditLog'),
        (10, 'directory audit log', 'Entra admin center > Audit logs > Download'),
        (11, 'risk detections', 'Entra admin center > Risk detections > Download'),
        (12, 'risky users', 'Entra admin center > Risky users > Download'),
        (13, 'provisioning log', 'Entra admin center > Provisioning logs > Download'),
        (14, 'Graph activity log', 'Log Analytics > MicrosoftGraphActivityLogs, or where else diagnostic settings send them')
    ) as logs (position, log, export)
),
loaded as (
    select
        case category
            when 'interactive' then 1
            when 'non_interactive' then 2
            when 'service_principal' then 3
            when 'managed_identity' then 4
            when 'adfs' then 5
            else 6
        end as position,
        'sign-ins: ' || coalesce(category, 'category not told') as log,
        file_id,
        record,
        event_time,
        session_id <> '' as has_session_id,
        coalesce(has_policy_detail, false) as has_policy_detail,
        case when position = 6 then category end as part,
    from evidence.sign_ins
    union all
    select
        9,
        'unified audit log: ' || coalesce(workload, 'workload not told'),
        file_id,
        record,
        event_time,
        session_id <> '',
        null,
        coalesce(workload, 'workload not told'),
    from evidence.audit_events
    union all
    select 10, 'directory audit log', file_id, record, event_time, null, null, null from evidence.directory_audits
    union all
    select 11, 'risk detections', file_id, record, event_time, null, null, null from evidence.risk_detections
    union all
    select 12, 'risky users', file_id, record, event_time, null, null, null from evidence.risky_users
    union all
    select 13, 'provisioning log', file_id, record, event_time, null, null, null from evidence.provisioning_events
    union all
    select 14, 'Graph activity log', file_id, record, event_time, session_id <> '', null, null from evidence.graph_activity
),
-- By position and part, which tell the logs apart as their names do: many rows
-- group several times as fast by a number as by names that begin alike.
minutes as (
    select
        position,
        part,
        any_value(log) as log,
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
        any_value(log) as log,
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
        case when position <= 9 or position = 14 then count(*) filter (where has_session_id) end as with_session_id,
        case when position <= 6 then count(*) filter (where has_policy_detail) end as with_policy_detail,
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
    window export as (partition by case when position = 9 then 'unified audit log' else log end)
),
period as (
    select
        min(event_time) as first_event,
        max(event_time) as last_event,
    from loaded
    where position < 10
),
measured as (
    select
        counts.*,
        date_diff('day', local_time(counts.first_event)::date, local_time(counts.last_event)::date) + 1 - days as days_without,
        round(epoch(gap) / 3600, 1) as longest_gap_hours,
        gap_start,
        gap_end,
        cut,
        coalesce(rejected, 0) as rejected,
        coalesce(files, 0) as files,
        case
            when position < 10 and spans.first_event > period.first_event + interval 1 day
            then date_diff('day', period.first_event, spans.first_event)
        end as days_late,
        case
            when position < 10 and spans.last_event < period.last_event - interval 1 day
            then date_diff('day', spans.last_event, period.last_event)
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
                then 'No session ids: what was done in a session cannot be told from the rest.'
            end,
            case when timeless > 0 then counted(timeless, 'record has', 'records have') || ' no time.' end
        ), '') as missing,
        nullif(concat_ws(
            ' ',
            case
                when position in (3, 4) then null -- policies for these are rare, and only in other logs
                when with_policy_detail = 0
                then 'No policy detail: which Conditional Access policies applied is only in the JSON export.'
                when with_policy_detail < records
                then with_policy_detail || ' of ' || records || ' records have policy detail.'
            end,
            case
                when position = 6
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
where log <> 'unified audit log' or not exists (from evidence.audit_events);
