-- title: Summary
-- description: The page to read first: what was loaded, who signed in and how it ended, what Conditional Access did,
--   which sessions and accounts to look at first, what was changed, and what cannot be concluded because it is not in
--   the files. Sessions and password sprays are judged on all evidence; everything else is what the filters show.
-- group: summary 1
-- caveat: A pointer to the reports, not a verdict: each line has a report that shows the records behind it.
with password_codes as (
    select unnest([50126, 50053, 50055, 50056, 50057, 50034, 50064]) as error_code
),

evidence_files as (
    select
        count(*) filter (where format <> 'zip') as recognised, -- an archive's files stand beside it
        count(*) filter (where format is null) as unrecognised,
        few(list(path order by file_id) filter (where format is null)) as unrecognised_list,
        coalesce(sum(records), 0)::bigint as records,
        coalesce(sum(loaded), 0)::bigint as loaded,
        coalesce(sum(duplicates), 0)::bigint as duplicates,
        coalesce(sum(rejected), 0)::bigint as rejected,
    from evidence.files
),
shown_period as (
    select
        min(event_time) as first_event,
        max(event_time) as last_event,
        count(*) as events,
    from events
),
evidence_lines as (
    select 1 as item_no, 'files' as item, recognised::varchar as value,
        case when unrecognised > 0 then unrecognised || ' not recognised: ' || unrecognised_list end as detail,
    from evidence_files
    union all
    select 2, 'records', records::varchar,
        loaded || ' loaded, ' || duplicates || ' duplicates taken out, ' || rejected || ' could not be read',
    from evidence_files
    union all
    select 3, 'events shown', events::varchar, period_text(first_event, last_event),
    from shown_period
),

sign_in_lines as (
    select 1 as item_no, 'sign-ins' as item, count(*)::varchar as value, period_text(min(event_time), max(event_time)) as detail,
    from sign_ins
    having count(*) > 0
    union all
    select 2, 'users', count(*)::varchar, 'most: ' || few(list(who || ' ' || times order by times desc, who)),
    from (
        select coalesce(user_principal_name, user_id) as who, count(*) as times
        from sign_ins
        where coalesce(user_principal_name, user_id) is not null
        group by all
    )
    having count(*) > 0
    union all
    select
        2 + row_number() over (order by times desc, status),
        coalesce(status, 'status not told'),
        times::varchar,
        counted(users, 'user', 'users'),
    from (
        select status, count(*) as times, count(distinct coalesce(user_principal_name, user_id)) as users
        from sign_ins
        group by status
    )
    union all
    select 1, 'not loaded', null, 'The sign-in logs, to be had from Entra admin center > Sign-in logs > Download.',
    where not exists (from evidence.sign_ins)
),

app_lines as (
    select
        row_number() over (order by times desc, app) as item_no,
        app as item,
        times::varchar as value,
        counted(users, 'user', 'users') || ', ' || period_text(first_seen, last_seen) as detail,
    from (
        select
            coalesce(app_display_name, app_id, 'application not told') as app,
            count(*) as times,
            count(distinct coalesce(user_principal_name, user_id)) as users,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
        from sign_ins
        group by all
    )
    qualify item_no <= 3
),

policy_failures as (
    select
        coalesce(policy_name, policy_id, 'policy not told') as policy,
        count(distinct sign_in_id) as times,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from sign_in_policies
    where result = 'failure'
    group by all
),
conditional_access_lines as (
    select
        row_number() over (order by times desc, conditional_access_status) as item_no,
        coalesce(replace(conditional_access_status, '_', ' '), 'not told') as item,
        times::varchar as value,
        case
            when with_detail = 0 then 'which policies is only in the JSON export'
            when with_detail < times then with_detail || ' of them tell which policies'
        end as detail,
    from (
        select conditional_access_status, count(*) as times, count(*) filter (where has_policy_detail) as with_detail
        from sign_ins
        group by all
    )
    union all
    select
        100 + row_number() over (order by times desc, policy),
        'stopped by ' || policy,
        times::varchar,
        period_text(first_seen, last_seen),
    from policy_failures
    qualify row_number() over (order by times desc, policy) <= 3
),

