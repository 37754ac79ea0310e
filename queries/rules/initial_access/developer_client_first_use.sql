-- title: Administrator's or developer's client, first use by the user
-- severity: low
-- techniques: T1078.004
-- catalogue: D19
-- meaning: The user signed in with a command line tool, PowerShell or development program of Microsoft's that they had not used
--   before. These may ask for tokens to nearly everything, and phishing uses their names.
-- false positives: A new administrator or developer; a first script.
-- blind spots: Users without a baseline: their first use looks like a habit.
-- next: Ask the user. See which resource the token was for, and what it did.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in; Sparrow.ps1 (cisagov)
-- lists: developer_clients, hosting_networks
-- seen: in 1 samples, marked 0 of 58 benign ones
with uses as (
    select
        l.*,
        c.name as client_name,
        n.baseline_days,
        n.is_new_network,
        n.is_new_country,
        h.name as hosting
    from logons as l
    join list_developer_clients as c on c.app_id = l.app_id
    join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    where l.is_success and l.kind = 'user' and n.is_new_app
),
first_uses as (
    select
        unnest(min_by(uses, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from uses
    group by account, app_id
),
-- Users whose other sign-ins mostly come from a registered device.
devices as (
    select
        account,
        avg(case when device_id is not null then 1 else 0 end) as share
    from logons
    where account in (select account from first_uses) and is_success and kind = 'user'
    group by account
),
-- Users who have used another client of the list on four days or more: administrators.
administrators as (
    select distinct h.account
    from account_habits as h
    join list_developer_clients as c on c.app_id = h.value
    where h.feature = 'application' and h.days >= 4
)
select
    case
        when is_new_country or (is_new_network and hosting is not null) then 'high'
        when a.account is not null then 'info'
        when is_new_network then 'medium'
        when f.device_id is null and d.share >= 0.5 then 'medium'
        else 'low'
    end as severity,
    f.account || ' signed in with ' || client_name || coalesce(' for ' || resource, '') || ', from ' || coalesce(ip_address, 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || case when len(addresses) > 1 then ' and ' || counted(len(addresses) - 1, 'other address', 'other addresses') else '' end
        || case when f.device_id is null and d.share >= 0.5 then ', without the registered device that the user has otherwise' else '' end as what,
    f.account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    f.account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'first time with this application for this user in ' || baseline_days || ' days of log' as rarity,
    act_id as act,
    records
from first_uses as f
left join devices as d on d.account = f.account
left join administrators as a on a.account = f.account
order by first_seen, f.account, act
