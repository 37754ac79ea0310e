-- title: Retention, legal hold, label or loss protection removed
-- severity: medium
-- techniques: T1562.001
-- catalogue: D85
-- meaning: What keeps data from being deleted or sent out was removed or switched off: afterwards mail and files can
--   vanish for good, or leave unnoticed.
-- false positives: The compliance team, with a change on record.
-- blind spots: Policies that were only narrowed.
-- next: Ask the compliance team. Look for deletions and for data that went out since.
-- needs: audit_events
-- source: list security_cmdlets
-- lists: security_cmdlets
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    severity,
    actor || case when failed then ' tried ' else ' ran ' end || cmdlet || coalesce(' on ' || object, '') || ', which ' || meaning
        || coalesce(' (' || settings || ')', '') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    object as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from weakened_protections
where area = 'data'
order by event_time, file_id, record
