-- title: Mail connector created or changed
-- severity: medium
-- techniques: T1114.003
-- catalogue: D96
-- meaning: A connector says by which servers mail comes in or goes out. Through one of their own, intruders send mail
--   in the tenant's name, or take mail out.
-- false positives: A new mail gateway, scanner or newsletter service. What the hybrid wizard of Exchange sets up is
--   low.
-- blind spots: Connectors that were there before.
-- next: Check the addresses of the connector, and message trace for mail that went through it.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-inboundconnector
-- seen: in 1 samples, marked 0 of 58 benign ones
with changes as (
    select *
    from cmdlets
    where regexp_full_match(operation, '(new|set|enable)-(in|out)boundconnector') and not is_system
)
select
    case
        when regexp_matches(lower(concat_ws(' ', parameters['name'], object)), '(inbound from|outbound to) [0-9a-f]{8}-') then 'low'
        when operation like 'new-%' then 'medium'
        when coalesce(nullif(parameters['smarthosts'], ''), nullif(parameters['senderipaddresses'], '')) is not null then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to change' when operation like 'new-%' then ' made' else ' changed' end || ' the '
        || case when contains(operation, 'outbound') then 'outbound' else 'inbound' end || ' connector ' || coalesce(object, '')
        || coalesce(' for mail from ' || coalesce(nullif(parameters['senderipaddresses'], ''), nullif(parameters['senderdomains'], '')), '')
        || coalesce(' through ' || nullif(parameters['smarthosts'], ''), '') as what,
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
from changes
order by event_time, file_id, record
