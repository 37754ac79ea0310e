-- title: Summary
-- description: The page to read first: what was loaded, who signed in and how it ended, what Conditional Access did,
--   which sessions and accounts to look at first, what was changed, and what cannot be concluded because it is not in
--   the files. Sessions and password sprays are judged on all evidence; everything else is what the filters show.
-- position: 1
-- layout: summary
-- wrap: detail
-- caveat: A pointer to the reports, not a verdict: each line has a report that shows the records behind it.
with password_codes as (
    select unnest([50126, 50053, 50055, 50056, 50057, 50034, 50064]) as error_code
),

-- What the rules name, the incidents first.
shown_incidents as (
    select distinct i.incident
    from incident_findings as i
    join findings using (finding_id)
),
incident_titles as (
    select
        i.incident,
        f.title,
        min(f.severity_rank) as severity_rank,
        min(f.severity) as severity,
        min(f.first_seen) as first_seen,
        max(f.last_seen) as last_seen,
        list(distinct f.who) filter (where f.who is not null) as accounts
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3 and i.incident in (from shown_incidents)
    group by i.incident, f.title
),
incident_lines as (
    select
        incident as item_no,
        'incident ' || incident as item,
        list_sort(list_distinct(flatten(list(accounts))))[1]
            || case
                when len(list_distinct(flatten(list(accounts)))) > 1
                then ' and ' || (len(list_distinct(flatten(list(accounts)))) - 1) || ' more'
                else ''
            end as value,
        min_by(severity, severity_rank) || ', ' || period_text(min(first_seen), max(last_seen)) || ': '
            || array_to_string(list(title order by first_seen, severity_rank, title), '; ') as detail,
    from incident_titles
    group by incident
    having incident <= 3
),
severity_counts as (
    select severity, severity_rank, count(*) as times
    from findings
    group by all
),
finding_lines as (
    select
        0 as item_no,
        'findings' as item,
        coalesce(sum(times), 0)::varchar as value,
        concat_ws(
            '; ',
            string_agg(times || ' ' || severity, ', ' order by severity_rank),
            (select counted(count(*), 'incident', 'incidents') from shown_incidents)
        ) as detail,
    from severity_counts
    having exists (from rule_hits) or exists (from evidence.sign_ins) or exists (from evidence.audit_events) or exists (from evidence.directory_audits)
    union all
    from incident_lines
    union all
    select
        100 + row_number() over (order by severity_rank, last_seen desc, finding_id),
        severity,
        who,
        minute_text(first_seen) || ' ' || what,
    from findings
    where severity_rank <= 3
        and finding_id not in (select finding_id from incident_findings where incident <= 3)
    qualify row_number() over (order by severity_rank, last_seen desc, finding_id) <= 5
),