failure_lines as (
    select
        row_number() over (order by times desc, error_code) as item_no,
        'code ' || coalesce(error_code::varchar, 'not told') as item,
        times::varchar as value,
        concat_ws(
            '; ',
            reason,
            counted(users, 'user', 'users') || ' from ' || counted(ip_addresses, 'address', 'addresses'),
            period_text(first_seen, last_seen)
        ) as detail,
    from (
        select
            error_code,
            count(*) as times,
            count(distinct coalesce(user_principal_name, sign_in_identifier, user_id)) as users,
            count(distinct ip_address) as ip_addresses,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
            rtrim(min(failure_reason), '.') as reason,
        from sign_ins
        where status = 'failure'
        group by error_code
    )
    qualify item_no <= 5
),

-- Neighbouring addresses (equal in the first three parts) that fail with
-- passwords for five or more users within twenty minutes, and for more users
-- than get in from the same addresses: from an office, more do.
attempts as (
    select
        event_time,
        ip_address,
        coalesce(user_principal_name, sign_in_identifier, user_id) as who,
        status = 'success' as got_in,
    from evidence.sign_ins
    where status = 'success' or error_code in (select error_code from password_codes)
    union all
    select
        event_time,
        ip_address,
        user_id,
        operation = 'UserLoggedIn' and coalesce(error_number, 0) = 0,
    from evidence.audit_events
    where
        operation = 'UserLoggedIn' and coalesce(error_number, 0) = 0
        or operation = 'UserLoginFailed' and (
            error_number in (select error_code from password_codes)
            or logon_error in ('InvalidUserNameOrPassword', 'IdsLocked', 'InvalidPasswordExpiredPassword', 'UserAccountNotFound')
        )
),
placed_attempts as (
    select
        *,
        regexp_extract(lower(ip_address), '^([0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]*:[0-9a-f]*:[0-9a-f]*)') as block,
    from attempts
    where ip_address is not null and lower(who) not in ('', 'not available', 'not-found', 'unknown')
),
failed_attempts as (
    select
        *,
        count(distinct who) over (
            partition by block
            order by event_time
            range between interval 20 minutes preceding and current row
        ) as users_in_window,
    from placed_attempts
    where not got_in
),
spray_periods as (
    select
        block,
        min(event_time) - interval 20 minutes as period_start,
        max(event_time) as period_end,
    from failed_attempts
    where users_in_window >= 5
    group by block
),
spraying as (
    select failed_attempts.*
    from failed_attempts
    join spray_periods using (block)
    where event_time between period_start and period_end
),
sprays as (
    select
        block,
        list_sort(list(distinct ip_address)) as ip_addresses,
        count(distinct who) as users,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from spraying
    group by block
),
-- Only from the very addresses: a neighbour may be somebody else's.
got_in as (
    select
        block,
        count(distinct who) as users,
        few(list_sort(list(distinct who))) as who,
    from placed_attempts
    where got_in and ip_address in (select ip_address from spraying)
    group by block
),
shown_addresses as (
    select ip_address from sign_ins
    union
    select ip_address from audit_events
),
spray_lines as (
    select
        100 + row_number() over (order by sprays.users desc, block) as item_no,
        'password spray from ' || few(ip_addresses) as item,
        counted(sprays.users, 'user', 'users') as value,
        period_text(sprays.first_seen, sprays.last_seen) || '; got in as ' || coalesce(got_in.who, 'nobody') as detail,
    from sprays
    left join got_in using (block)
    where
        sprays.users > coalesce(got_in.users, 0)
        and list_has_any(ip_addresses, (select list(ip_address) from shown_addresses))
    qualify row_number() over (order by sprays.users desc, block) <= 5
),

judged_sessions as materialized (
    select session_id, users, first_seen, last_seen, points, reasons
    from sessions
),
session_lines as (
    select 0 as item_no, 'sessions' as item, count(*)::varchar as value,
        count(*) filter (where points > 0) || ' of them with something to look at, five at most below' as detail,
    from judged_sessions
    having count(*) > 0
    union all
    select
        row_number() over (order by points desc, last_seen desc, session_id),
        session_id,
        users,
        period_text(first_seen, last_seen) || ': ' || reasons,
    from judged_sessions
    where points > 0
    qualify row_number() over (order by points desc, last_seen desc, session_id) <= 5
    union all
    select 0, 'sessions', '0', 'The records loaded carry no session ids.',
    where not exists (from evidence.sign_ins where session_id <> '')
        and not exists (from evidence.audit_events where session_id <> '')
        and (exists (from evidence.sign_ins) or exists (from evidence.audit_events))
),

