-- title: In numbers
-- description: The gravest incident counted: whom it touched, what was read, sent, deleted, taken and left open. What no log tells is
--   not known.
-- layout: totals
-- position: -1
-- workbook: yes
-- topics: totals, in numbers, how many, key figures
-- needs: every log
-- filled by: the sign-in logs, the audit logs and the risk logs (Entra admin center > Download), and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
with gravest as (
    select min(i.incident) as incident
    from incident_findings as i
    join findings using (finding_id)
),
totals as (
    select t.*
    from incident_totals as t
    join gravest using (incident)
),
-- A log that names nothing is no log that is missing.
unknown as (
    select
        topic,
        min(case when starts_with(sentence, 'No record names') then 'none logged' else 'not known' end) as words
    from incident_story
    join gravest using (incident)
    where basis = 'The files can''t say'
    group by topic
),
forwards as (
    select
        count(distinct f.mailbox) as mailboxes,
        string_agg(
            'to ' || f.destination || ', from ' || minute_text(f.since) || coalesce(' to ' || minute_text(f.until), ' on'),
            '; ' order by f.since, f.destination
        ) as detail
    from incident_forwards as f
    join gravest using (incident)
),
accounts as (
    select
        count(*) as accounts,
        few(list_sort(list(a.account))) as names
    from incident_accounts as a
    join gravest using (incident)
    where a.is_actor
),
period as (
    select p.*
    from incident_periods as p
    join gravest using (incident)
),
places as (
    select
        count(*) as addresses,
        listed(list_sort(list(distinct coalesce(c.country_name, a.country)) filter (where a.country <> ''))) as countries
    from incident_traces as t
    join gravest using (incident)
    left join addresses as a on t.value = a.ip_address
    left join country_names as c on a.country = c.country
    where t.trace = 'address'
),
by_severity as (
    select
        sum(times)::bigint as findings,
        string_agg(times || ' ' || severity, ', ' order by severity_rank) as severities
    from (
        select severity, severity_rank, count(*) as times
        from findings
        group by all
    )
),
lines as (
    select 1 as position, 'Accounts affected' as item, accounts::varchar as value, names as detail, 'incidents' as look_in from accounts, gravest where incident is not null
    union all
    select 2, 'How long', span_text(first_seen, last_seen), minute_text(first_seen) || ' to ' || minute_text(last_seen), 'incidents' from period
    union all
    select 3, 'Addresses', addresses::varchar, countries, 'indicators' from places where addresses > 0
    union all
    select
        4,
        'Messages read',
        case
            when read_messages > 0 then read_messages::varchar
            when whole_folders > 0 or len(throttled_mailboxes) > 0 then 'not known'
            else coalesce((select words from unknown where topic = 'Mail read'), '0')
        end,
        concat_ws(
            '; ',
            'in ' || listed(mailboxes),
            case when whole_folders > 0 then counted(whole_folders, 'whole folder', 'whole folders') || ' must be assumed' end,
            case when len(throttled_mailboxes) > 0 then 'all of ' || listed(throttled_mailboxes) || ' must be assumed' end
        ),
        'mail_exposure'
    from totals
    union all
    select 5, 'Messages sent', sent_messages::varchar, '"' || array_to_string(nullif(sent_subjects, [])[1:3], '", "') || '"', 'mail_exposure' from totals where sent_messages > 0
    union all
    select 5, 'Mail sent on', counted(mailboxes, 'mailbox', 'mailboxes'), detail, 'mailbox_changes' from forwards where mailboxes > 0
    union all
    select 6, 'Messages deleted', deleted_messages::varchar, null, 'mail_exposure' from totals where deleted_messages > 0
    union all
    select
        7,
        'Files downloaded',
        case when downloaded + opened + shared = 0 then coalesce((select words from unknown where topic = 'Files'), '0') else downloaded::varchar end,
        concat_ws(', ', case when opened > 0 then opened || ' opened' end, case when shared > 0 then shared || ' shared' end),
        'file_activity'
    from totals
    union all
    select 8, 'Still open', case when open_things = 0 and 'Still open' in (select topic from unknown) then 'none known' else open_things::varchar end, open_names, 'still_open' from totals
    union all
    select 9, 'Findings', findings::varchar, severities, 'findings' from by_severity where findings > 0
)
select
    item,
    value,
    nullif(detail, '') as detail,
    look_in
from lines
order by position, item
