-- title: Inbox rule hides mail
-- severity: medium
-- techniques: T1564.008
-- catalogue: D91, D92
-- meaning: An inbox rule deletes mail or puts it where nobody looks. Intruders make such rules so that the owner does
--   not see answers, invoices or warnings.
-- false positives: People who tidy up: they move newsletters of a sender to a folder of their own, or delete them,
--   which is low from where the user usually works. Signs add up: the folder, the name, the words, marking as read.
-- blind spots: Folder names of languages that the list does not have. Whether the rule is still there the log does
--   not say.
-- next: Ask the owner. Remove the rule, look at the folder, and see who signed in when it was made.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule; list hiding_folders; list
--   suspicious_rule_words
-- lists: hiding_folders, suspicious_rule_words
-- seen: in 7 samples, marked 0 of 58 benign ones
with judged as (
    select
        r.*,
        u.ip_address is not null as is_usual_place,
        contains(word_kinds, 'money') or contains(word_kinds, 'security') or contains(word_kinds, 'delivery') as has_words,
        len(conditions) = 0 and operation = 'new-inboxrule' as is_all_mail,
        regexp_matches(array_to_string(conditions, ' '), 'subject|body|containswords|SubString') as is_by_text
    from inbox_rules as r
    left join usual_addresses as u on u.account = r.actor and u.ip_address = r.ip_address
    where is_deleting or hiding_folder is not null or (is_odd_name and is_marking_read) or (is_odd_name and not is_sorting_only)
        or (is_marking_read and len(word_kinds) > 0)
),
ranked as (
    select
        *,
        case
            when hiding_folder = 'unread' and (has_words or is_odd_name or is_marking_read or is_all_mail) then 'high'
            when is_deleting and (has_words or is_odd_name or is_all_mail or hiding_folder = 'unread') then 'high'
            when hiding_folder = 'ordinary' and is_odd_name then 'high'
            when hiding_folder = 'unread' or is_odd_name then 'medium'
            when hiding_folder = 'ordinary' and (has_words or is_all_mail) and is_marking_read then 'medium'
            when is_marking_read and has_words and hiding_folder is null and folder is null then 'low'
            when is_usual_place then 'low'
            when is_deleting and is_by_text then 'medium'
            else 'low'
        end as severity
    from judged
)
select
    severity,
    what || case when len(word_kinds) > 0 then '; its words are about ' || in_words(word_kinds) else '' end as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    mailbox as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from ranked
order by event_time, file_id, record
