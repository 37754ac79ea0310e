-- title: Inbox rule made or changed
-- severity: info
-- techniques: T1564.008
-- catalogue: D91, D92
-- meaning: Somebody made or changed an inbox rule. By itself that is daily business; the line is there so that no
--   rule is overlooked.
-- false positives: Nearly all of them.
-- blind spots: What a rule does that only a mail program knows, such as a reply with a template.
-- next: Look at it if the account is suspect for another reason.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule
-- seen: in 10 samples, marked 0 of 58 benign ones
select
    case when operation = 'updateinboxrules' and len(actions) > 0 and not is_sorting_only then 'low' else 'info' end as severity,
    what,
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
from inbox_rules
order by event_time, file_id, record
