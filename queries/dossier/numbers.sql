-- title: In numbers
-- description: Who, how long, from where, and what was read, sent, deleted, taken and left open, counted. What no log tells is
--   not known.
-- position: 0
-- layout: totals
with lines as (
    select 1 as position, 'Accounts' as item, len(accounts)::varchar as value, few(accounts) as detail, 'story' as look_in
    from dossier_numbers
    union all
    select 2, 'How long', span_text(first_seen, last_seen), minute_text(first_seen) || ' to ' || minute_text(last_seen), 'story'
    from dossier_numbers
    where events > 0
    union all
    select 3, 'Addresses', len(addresses)::varchar, listed(countries), 'story'
    from dossier_numbers
    where len(addresses) > 0
    union all
    select
        4,
        'Messages read',
        case
            when read_messages > 0 then read_messages::varchar
            when reads > 0 or not exists (from evidence.audit_events) then 'not known'
            else 'none logged'
        end,
        concat_ws(
            '; ',
            case when read_messages > 0 then 'in ' || listed(mailboxes) end,
            case when len(folders) > 0 then counted(len(folders), 'whole folder', 'whole folders') || ' must be assumed' end,
            case when len(throttled_mailboxes) > 0 then 'all of ' || listed(throttled_mailboxes) || ' must be assumed' end
        ),
        'mail_read'
    from dossier_numbers
    union all
    select 5, 'Messages sent', sent_messages::varchar, null, 'sent' from dossier_numbers where sent_messages > 0
    union all
    select 6, 'Messages deleted', deleted_messages::varchar, null, 'removed' from dossier_numbers where deleted_messages > 0
    union all
    select
        7,
        'Files downloaded',
        case
            when downloaded + opened > 0 then downloaded::varchar
            when not exists (from evidence.audit_events) then 'not known'
            else 'none logged'
        end,
        case when opened > 0 then opened || ' opened' end,
        'files'
    from dossier_numbers
    union all
    select 8, 'Still open', case when open_things > 0 then open_things::varchar else 'none known' end, open_names, 'open'
    from dossier_numbers
    union all
    select
        position,
        item,
        value,
        detail,
        case look_in
            when 'mail_exposure' then case item when 'Messages read' then 'mail_read' when 'Messages sent' then 'sent' else 'removed' end
            when 'file_activity' then 'files'
            when 'still_open' then 'open'
            when 'mailbox_changes' then 'changes'
            else 'story'
        end
    from incident_numbers
    where incident = getvariable('dossier_incident')
)
select
    item,
    value,
    nullif(detail, '') as detail,
    look_in
from lines
order by position, item
