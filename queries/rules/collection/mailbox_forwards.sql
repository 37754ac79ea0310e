-- title: Mailbox forwards to outside
-- severity: high
-- techniques: T1114.003
-- catalogue: D93
-- meaning: All mail that this mailbox gets goes to an address outside the tenant, without a rule that its owner would
--   see.
-- false positives: People who left or are away, with a forward that was agreed. Inside the tenant it is for
--   information only; an attempt that was refused is medium.
-- blind spots: A forward to a mail contact of the tenant: the log gives only its name.
-- next: Ask the owner. Remove the forward and see who set it, from where.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-mailbox
-- seen: in 3 samples, marked 0 of 58 benign ones
with forwards as (
    select *
    from mail_forwards
    where kind = 'mailbox'
)
select
    case
        when len(outside) = 0 then 'info'
        when failed or not is_outside_known then 'medium'
        else 'high'
    end as severity,
    actor || case when failed then ' tried to have' else ' had' end || ' all mail of ' || whose_mailbox(actor, mailbox) || ' sent on to '
        || few(case when len(outside) > 0 then outside else destinations end)
        || case when len(outside) = 0 then ', inside the tenant' when is_outside_known then ', outside the tenant' else '' end
        || case when keeps_copy = false then '; the mailbox keeps no copy' else '' end
        || case when failed then '; it was refused' else '' end as what,
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
