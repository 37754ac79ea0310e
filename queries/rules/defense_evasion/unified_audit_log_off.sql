-- title: Unified audit log switched off
-- severity: critical
-- techniques: T1562.008
-- catalogue: D80
-- meaning: Somebody switched off the log that records what everybody does in Microsoft 365. From then on nothing of
--   this log is to be had; nobody does that in daily work.
-- false positives: A mistake while setting up a tenant, undone within minutes. Switching it on is not reported.
-- blind spots: Records after it do not exist. A refused attempt is reported as high.
-- next: Switch it on again, and see what the account did before it. Look for the time without records in coverage.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-adminauditlogconfig
-- seen: in 1 samples, marked 0 of 58 benign ones
with settings as (
    select *
    from cmdlets
    where operation = 'set-adminauditlogconfig' and not is_system
        and truth(ltrim(parameters['unifiedauditlogingestionenabled'], '$')) = false
)
select
    case when failed then 'high' else 'critical' end as severity,
    actor || case when failed then ' tried to switch' else ' switched' end || ' off the unified audit log of the tenant' as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    'unified audit log' as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from settings
order by event_time, file_id, record
