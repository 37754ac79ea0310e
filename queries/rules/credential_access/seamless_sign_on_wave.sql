-- title: Many accounts tried through seamless single sign-on
-- severity: medium
-- techniques: T1110.003, T1556.007
-- catalogue: D77
-- meaning: From one address tickets of seamless single sign-on were refused for many accounts within an hour. The endpoint tells which names
--   exist and takes passwords apart from the usual sign-in page; forged tickets of its computer account are refused in the same way.
-- false positives: A domain controller whose key was rolled over: then the tickets of everybody in the office fail, which is low.
-- blind spots: Fewer than ten accounts in an hour. The endpoint itself writes no sign-in for a name that does not exist.
-- next: See who succeeded from the address. Roll over the key of the computer account AZUREADSSOACC twice.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sso (error codes 81001 to 81014)
-- seen: in 0 samples, marked 0 of 58 benign ones
with refused as (
    select *
    from logons
    where error_code between 81001 and 81014 and kind = 'user' and account is not null and ip_address is not null
),
hours as (
    select
        ip_address,
        date_trunc('hour', event_time) as hour,
        min(network) as network,
        min(country) as country,
        count(distinct account) as accounts,
        list_sort(list(distinct account)) as names,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from refused
    group by ip_address, hour
    having count(distinct account) >= 10
)
select
    case when o.ip_address is not null then 'low' else 'medium' end as severity,
    'Tickets of seamless single sign-on were refused for ' || h.accounts || ' accounts (' || few(names) || ') within an hour, from ' || h.ip_address
        || coalesce(' (' || nullif(concat_ws(' ', h.country, 'AS' || h.network), '') || ')', '') as what,
    null::varchar as who,
    first_seen,
    last_seen,
    events,
    h.accounts || ' accounts' as target,
    app_id,
    null::varchar as session_id,
    [h.ip_address] as ip_addresses,
    case when o.ip_address is not null then 'an office of the tenant' end as rarity,
    act_id as act,
    records
from hours as h
left join office_addresses as o on o.ip_address = h.ip_address
order by first_seen, h.ip_address
