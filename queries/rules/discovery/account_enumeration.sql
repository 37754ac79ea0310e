-- title: Names of accounts tried
-- severity: medium
-- techniques: T1087.004
-- catalogue: D04
-- meaning: From one network address somebody tried many names that no account has: to learn which names exist.
-- false positives: Old names after a change of domain; a directory tool with a stale list.
-- blind spots: Methods that leave no sign-in, such as asking Microsoft whether a name exists.
-- next: Look at what else came from that address, and whether a name that exists was tried.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://attack.mitre.org/techniques/T1087/004/; https://learn.microsoft.com/entra/identity-platform/reference-error-codes
-- seen: in 1 samples, marked 0 of 58 benign ones
with tried as (
    select
        ip_address,
        date_trunc('day', event_time) as day,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list_sort(list(distinct account)) as names,
        max(country) as country,
        max(network) as network,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from logons
    where error_code = 50034 and account is not null and ip_address is not null
    group by ip_address, day
    having count(distinct account) >= 10
),
admitted as (
    select
        value as ip_address,
        count(distinct account) as accounts
    from account_habits
    where feature = 'address' and value in (select ip_address from tried)
    group by value
)
select
    case when coalesce(a.accounts, 0) >= len(t.names) then 'low' else 'medium' end as severity,
    'From ' || t.ip_address || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '') || ' somebody tried '
        || len(t.names) || ' names that no account has, within ' || span_text(first_seen, last_seen) as what,
    null::varchar as who,
    first_seen,
    last_seen,
    events,
    few(t.names) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    [t.ip_address] as ip_addresses,
    case when a.accounts > 0 then counted(a.accounts, 'account has', 'accounts have') || ' signed in from there' end as rarity,
    'names tried ' || t.ip_address || ' ' || strftime(day, '%Y-%m-%d') as act,
    records
from tried as t
left join admitted as a using (ip_address)
order by first_seen, t.ip_address
