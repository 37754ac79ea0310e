-- title: Inbox rule sends mail to outside
-- severity: medium
-- techniques: T1114.003, T1564.008
-- catalogue: D90, D92
-- meaning: An inbox rule sends mail of this mailbox to an address outside the tenant. Intruders read along that way,
--   long after the password was changed.
-- false positives: A user's own private address, a helper outside. Such rules seldom take all mail, hide nothing and
--   have a name that says what they are for.
-- blind spots: Whether the rule is still there the log does not say. Forwarding by Power Automate leaves no rule.
-- next: Ask the user. Remove the rule, and see who signed in when it was made.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule
-- seen: in 5 samples, marked 0 of 58 benign ones
with forwards as (
    select *
    from inbox_rules
    where len(recipients) > 0
)
select
    case
        when len(outside) = 0 then 'info'
        when not is_outside_known then 'medium'
        when is_deleting or is_marking_read or hiding_folder is not null or is_odd_name or len(word_kinds) > 0 then case when failed then 'medium' else 'high' end
        else 'medium'
    end as severity,
    what || case when len(outside) = 0 then ', inside the tenant' when not is_outside_known then '' else ', outside the tenant' end as what,
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
from forwards
order by event_time, file_id, record