-- What people did with mail, files and settings, by kind.
done as (
    select
        case
            when notable_operation(operation) = 'inbox rule' and regexp_matches(raw, '(ForwardTo|ForwardAsAttachmentTo|RedirectTo)')
            then 'inbox rule that forwards'
            when lower(operation) = 'set-mailbox' and regexp_matches(raw, 'Forwarding(Smtp)?Address')
            then 'mailbox forwarding'
            when notable_operation(operation) is not null then notable_operation(operation)
            when operation = 'MailItemsAccessed' then 'mail items accessed'
            when operation in ('Send', 'SendAs', 'SendOnBehalf') then 'mail sent'
            when operation in ('SoftDelete', 'HardDelete', 'MoveToDeletedItems') then 'mail deleted'
            when operation in ('FileDownloaded', 'FileSyncDownloadedFull') then 'files downloaded'
        end as kind,
        coalesce(notable_operation(operation) is not null, false) as is_notable,
        coalesce(user_id, 'user not told') as who,
        lower(result_status) in ('failed', 'failure', 'false') as has_failed,
        event_time,
    from audit_events
    where not coalesce(is_system, false)
),
done_by_user as (
    select
        kind,
        is_notable,
        who,
        count(*) as times,
        count(*) filter (where has_failed) as failed,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from done
    where kind is not null
    group by all
),
audit_lines as (
    select 1 as item_no, 'events' as item, count(*)::varchar as value,
        concat_ws(
            '; ',
            period_text(min(event_time), max(event_time)),
            count(*) filter (where not coalesce(is_system, false)) || ' by '
                || counted(count(distinct user_id) filter (where not coalesce(is_system, false)), 'user', 'users') || ', '
                || count(*) filter (where is_system) || ' by services'
        ) as detail,
    from audit_events
    having count(*) > 0
    union all
    select
        1 + row_number() over (order by is_notable desc, kind),
        kind,
        sum(times)::bigint::varchar,
        concat_ws(
            '; ',
            few(list(who || ' ' || times order by times desc, who)),
            period_text(min(first_seen), max(last_seen)),
            case when sum(failed) > 0 then sum(failed)::bigint || ' failed' end
        ),
    from done_by_user
    group by kind, is_notable
    union all
    select 1, 'not loaded', null, 'The unified audit log, to be had from Microsoft Purview > Audit > Export, or by Search-UnifiedAuditLog.',
    where not exists (from evidence.audit_events)
),

directory_lines as (
    select
        row_number() over (order by times desc, activity) as item_no,
        activity as item,
        times::varchar as value,
        concat_ws('; ', 'by ' || initiators, period_text(first_seen, last_seen)) as detail,
    from (
        select
            coalesce(activity, 'activity not told') as activity,
            count(*) as times,
            few(list_sort(list(distinct initiated_by) filter (where initiated_by <> ''))) as initiators,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
        from directory_audits
        group by all
    )
    qualify item_no <= 5
    union all
    select 1, 'not loaded', null, 'The directory audit log, to be had from Entra admin center > Audit logs > Download.',
    where not exists (from evidence.directory_audits)
),

risk_lines as (
    select
        row_number() over (order by risk_event_type, risk_level) as item_no,
        coalesce(risk_event_type, 'type not told') || coalesce(' (' || risk_level || ')', '') as item,
        count(*)::varchar as value,
        concat_ws(
            '; ',
            few(list_sort(list(distinct coalesce(user_principal_name, user_id)))),
            period_text(min(event_time), max(event_time))
        ) as detail,
    from risk_detections
    group by risk_event_type, risk_level
),

gap_lines as (
    select
        row_number() over (order by min(position), remarks) as item_no,
        string_agg(log, ', ' order by position, log) as item,
        null as value,
        remarks as detail,
    from evidence.coverage
    where remarks is not null
    group by remarks
),

lines as (
    select 1 as section_no, 'evidence' as section, * from evidence_lines
    union all
    select 2, 'sessions to look at first', * from session_lines
    union all
    select 3, 'sign-ins', * from sign_in_lines
    union all
    select 4, 'applications used most', * from app_lines
    union all
    select 5, 'conditional access', * from conditional_access_lines
    union all
    select 6, 'failed sign-ins', * from failure_lines
    union all
    select 6, 'failed sign-ins', * from spray_lines
    union all
    select 7, 'audit log', * from audit_lines
    union all
    select 8, 'directory changes', * from directory_lines
    union all
    select 9, 'risk detections', * from risk_lines
    union all
    select 10, 'what cannot be concluded', * from gap_lines
)
select
    section,
    item,
    value,
    detail
from lines
order by
    section_no,
    item_no,
    item
