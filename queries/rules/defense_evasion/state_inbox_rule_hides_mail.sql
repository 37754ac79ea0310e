-- title: Inbox rule hides mail, by the state of the tenant
-- severity: medium
-- techniques: T1564.008
-- catalogue: D91, D92
-- meaning: When the state was dumped, an inbox rule deleted mail or put it where nobody looks, and the logs do not have it
--   made: it may be older than they are.
-- false positives: People who tidy up: they move newsletters to a folder of their own, or delete them. What is switched off is
--   not here.
-- blind spots: Folders that a dump names by their id. Hidden rules are in no dump of Get-InboxRule.
-- next: Ask the owner. Remove the rule, and look at the folder.
-- needs: state_inbox_rules
-- source: https://learn.microsoft.com/powershell/module/exchange/get-inboxrule,
--   https://learn.microsoft.com/graph/api/resources/messagerule; list hiding_folders; list suspicious_rule_words
-- lists: hiding_folders, suspicious_rule_words
-- seen: in 0 samples, marked 0 of 58 benign ones
with standing as (
    select
        s.*,
        lower(regexp_replace(coalesce(s.move_to_folder, s.copy_to_folder, ''), '^.*[\\:/]', '')) as folder,
        lower(coalesce(s.conditions, '')) as words,
        regexp_full_match(coalesce(s.name, 'rule'), '[^\pL\pN]+|.{1,2}') as is_odd_name
    from evidence.state_inbox_rules as s
    semi join unlogged_things as u on u.kind = 'inbox rule' and u.file_id = s.file_id and u.record = s.record
),
hiding as (
    select lower(folder) as folder, min(case kind when 'unread' then 1 else 2 end) as place
    from list_hiding_folders
    group by all
),
judged as (
    select
        s.*,
        h.place,
        (
            select list(distinct w.kind order by w.kind)
            from list_suspicious_rule_words as w
            where regexp_matches(s.words, '(^|[^a-z])' || w.word)
        ) as word_kinds
    from standing as s
    left join hiding as h using (folder)
)
select
    case
        when (is_deleting or place = 1) and (is_odd_name or len(word_kinds) > 0 or words = '') then 'high'
        when is_odd_name and place = 2 then 'high'
        when is_odd_name or place = 1 then 'medium'
        when place = 2 and is_marking_read and (len(word_kinds) > 0 or words = '') then 'medium'
        else 'low'
    end as severity,
    concat(
        'In the state of ', minute_text(snapshot_time), ', the inbox rule "', name, '" of ', coalesce(mailbox, 'a mailbox'), ' ',
        in_words(list_filter([
            case when is_deleting then 'deletes' end,
            case when place is not null then 'moves to "' || coalesce(move_to_folder, copy_to_folder) || '"' end,
            case when is_marking_read then 'marks as read' end
        ], a -> a is not null)),
        case when words = '' then ' all mail' else ' some mail' end,
        '; its words are about ' || in_words(word_kinds)
    ) as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    1::bigint as events,
    mailbox as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || record as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from judged
where is_deleting or place is not null or (is_marking_read and (is_odd_name or len(word_kinds) > 0))
order by snapshot_time, file_id, record
