-- title: Two sign-ins within half a minute from two networks
-- severity: medium
-- techniques: T1557
-- catalogue: D12
-- meaning: One user signed in with success from two networks within thirty seconds. Phishing pages that pass the sign-in on leave
--   this: the page's sign-in first, then the user's own.
-- false positives: A phone and a computer at the same moment, in different networks that are both the user's.
-- blind spots: Networks that the user had used before are left out; so are users without a baseline, unless one of the networks
--   rents out servers; with two kinds of client, neither a registered device, they are low.
-- next: Ask the user whether they followed a link at that time. Revoke the sessions if so.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: Microsoft-Analyzer-Suite (LETHAL-FORENSICS), suspicious user logins
-- lists: hosting_networks, shared_networks
-- compares: places
-- seen: in 1 samples, marked 0 of 58 benign ones
with several_networks as (
    select account
    from logons
    where kind = 'user' and is_success and coalesce(is_interactive, true)
    group by account
    having min(network) <> max(network)
),
interactive as (
    select *
    from logons
    where kind = 'user' and is_success and coalesce(is_interactive, true) and network is not null and account in (from several_networks)
),
pairs as (
    select *
    from (
        select
            *,
            lag({
                'event_time': event_time, 'network': network, 'ip_address': ip_address, 'country': country,
                'file_id': file_id, 'record': record, 'id': id, 'session_id': session_id, 'device_id': device_id, 'client': client
            }) over (partition by account order by event_time, file_id, record) as earlier
        from interactive
    )
    where earlier.network <> network and event_time - earlier.event_time <= interval 30 seconds
        and session_id is distinct from earlier.session_id
),
judged as (
    select
        p.*,
        -- nothing is known of the account, and neither client is a registered device
        coalesce(a.account_days, 0) < 4 and p.device_id is null and p.earlier.device_id is null and p.client is distinct from p.earlier.client as is_doubtful,
        h.name as hosting,
        e.name as earlier_hosting,
        coalesce(n.is_new_network, false) as is_new,
        coalesce(o.is_new_network, false) as is_earlier_new,
        coalesce(n.baseline_days, o.baseline_days) as baseline_days
    from pairs as p
    left join strange_logons as n on n.file_id = p.file_id and n.record = p.record
    left join strange_logons as o on o.file_id = p.earlier.file_id and o.record = p.earlier.record
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = p.account
    left join list_hosting_networks as h on h.asn = p.network::varchar
    left join list_hosting_networks as e on e.asn = p.earlier.network::varchar
    where p.network::varchar not in (select asn from list_shared_networks) and p.earlier.network::varchar not in (select asn from list_shared_networks)
)
select
    case when (is_new and hosting is not null) or (is_earlier_new and earlier_hosting is not null) then 'high' when is_new or is_earlier_new or hosting is not null or earlier_hosting is not null then 'medium' else 'low' end as severity,
    account || ' signed in from ' || earlier.ip_address || ' (' || concat_ws(' ', earlier.country, 'AS' || earlier.network, earlier_hosting) || ') and '
        || counted(date_sub('second', earlier.event_time, event_time), 'second', 'seconds') || ' later from ' || ip_address
        || ' (' || concat_ws(' ', country, 'AS' || network, hosting) || ')' as what,
    account as who,
    earlier.event_time as first_seen,
    event_time as last_seen,
    2::bigint as events,
    account as target,
    app_id,
    case when is_earlier_new or earlier_hosting is not null then earlier.session_id else session_id end as session_id,
    list_sort([earlier.ip_address, ip_address]) as ip_addresses,
    case when is_new or is_earlier_new then 'first time from one of the networks for this user in ' || baseline_days || ' days of log' end as rarity,
    'at once ' || account || ' ' || event_time as act,
    [
        {'file_id': earlier.file_id, 'record': earlier.record, 'id': earlier.id},
        {'file_id': file_id, 'record': record, 'id': id}
    ] as records
from judged
where is_new or is_earlier_new or (baseline_days is null and (hosting is not null or earlier_hosting is not null or is_doubtful))
order by first_seen, account
