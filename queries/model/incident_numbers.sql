-- description: What is counted of each incident, as a box has it: one row a number.
-- materialized: yes
-- ordered by: incident, position, item
-- column incident integer: of incidents
-- column position integer: to order the numbers by
-- column item varchar: what is counted
-- column value varchar: the number, or that it is not known
-- column detail varchar: what of it is worth a line
-- column look_in varchar: the report that has its rows
with
-- A log that names nothing is no log that is missing.
unknown as (
    select
        incident,
        topic,
        min(case when starts_with(sentence, 'No record names') then 'none logged' else 'not known' end) as words
    from incident_story
    where basis = 'The files can''t say'
    group by incident, topic
),
forwards as (
    select
        incident,
        count(distinct mailbox) as mailboxes,
        string_agg(
            'to ' || destination || ', from ' || minute_text(since) || coalesce(' to ' || minute_text(until), ' on'),
            '; ' order by since, destination
        ) as detail
    from incident_forwards
    group by incident
),
accounts as (
    select
        incident,
        count(*) filter (where is_actor) as accounts,
        few(list_sort(list(account) filter (where is_actor))) as names
    from incident_accounts
    group by incident
),
places as (
    select
        t.incident,
        count(*) as addresses,
        listed(list_sort(list(distinct coalesce(c.country_name, a.country)) filter (where a.country <> ''))) as countries
    from incident_traces as t
    left join addresses as a on t.value = a.ip_address
    left join country_names as c on a.country = c.country
    where t.trace = 'address'
    group by t.incident
),
totals as (
    select
        t.*,
        (select words from unknown as u where u.incident = t.incident and u.topic = 'Mail read') as mail_words,
        (select words from unknown as u where u.incident = t.incident and u.topic = 'Files') as file_words,
        (select words from unknown as u where u.incident = t.incident and u.topic = 'Still open') as open_words
    from incident_totals as t
),
lines as (
    select incident, 1 as position, 'Accounts misused' as item, accounts::varchar as value, names as detail, 'incidents' as look_in from accounts
    union all
    select incident, 2, 'How long', span_text(coalesce(in_from, first_seen), last_seen), minute_text(coalesce(in_from, first_seen)) || ' to ' || minute_text(last_seen), 'incidents' from incident_periods
    union all
    select incident, 3, 'Addresses', addresses::varchar, countries, 'indicators' from places
    union all
    select
        incident,
        4,
        'Messages read',
        case
            when read_messages > 0 then read_messages::varchar
            when whole_folders > 0 or len(throttled_mailboxes) > 0 then 'not known'
            else coalesce(mail_words, '0')
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
    select incident, 5, 'Mail sent on', counted(mailboxes, 'mailbox', 'mailboxes'), detail, 'mailbox_changes' from forwards
    union all
    select
        incident,
        5,
        'Messages sent',
        sent_messages::varchar,
        '"' || array_to_string(nullif(sent_subjects, [])[1:3], '", "') || '"',
        'mail_exposure'
    from totals
    where sent_messages > 0
    union all
    select incident, 6, 'Messages deleted', deleted_messages::varchar, null, 'mail_exposure' from totals where deleted_messages > 0
    union all
    select
        incident,
        7,
        'Files downloaded',
        case when downloaded + opened + shared = 0 then coalesce(file_words, '0') else downloaded::varchar end,
        concat_ws(', ', case when opened > 0 then opened || ' opened' end, case when shared > 0 then shared || ' shared' end),
        'file_activity'
    from totals
    union all
    select
        incident,
        8,
        'Still open',
        case when open_things = 0 and open_words is not null then 'none known' else open_things::varchar end,
        open_names,
        'still_open'
    from totals
)
select
    incident,
    position,
    item,
    value,
    nullif(detail, '') as detail,
    look_in
from lines
