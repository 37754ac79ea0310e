-- title: Protection of mail removed or weakened
-- severity: medium
-- techniques: T1562.001
-- catalogue: D84
-- meaning: A filter, a check of links or attachments, the signing of mail or a list of whom to trust was changed so
--   that more bad mail gets through.
-- false positives: A move to another mail gateway, a sender that the filters stop by mistake.
-- blind spots: Changes of the value that the log does not give, such as a new preset.
-- next: Ask the administrator, and see which mail came in since.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: list security_cmdlets
-- lists: security_cmdlets
-- seen: in 4 samples, marked 0 of 58 benign ones
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
where area = 'mail'
order by event_time, file_id, record
