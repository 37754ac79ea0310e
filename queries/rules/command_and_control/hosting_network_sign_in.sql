-- title: Sign-in from a network that rents out servers or sells VPN access
-- severity: medium
-- techniques: T1090
-- catalogue: D23
-- meaning: The user's sign-in came from a data centre or a VPN rather than from a home, an office or a phone. Attackers go through
--   such networks to hide, and phishing proxies stand in them.
-- false positives: Staff with a privacy VPN; virtual desktops; the tenant's own servers. Regular use is low.
-- blind spots: Networks that the list lacks, and proxies in homes.
-- next: Ask the user for a VPN. See whether other users came from there.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: the list hosting_networks
-- lists: hosting_networks
-- seen: in 3 samples, marked 0 of 58 benign ones
with hosted as (
    select
        l.*,
        h.name as hosting,
        h.kind as hosting_kind,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(l.is_managed or l.is_compliant, false) as is_own_device
    from logons as l
    join list_hosting_networks as h on h.asn = l.network::varchar
    left join strange_logons as n using (file_id, record)
    where l.kind = 'user' and l.is_success and l.account is not null
        and l.ip_address not in (select ip_address from office_addresses)
),
groups as (
    select
        min({'t': event_time, 'f': file_id, 'r': record}) as first,
        count(*) as times,
        count(distinct date_trunc('day', event_time)) as days,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from hosted
    group by account, network
),
firsts as (
    select
        r.*,
        g.times,
        g.days,
        g.last_time,
        g.addresses,
        g.records
    from groups as g
    join hosted as r on r.file_id = g.first.f and r.record = g.first.r
)
select
    case
        when is_own_device then 'info'
        when days >= 4 and not is_new_network then 'info'
        when is_new_country and device_id is null and requirement = 'single_factor' then 'high'
        when is_new_network or baseline_days is null then 'medium'
        else 'low'
    end as severity,
    account || ' signed in to ' || coalesce(app, 'an unknown application') || ' from ' || few(addresses) || ' ('
        || concat_ws(' ', country, 'AS' || network) || ', ' || hosting || ': ' || case hosting_kind when 'vpn' then 'sells VPN access' else 'rents out servers' end || ')'
        || case when requirement = 'single_factor' then ', with one factor' else '' end
        || case when times > 1 then ', ' || times || ' times' else '' end as what,
    account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case
        when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log'
        when days >= 4 then 'on ' || days || ' days'
    end as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, act