evidence_files as (
    select
        count(*) filter (where format <> 'zip') as recognised,
        count(*) filter (where format is distinct from 'zip') as given,
        count(*) filter (where format = 'zip') as archives, -- their files stand beside them
        few(list(regexp_extract(path, '[^/\\]*$') order by file_id) filter (where format is null)) as unrecognised_list,
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
-- Records of a portal download that are no events of their own.
steps as (
    select
        (select count(*) from evidence.sign_in_steps where file_id is not null) as sign_in_steps,
        (select count(*) from evidence.provisioning_steps where file_id is not null)
            + (select count(*) from evidence.provisioning_changes where file_id is not null) as provisioning_parts,
),
evidence_lines as (
    select
        1 as item_no,
        'files' as item,
        case when recognised < given then recognised || ' of ' || given || ' read' else recognised || ' read' end as value,
        nullif(concat_ws(
            '; ',
            case when recognised < given then 'not read: ' || unrecognised_list end,
            case when archives > 0 then counted(archives, 'archive', 'archives') || ' opened' end
        ), '') as detail,
    from evidence_files
    union all
    select 2, 'records', records::varchar,
        loaded || ' loaded'
            || coalesce(' (' || nullif(concat_ws(
                ', ',
                case when sign_in_steps + provisioning_parts > 0 then (loaded - sign_in_steps - provisioning_parts) || ' events' end,
                case when sign_in_steps > 0 then counted(sign_in_steps, 'step', 'steps') || ' of sign-ins' end,
                case when provisioning_parts > 0 then counted(provisioning_parts, 'step or property', 'steps and properties') || ' of provisioning' end
            ), '') || ')', '')
            || ', ' || counted(duplicates, 'duplicate', 'duplicates') || ' taken out, ' || rejected || ' could not be read',
    from evidence_files, steps
    union all
    select 3, 'events shown', events::varchar, period_text(first_event, last_event),
    from shown_period
),

sign_in_counts as materialized (
    select
        coalesce(app_display_name, app_id, 'application not told') as app,
        coalesce(user_principal_name, user_id) as who,
        status,
        count(*) as times,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from sign_ins
    group by all
),
sign_in_lines as (
    select
        1 as item_no,
        'sign-ins' as item,
        coalesce(sum(times), 0)::bigint::varchar as value,
        period_text(min(first_seen), max(last_seen)) as detail,
    from sign_in_counts
    having exists (from evidence.sign_ins)
    union all
    select 2, 'users', count(*)::varchar, 'most: ' || few(list(who || ' ' || times order by times desc, who)),
    from (
        select who, sum(times)::bigint as times
        from sign_in_counts
        where who is not null
        group by who
    )
    having count(*) > 0
    union all
    select
        2 + row_number() over (order by times desc, status),
        coalesce(status, 'status not told'),
        times::varchar,
        counted(users, 'user', 'users'),
    from (
        select status, sum(times)::bigint as times, count(distinct who) as users
        from sign_in_counts
        group by status
    )
    union all
    select 1, 'not loaded', null, 'The sign-in logs, to be had from Entra admin center > Sign-in logs > Download.',
    where not exists (from evidence.sign_ins)
    union all
    select
        case operation when 'UserLoggedIn' then 2 else 3 end,
        operation,
        count(*)::varchar,
        'in the audit log: ' || counted(count(distinct user_id), 'user', 'users') || ', ' || period_text(min(event_time), max(event_time)),
    from audit_events
    where operation in ('UserLoggedIn', 'UserLoginFailed') and not exists (from evidence.sign_ins)
    group by operation
),

app_lines as (
    select
        row_number() over (order by times desc, app) as item_no,
        app as item,
        times::varchar as value,
        counted(users, 'user', 'users') || ', ' || period_text(first_seen, last_seen) as detail,
    from (
        select
            app,
            sum(times)::bigint as times,
            count(distinct who) as users,
            min(first_seen) as first_seen,
            max(last_seen) as last_seen,
        from sign_in_counts
        group by app
    )
    qualify item_no <= 3
),

-- A policy's result failure is laid at its door only where the error code asks
-- for what the policy controls.
policy_results as (
    select
        coalesce(policy_name, policy_id, 'policy not told') as policy,
        result,
        status,
        sign_ins.error_code,
        (parent_file_id, parent_record) as sign_in,
        coalesce(user_principal_name, user_id, service_principal_name, service_principal_id) as who,
        coalesce(app_display_name, app_id) as app,
        sign_ins.event_time,
        code.by_conditional_access,
        is_policy_of_code(
            code.stopped_by,
            grant_controls,
            coalesce(bool_or(result = 'failure' and lower(grant_controls) like '%block%') over (partition by parent_file_id, parent_record), false)
        ) as is_of_code,
    from sign_in_policies
    join sign_ins on sign_ins.file_id = sign_in_policies.parent_file_id and sign_ins.record = sign_in_policies.parent_record
    left join error_codes as code on code.error_code = sign_ins.error_code
    where result in ('failure', 'reportOnlyFailure', 'reportOnlyInterrupted')
),
policy_counts as (
    select
        case result
            when 'reportOnlyFailure' then 'report-only, would have stopped'
            when 'reportOnlyInterrupted' then 'report-only, would have asked for more'
            else policy_effect(status, by_conditional_access, is_of_code)
        end as outcome,
        policy,
        count(distinct sign_in) as times,
        count(distinct sign_in) filter (where status = 'success') as successes,
        count(distinct who) as users,
        list(distinct app order by app) filter (where app is not null) as apps,
        list(distinct error_code order by error_code) filter (where error_code is not null) as codes,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from policy_results
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
        100 * list_position(['stopped', 'not met, yet signed in', 'asked for more', 'asked for more, not passed', 'with its result failure', 'report-only, would have stopped', 'report-only, would have asked for more'], outcome)
            + row_number() over (partition by outcome order by times desc, policy),
        outcome || ': ' || policy,
        counted(times, 'sign-in', 'sign-ins'),
        concat_ws(
            '; ',
            'of ' || counted(users, 'user', 'users') || coalesce(' to ' || few(apps), ''),
            case when outcome like 'report-only%' then successes || ' of them successful' end,
            case when outcome = 'with its result failure' then 'that it was this policy is not told by the code (' || few(codes) || ')' end,
            period_text(first_seen, last_seen)
        ),
    from policy_counts
    qualify row_number() over (partition by outcome order by times desc, policy) <= 3
),

-- First where the password was right, or a revoked session was tried again;
-- last what is left over of sessions and pages.
failures as (
    select
        case
            when error_code = 50057 and password_given is null then 2
            when error_code = 50057 and not password_given then 3
            when first_factor_passed then 1
            when stopped_by in ('session', 'prompt') and not coalesce(first_factor_passed, false) then 3
            else 2
        end as meaning_rank,
        *,
    from (
        select
            error_code,
            case
                when error_code = 50053 and failure_reason ilike '%malicious%' then false
                when error_code = 50053 and failure_reason ilike '%locked%' then true
            end as lockout,
            case
                when error_code <> 50057 then null
                when regexp_matches(lower(incoming_token_type), 'token|ticket') then false
                when category = 'interactive' then true
                when category = 'non_interactive' and not coalesce(is_legacy_auth, false) and coalesce(lower(authentication_protocol), '') <> 'ropc' then false
            end as password_given,
            count(*) as times,
            count(distinct lower(coalesce(user_principal_name, sign_in_identifier, user_id))) as users,
            count(distinct ip_address) as ip_addresses,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
        from sign_ins
        where status = 'failure'
        group by all
    )
    left join error_codes using (error_code)
),
failure_lines as (
    select
        row_number() over (order by meaning_rank, times desc, error_code, lockout, password_given) as item_no,
        'code ' || coalesce(error_code::varchar, 'not told') as item,
        times::varchar as value,
        concat_ws(
            '; ',
            case
                when lockout then 'The account was locked after too many wrong passwords'
                when not lockout then 'The address is known for attacks, whatever the password'
                when not password_given then 'The account is disabled; a token was tried, no password given'
                when meaning is null then 'what it means is not known here: signin_failures has the log''s own words'
                else rtrim(meaning, '.')
            end,
            counted(users, 'user', 'users') || ' from ' || counted(ip_addresses, 'address', 'addresses'),
            period_text(first_seen, last_seen)
        ) as detail,
    from failures
    qualify item_no <= 8
    union all
    select
        99,
        'other codes',
        sum(times)::bigint::varchar,
        counted(count(distinct error_code), 'code', 'codes') || ' more: signin_failures has all',
    from (
        select *
        from failures
        qualify row_number() over (order by meaning_rank, times desc, error_code, lockout, password_given) > 8
    )
    having count(*) > 0
),

-- Neighbouring addresses (equal in the first three parts) that fail with
-- passwords for five or more users within twenty minutes, and for more users
-- than get in from the same addresses: from an office, more do. Attempts up to
-- twenty minutes before and after belong to it; what is further apart is
-- another spray.
failed_attempts as materialized (
    select
        event_time,
        ip_address,
        who,
        regexp_extract(lower(ip_address), '^([0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]*:[0-9a-f]*:[0-9a-f]*)') as block,
    from (
        select
            event_time,
            ip_address,
            lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who,
        from evidence.sign_ins
        where status is distinct from 'success'
            and error_code in (select error_code from password_codes)
            and not coalesce(lower(incoming_token_type) like '%token%', false)
        union all
        select
            event_time,
            ip_address,
            lower(user_id),
        from evidence.audit_events
        where operation = 'UserLoginFailed' and (
            error_number in (select error_code from password_codes)
            or logon_error in ('InvalidUserNameOrPassword', 'IdsLocked', 'InvalidPasswordExpiredPassword', 'UserAccountNotFound')
        )
    )
    where ip_address is not null and who not in ('', 'not available', 'not-found', 'unknown')
),
successes as (
    select
        ip_address,
        lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who,
    from evidence.sign_ins
    where status = 'success'
    union all
    select
        ip_address,
        lower(user_id),
    from evidence.audit_events
    where operation = 'UserLoggedIn' and coalesce(error_number, 0) = 0
),
failed_minutes as (
    select
        block,
        who,
        date_trunc('minute', event_time) as minute,
        min(event_time) as first_time,
        max(event_time) as last_time,
    from failed_attempts
    group by all
),
-- Windows of twenty minutes, one from each minute on. They are grouped: where
-- distinct values are counted over a moving frame, DuckDB 1.1.3 might wait
-- for itself for ever.
windows as (
    select
        block,
        from_minute,
        min(first_time) as first_time,
        max(last_time) as last_time,
    from (
        select
            block,
            who,
            first_time,
            last_time,
            minute - to_minutes(unnest(range(21))) as from_minute,
        from failed_minutes
        where block in (select block from failed_minutes group by block having count(distinct who) >= 5)
    )
    group by block, from_minute
    having count(distinct who) >= 5
),
-- A run ends where the next window, with what belongs to it, begins after the
-- last one's.
runs as (
    select
        *,
        count(*) filter (where begins_run) over (partition by block order by from_minute) as run,
    from (
        select
            *,
            first_time - lag(last_time) over (partition by block order by from_minute) > interval 40 minutes as begins_run,
        from windows
    )
),
spray_periods as (
    select
        block,
        run,
        min(first_time) - interval 20 minutes as period_start,
        max(last_time) + interval 20 minutes as period_end,
    from runs
    group by block, run
),
spraying as materialized (
    select
        failed_attempts.*,
        run,
    from failed_attempts
    join spray_periods using (block)
    where event_time between period_start and period_end
),
sprays as (
    select
        block,
        run,
        list_sort(list(distinct ip_address)) as ip_addresses,
        count(distinct who) as users,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from spraying
    group by block, run
),
-- At any time, but only from the very addresses: a neighbour may be somebody else's.
got_in as (
    select
        block,
        run,
        count(distinct who) as users,
        few(list_sort(list(distinct who))) as who,
    from successes
    join (select distinct block, run, ip_address from spraying) using (ip_address)
    where who not in ('', 'not available', 'not-found', 'unknown')
    group by block, run
),
-- Whose password was right in the spray, and something else stopped the sign-in.
right_passwords as (
    select
        block,
        run,
        few(list(distinct who order by who) filter (where error_code not in (50055, 50057))) as who,
        count(distinct who) filter (where error_code = 50057) as disabled,
        few(list(distinct who order by who) filter (where error_code = 50057)) as disabled_who,
        count(distinct who) filter (where error_code = 50055) as expired,
        few(list(distinct who order by who) filter (where error_code = 50055)) as expired_who,
    from (
        select event_time, ip_address, error_code, lower(coalesce(user_principal_name, sign_in_identifier, user_id)) as who
        from evidence.sign_ins
        where status <> 'success'
        union all
        select event_time, ip_address, error_number, lower(user_id)
        from evidence.audit_events
        where operation in ('UserLoggedIn', 'UserLoginFailed')
    )
    join (select distinct block, run, ip_address from spraying) using (ip_address)
    join spray_periods using (block, run)
    join error_codes using (error_code)
    where first_factor_passed and event_time between period_start and period_end
    group by block, run
),
shown_addresses as (
    select ip_address from sign_ins
    union
    select ip_address from audit_events
),
spray_lines as (
    select
        100 + row_number() over (order by sprays.users desc, block, run) as item_no,
        'password spray from ' || few(ip_addresses) as item,
        counted(sprays.users, 'user', 'users') as value,
        concat_ws(
            '; ',
            period_text(sprays.first_seen, sprays.last_seen),
            coalesce('signed in from these addresses: ' || got_in.who, 'no sign-in from these addresses succeeded'),
            'stopped after the right password: ' || right_passwords.who,
            case when disabled > 0 then '50057 (disabled account, Microsoft counts the password as right) for ' || counted(disabled, 'user', 'users') || ': ' || disabled_who end,
            case when expired > 0 then '50055 (right password, expired) for ' || counted(expired, 'user', 'users') || ': ' || expired_who end
        ) as detail,
    from sprays
    left join got_in using (block, run)
    left join right_passwords using (block, run)
    where
        sprays.users > coalesce(got_in.users, 0)
        and list_has_any(ip_addresses, (select list(ip_address) from shown_addresses))
    qualify row_number() over (order by sprays.users desc, block, run) <= 5
),

sessions_to_look_at as (
    select *
    from shown_sessions
    where attention in ('high', 'look')
    qualify row_number() over (order by points desc, last_seen desc, session_id) <= 5
),
explained_sessions as (
    select
        s.*,
        f.why,
    from sessions_to_look_at as s
    left join (
        -- how somebody got in and what they did or used, before places
        select
            session_id,
            list(reason order by list_position(['entry', 'act', 'place'], kind), position) as why,
        from session_findings
        where session_id in (select session_id from sessions_to_look_at)
        group by session_id
    ) as f using (session_id)
),
session_lines as (
    select 0 as item_no, 'sessions' as item, count(*)::varchar as value,
        count(*) filter (where attention = 'high') || ' of high attention, '
            || count(*) filter (where attention = 'look') || ' more to look at; five at most below' as detail,
    from shown_sessions
    having count(*) > 0
    union all
    select
        row_number() over (order by points desc, last_seen desc, session_id),
        session_id,
        users,
        attention || ', ' || period_text(first_seen, last_seen) || ': ' || array_to_string(case when attention = 'high' then why else why[1:4] end, '; ')
            || case when attention <> 'high' and len(why) > 4 then '; and ' || len(why) - 4 || ' more' else '' end,
    from explained_sessions
    union all
    select 0, 'sessions', '0', 'The records loaded carry no session ids.',
    where not exists (from evidence.sign_ins where session_id <> '')
        and not exists (from evidence.audit_events where session_id <> '')
        and (exists (from evidence.sign_ins) or exists (from evidence.audit_events))
),

-- What people did with mail, files and settings, by kind.
operation_kinds as materialized (
    select
        operation,
        coalesce(
            notable_operation(operation),
            case
                when operation = 'MailItemsAccessed' then 'mail read'
                when operation in ('Send', 'SendAs', 'SendOnBehalf') then 'mail sent'
                when operation in ('SoftDelete', 'HardDelete', 'MoveToDeletedItems') then 'mail deleted'
                when operation in ('FileDownloaded', 'FileSyncDownloadedFull') then 'files downloaded'
            end
        ) as operation_kind,
        notable_operation(operation) is not null as is_notable,
    from (select distinct operation from audit_events)
    where operation_kind is not null
),
done as (
    select
        operation_kind,
        operation,
        is_notable,
        coalesce(user_id, 'user not told') as who,
        coalesce(lower(result_status) in ('failed', 'failure', 'false'), false) as has_failed,
        object_id,
        file_id || ':' || record as record_key,
        event_time,
        -- of a download, all that counts here stands in columns
        case when operation_kind <> 'files downloaded' and json_valid(raw) then raw end as data,
    from audit_events
    join operation_kinds using (operation)
    where not coalesce(is_system, false)
),
told as (
    select
        *,
        from_json(data, '{
            "MailboxOwnerUPN": "VARCHAR",
            "Parameters": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "OperationProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "ModifiedProperties": [{"Name": "VARCHAR", "NewValue": "VARCHAR"}],
            "Target": [{"ID": "VARCHAR", "Type": "VARCHAR"}],
            "Item": {"Id": "VARCHAR", "InternetMessageId": "VARCHAR", "ParentFolder": {"Path": "VARCHAR"}},
            "AffectedItems": [{"Id": "VARCHAR", "InternetMessageId": "VARCHAR"}],
            "Folders": [{"Path": "VARCHAR", "FolderItems": [{"Id": "VARCHAR", "InternetMessageId": "VARCHAR"}]}]
        }') as told,
    from done
),
-- A rule is logged by the cmdlet and by the mailbox: it is one by its mailbox
-- and name.
acts as (
    select
        *,
        lower(coalesce(told.MailboxOwnerUPN, list_filter(told.Parameters, s -> s.Name = 'Mailbox')[1].Value, who)) as mailbox,
        coalesce(
            list_filter(settings, s -> s.Name in ('name', 'rulename'))[1].Value,
            nullif(regexp_extract(object_id, '[^\\]*$'), ''),
            list_filter(settings, s -> s.Name = 'ruleid')[1].Value
        ) as rule,
        case
            when operation_kind = 'inbox rule' and len(list_filter(settings, s ->
                s.Name in ('forwardto', 'forwardasattachmentto', 'redirectto')
                or s.Name = 'ruleactions' and regexp_matches(s.Value, '"ActionType" *: *"(Forward|Redirect)'))) > 0
            then 'inbox rule that forwards'
            when operation_kind = 'mailbox settings' and forward is not null then 'mailbox forwarding'
            else operation_kind
        end as kind,
        -- What to read first of the rules: those that delete, forward or put away unread, or have next to no name.
        len(list_filter(settings, s ->
            s.Name in ('forwardto', 'forwardasattachmentto', 'redirectto')
            or s.Name in ('deletemessage', 'softdeletemessage', 'markasread') and lower(s.Value) = 'true'
            or s.Name = 'movetofolder' and regexp_matches(lower(s.Value), 'rss|archive|conversation history|junk|deleted')
            or s.Name = 'ruleactions' and regexp_matches(s.Value, '"ActionType" *: *"(Forward|Redirect|Delete|SoftDelete|PermanentDelete|MarkAsRead)')
        )) > 0 or len(trim(rule)) <= 1 as is_telling,
        -- of a permission, the target is what the application may use
        case when operation not ilike '%permission grant%' then list_filter(told.Target, t -> t.Type = '1' and t.ID <> '')[1].ID end as target,
        len(list_filter(settings, s -> s.Name = 'mailaccesstype' and lower(s.Value) = 'sync')) > 0 as is_sync,
        len(list_filter(settings, s -> s.Name = 'isthrottled' and lower(s.Value) = 'true')) > 0 as is_throttled,
    from (
        select
            *,
            list_transform(
                list_filter(coalesce(told.Parameters, []) || coalesce(told.OperationProperties, []), s -> s.Value <> ''),
                s -> {'Name': lower(s.Name), 'Value': s.Value}
            ) as settings,
            list_filter(settings, s -> s.Name in ('forwardingsmtpaddress', 'forwardingaddress'))[1].Value as forward,
        from told
    )
),
-- What a record is about: each thing under what tells it from the others, and
-- the name that people know.
named_acts as materialized (
    select
        kind,
        is_notable,
        who,
        has_failed,
        event_time,
        is_telling,
        is_sync,
        is_throttled,
        case
            when kind in ('inbox rule', 'inbox rule that forwards') then [mailbox || ' ' || coalesce(rule, record_key)]
            when kind = 'mailbox forwarding' then [coalesce(object_id, mailbox)]
            when kind in ('consent to an application', 'new service principal', 'application credential') then [target]
            when kind in ('password', 'files downloaded') then [object_id]
            when kind in ('mail sent', 'mail deleted') then list_transform(
                [{'Id': told.Item.Id, 'InternetMessageId': told.Item.InternetMessageId}] || coalesce(told.AffectedItems, []),
                i -> coalesce(i.InternetMessageId, nullif(i.Id, 'Unknown')))
            when kind = 'mail read' and is_sync then [mailbox || ' ' || told.Item.ParentFolder.Path]
            when kind = 'mail read' then list_transform(
                flatten(list_transform(told.Folders, f -> coalesce(f.FolderItems, []))),
                i -> coalesce(i.InternetMessageId, i.Id))
        end as things,
        case
            when kind in ('inbox rule', 'inbox rule that forwards') then '"' || rule || '"'
            when kind = 'mailbox forwarding' then 'to ' || forward
            when kind in ('consent to an application', 'new service principal', 'application credential') then target
            when kind = 'password' then object_id
            when kind = 'role' then trim(list_filter(told.ModifiedProperties, p -> p.Name = 'Role.DisplayName')[1].NewValue, '"')
        end as name,
    from acts
),
-- Attempts that were refused are told beside what was done, or alone.
refusals as (
    select
        kind,
        count(*) filter (where has_failed) as failed,
        bool_and(has_failed) as is_refused,
    from named_acts
    group by kind
),
counted_acts as (
    select named_acts.*
    from named_acts
    join refusals using (kind)
    where not has_failed or is_refused
),
thing_counts as (
    select
        kind,
        count(distinct thing) filter (where not is_folder) as things,
        count(distinct thing) filter (where is_folder) as folders,
    from (
        select
            kind,
            is_sync as is_folder,
            unnest(things) as thing,
        from counted_acts
    )
    group by kind
),
actors as (
    select
        kind,
        'by ' || few(list(who || ' ' || times order by times desc, who)) as who,
    from (
        select kind, who, count(*) as times
        from counted_acts
        group by all
    )
    group by kind
),
act_names as (
    select
        kind,
        few(list(name order by is_telling desc, name)) as names,
    from (
        select
            kind,
            name,
            kind like 'inbox rule%' and coalesce(bool_or(is_telling), false) as is_telling,
        from named_acts
        join refusals using (kind)
        where name is not null
        group by kind, name
        having bool_or(not has_failed or is_refused)
    )
    group by kind
),
act_counts as (
    select
        kind,
        is_notable,
        (map {
            'inbox rule': 'rule',
            'inbox rule that forwards': 'rule',
            'mailbox forwarding': 'mailbox',
            'consent to an application': 'application',
            'new service principal': 'application',
            'application credential': 'application',
            'password': 'account',
            'mail read': 'message',
            'mail sent': 'message',
            'mail deleted': 'message',
            'files downloaded': 'file'
        })[kind] as noun,
        count(*) as records,
        count(*) filter (where is_throttled) as throttled,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from counted_acts
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
    having exists (from evidence.audit_events)
    union all
    select
        1 + row_number() over (order by is_notable desc, kind),
        kind || case when is_refused then ': attempted, refused' else '' end,
        case when things + folders > 0 then counted(things, noun, noun || case when noun = 'mailbox' then 'es' else 's' end) else counted(records, 'record', 'records') end,
        concat_ws(
            '; ',
            names,
            case when folders > 0 then 'and all of ' || counted(folders, 'folder', 'folders') || ' that a mail client took over' end,
            case when things + folders <> records then 'in ' || counted(records, 'record', 'records') end,
            case when kind = 'mail read' then case when throttled > 0 then throttled || ' throttled: more was read than is named' else 'none throttled' end end,
            who,
            period_text(first_seen, last_seen),
            case when failed > 0 and not is_refused then counted(failed, 'more attempt', 'more attempts') || ' refused' end
        ),
    from act_counts
    join actors using (kind)
    join refusals using (kind)
    left join act_names using (kind)
    left join thing_counts using (kind)
    union all
    select 1, 'not loaded', null, 'The unified audit log, to be had from Microsoft Purview > Audit > Export, or by Search-UnifiedAuditLog.',
    where not exists (from evidence.audit_events)
),

-- The Entra audit log, or else the unified audit log's records of the same.
directory_changes as (
    select activity, initiated_by, event_time
    from directory_audits
    union all
    select operation, user_id, event_time
    from audit_events
    where record_type = 8 and not exists (from evidence.directory_audits)
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
        from directory_changes
        group by all
    )
    qualify item_no <= 5
    union all
    select 0, 'source', null, 'The unified audit log: the directory audit log is not loaded (Entra admin center > Audit logs > Download).',
    where not exists (from evidence.directory_audits) and exists (from evidence.audit_events where record_type = 8)
    union all
    select 0, 'not loaded', null, 'The directory audit log, to be had from Entra admin center > Audit logs > Download.',
    where not exists (from evidence.directory_audits) and not exists (from evidence.audit_events where record_type = 8)
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
        row_number() over (order by position, subject, remark) as item_no,
        subject as item,
        null as value,
        remark as detail,
    from (
        select position, subject, remark
        from limits
        union all
        select
            100 + min(position),
            coalesce(export || ': ', '') || string_agg(part, ', ' order by position, part),
            remarks,
        from (
            select
                position,
                nullif(regexp_extract(log, '^(.*): ', 1), '') as export,
                regexp_replace(log, '^.*: ', '') as part,
                remarks,
            from coverage
            where remarks is not null
        )
        group by export, remarks
    )
),

lines as (
    select 0 as section_no, 'findings' as section, * from finding_lines
    union all
    select 1, 'evidence', * from evidence_lines
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
