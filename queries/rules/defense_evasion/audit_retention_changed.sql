-- title: Audit retention policy changed or removed
-- severity: high
-- techniques: T1562.008
-- catalogue: D83
-- meaning: Somebody removed or changed how long audit records are stored. Records that an investigation would need
--   can expire early.
-- false positives: A licence project that sets longer times: a new policy is reported as low.
-- blind spots: What has expired can no longer be had.
-- next: Ask the administrator, and export the audit log now.
-- needs: audit_events
-- source: https://learn.microsoft.com/powershell/module/exchange/remove-unifiedauditlogretentionpolicy
-- seen: in 1 samples, marked 0 of 58 benign ones
with changes as (
    select *
    from cmdlets
    where regexp_full_match(operation, '(new|set|remove)-unifiedauditlogretentionpolicy') and not is_system
)
select
    case when operation like 'remove-%' then 'high' when operation like 'set-%' then 'medium' else 'low' end as severity,
    actor || case when failed then ' tried to ' || regexp_extract(operation, '^[a-z]+')
            when operation like 'remove-%' then ' removed' when operation like 'set-%' then ' changed' else ' made' end
        || ' the audit retention policy ' || coalesce(object, '')
        || coalesce(', duration ' || nullif(parameters['retentionduration'], ''), '') as what,
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
