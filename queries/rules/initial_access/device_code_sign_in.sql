-- title: Sign-in by device code
-- severity: medium
-- techniques: T1528
-- catalogue: D13
-- meaning: Somebody typed a code that another device or program showed, and that one is signed in now. Phishing uses it: the
--   victim types the attacker's code on Microsoft's own page, and the second factor is passed by the victim.
-- false positives: Meeting-room devices; command line tools on servers; they do it again and again, from known places.
-- blind spots: Refreshes of the session later on, where the sign-in itself is in the log. The unified audit log tells it only by the request Cmsi:Cmsi, which other
--   confirmations of an application have too.
-- next: Ask the user whether they typed a code, and who gave it to them. If in doubt revoke the session, and see whether a
--   device was registered. Block device code sign-in by policy where nobody needs it.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code;
--   https://learn.microsoft.com/entra/identity/conditional-access/policy-block-authentication-flows
-- lists: hosting_networks, tool_agents
-- seen: in 3 samples, marked 0 of 58 benign ones
with by_code as (
    select
        account,
        app_id,
        network,
        ip_address,
        event_time,
        is_first,
        file_id,
        record,
        id,
        count(distinct date_trunc('day', event_time)) over (partition by account, app_id) as days
    from (
        select
            *,
            coalesce(incoming_token_type, 'none') in ('none', '', 'remoteDesktopToken') as is_first
        from logons
        where kind = 'user' and is_success and account is not null
            and (protocol = 'deviceCode' or transfer_method = 'deviceCodeFlow')
    )
    -- Refreshes count where the log lacks the sign-in that they go back to.
    qualify is_first or not bool_or(is_first) over (partition by account, app_id)
),
groups as (
    select
        min({'t': event_time, 'f': file_id, 'r': record}) as first,
        bool_or(is_first) as is_first,
        max(days) as days,
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from by_code
    group by account, app_id, network
),
firsts as (
    select
        l.*,
        g.is_first,
        g.days,
        g.times,
        g.last_time,
        g.addresses,
        g.records
    from groups as g
    join logons as l on l.file_id = g.first.f and l.record = g.first.r
),
judged as (
    select
        b.*,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(n.is_new_app, false) as is_new_app,
        h.name as hosting,
        t.tool,
        o.ip_address is not null as is_office
    from firsts as b
    left join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = b.network::varchar
    left join tool_user_agents as t on t.user_agent = b.user_agent
    left join office_addresses as o on o.ip_address = b.ip_address
)
select
    case
        when is_managed or is_compliant then 'info'
        when not is_first then 'low'
        when resource_id = '01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9' then 'high'
        when is_new_country or (is_new_network and hosting is not null) then 'high'
        when days >= 4 and not is_new_network then 'info'
        when is_office then 'low'
        when hosting is not null or tool is not null or is_new_network or baseline_days is null then 'medium'
        when app_id = '29d9ed98-a469-4536-ade2-f981bc1d605e' then 'medium'
        else 'low'
    end as severity,
    account || case when is_first then ' signed in to ' else ' went on with a session at ' end || coalesce(app, 'an unknown application') || coalesce(' for ' || nullif(resource, app), '') || case when is_first then ' by device code, from ' else ', which a device code began, from ' end
        || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || coalesce(', by a program (' || tool || ')', '')
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
        when is_new_country then 'first time from this country for this user in ' || baseline_days || ' days of log'
        when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log'
        when is_new_app then 'first time with this application for this user in ' || baseline_days || ' days of log'
    end as rarity,
    act_id as act,
    records
from judged
order by first_seen, account, act
