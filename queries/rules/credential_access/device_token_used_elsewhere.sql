-- title: Primary refresh token used without its device
-- severity: medium
-- techniques: T1550.001
-- catalogue: D30
-- meaning: The token that belongs to a registered device was used by a program or in a new place, through Microsoft's broker, and was not
--   bound to the device. Somebody may have taken it along, or registered a device of their own to get one.
-- false positives: Single sign-on on macOS and old builds of Windows leave the token unbound: of an account
--   with a baseline the line is left out without another sign, of others it is low.
-- blind spots: Tokens used from the user's own network with a browser's user agent.
-- next: Look for devices registered lately by the user. Remove the device, revoke the sessions.
-- needs: sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/conditional-access/concept-token-protection; Microsoft-Analyzer-Suite
-- lists: tool_agents, hosting_networks
-- seen: in 1 samples, marked 0 of 58 benign ones
with tokens as (
    select
        l.*,
        t.tool,
        h.name as hosting,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(n.is_new_client, false) as is_new_client,
        case when a.account_days >= 4 then a.account_days end as account_days
    from logons as l
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = l.account
    left join tool_user_agents as t on t.user_agent = l.user_agent
    left join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    where l.is_success and l.kind = 'user' and l.incoming_token_type ilike '%primaryRefreshToken%'
        and coalesce(l.token_protection, 'unbound') <> 'bound'
        and not coalesce(l.is_managed or l.is_compliant, false)
),
firsts as (
    select
        unnest(min_by(tokens, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from tokens
    group by account, device_id, network
)
select
    case
        when tool is not null then 'high'
        when is_new_country or hosting is not null then 'high'
        when baseline_days is null then 'low'
        else 'medium'
    end as severity,
    'The device token of ' || account || ' was used at ' || coalesce(app, 'an unknown application') || coalesce(' for ' || resource, '')
        || coalesce(', by a program (' || tool || ')', '') || ', from ' || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || coalesce(', device ' || device_id, '') || coalesce(', token ' || token_protection, '') as what,
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
    end as rarity,
    act_id as act,
    records
from firsts
where tool is not null or is_new_country or (is_new_network and is_new_client) or (hosting is not null and (is_new_network or baseline_days is null))
    -- the log says that the device did not hold the token, and nothing is known of the account
    or (token_protection = 'unbound' and account_days is null)
order by first_seen, account, act
