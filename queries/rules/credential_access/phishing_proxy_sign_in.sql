-- title: Sign-in through a phishing page that passes it on
-- severity: high
-- techniques: T1557
-- catalogue: D11
-- meaning: The user signed in on a page that passed password and second factor on to Microsoft and took the session (adversary in the
--   middle). The mark: a start page of Microsoft 365, no registered device, an address that is not the user's, and the
--   questions of a first sign-in in one sequence; or the user agent of a program where a browser belongs.
-- false positives: A private browser window on a new network.
-- blind spots: Proxies that run in the user's own network. Without a baseline of the user, only hosting networks,
--   programs and sessions that went on from another address are seen.
-- next: Revoke the sessions and reset the password at once; the session's own acts follow by its id. Look for other users
--   with the address.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/defender-xdr/session-cookie-theft-alert; Microsoft-Analyzer-Suite
--   (LETHAL-FORENSICS), start pages and error chain
-- lists: hosting_networks, tool_agents
-- seen: in 2 samples, marked 0 of 58 benign ones
with arrivals as (
    select *
    from logons
    where kind = 'user' and is_success and device_id is null and account is not null and coalesce(incoming_token_type, '') not like '%efresh%'
        and app_id in ('4765445b-32c6-49b0-83e6-1d93765276ca', '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000')
        and not is_legacy and coalesce(protocol, '') not in ('ropc', 'deviceCode')
),
chains as (
    select
        correlation_id,
        account,
        bool_or(error_code in (50074, 50076, 50079, 50072)) as has_factor,
        bool_or(error_code in (50140, 53000, 53003, 50199)) as has_question,
        min(event_time) as first_seen,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:20] as records
    from logons
    where correlation_id in (select correlation_id from arrivals) and not is_success
    group by correlation_id, account
),
judged as (
    select
        l.*,
        h.name as hosting,
        g.tool,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        n.baseline_days,
        coalesce(a.account_days, 0) >= 4 as has_baseline,
        coalesce(c.has_factor, false) as has_factor,
        coalesce(c.has_question, false) as has_question,
        coalesce(c.first_seen, l.event_time) as first_seen,
        coalesce(c.records, []) as chain_records
    from arrivals as l
    left join strange_logons as n using (file_id, record)
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = l.account
    left join chains as c on c.correlation_id = l.correlation_id and c.account = l.account
    left join list_hosting_networks as h on h.asn = l.network::varchar
    left join tool_user_agents as g on g.user_agent = case when l.app_id = '4765445b-32c6-49b0-83e6-1d93765276ca' then l.user_agent end
        -- what the kits are written with
        and g.tool in ('axios', 'undici (Node.js)', 'Node.js', 'node-fetch', 'got (Node.js)', 'fasthttp', 'Go', 'resty (Go)', 'Kali365 phishing kit', 'Evilginx')
),
phished as (
    select
        *,
        (tool is not null and (is_new_network or baseline_days is null))
            or ((is_new_network or is_new_country or (hosting is not null and baseline_days is null)) and has_factor and has_question) as is_strange
    from judged
    where is_strange or (has_factor and has_question and not has_baseline and session_id is not null)
    qualify row_number() over (partition by account, coalesce(session_id, act_id) order by event_time, file_id, record) = 1
),
-- What the session then did from other addresses.
used as (
    select
        e.session_id,
        count(*) as events,
        list_sort(list(distinct coalesce(notable_operation(e.operation), k.kind, e.operation))) as operations,
        count(*) filter (where notable_operation(e.operation) is not null) as notable,
        max(e.event_time) as last_seen,
        list_sort(list(distinct client_address(e.ip_address)) filter (where client_address(e.ip_address) is not null)) as addresses,
        list({'file_id': e.file_id, 'record': e.record, 'id': e.id} order by e.event_time, e.file_id, e.record) as records
    from evidence.audit_events as e
    left join operation_kinds as k on k.operation = rtrim(lower(e.operation), '. ')
    where e.session_id in (select session_id from phished) and e.operation not in ('UserLoggedIn', 'UserLoginFailed')
    group by e.session_id
)
select
    case
        when not is_strange then 'medium'
        when u.notable > 0 or (has_factor and has_question and (hosting is not null or is_new_country)) then 'critical'
        else 'high'
    end as severity,
    account || ' signed in to ' || coalesce(app, app_id) || ' from ' || coalesce(p.ip_address, 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || ' without a registered device'
        || case when has_factor and has_question then ', and was asked for the second factor and all else anew, as behind a page that passes the answers on' else '' end
        || coalesce(', by a program (' || tool || ')', '')
        || coalesce('. ' || counted(u.events, 'act', 'acts') || ' in the session followed (' || few(u.operations) || ')', '') as what,
    account as who,
    first_seen,
    coalesce(u.last_seen, event_time) as last_seen,
    1 + len(chain_records) + coalesce(u.events, 0) as events,
    account as target,
    app_id,
    p.session_id,
    list_sort(list_distinct(list_filter([p.ip_address] || coalesce(u.addresses, []::varchar[]), a -> a is not null))) as ip_addresses,
    case
        when is_new_country then 'first time from this country for this user in ' || baseline_days || ' days of log'
        when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log'
    end as rarity,
    act_id as act,
    chain_records || [{'file_id': p.file_id, 'record': p.record, 'id': p.id}]
        || coalesce(u.records, []::struct(file_id integer, record bigint, id varchar)[]) as records
from phished as p
left join used as u on u.session_id = p.session_id
-- Of an account without a baseline: the session was then used from another address.
where is_strange or len(list_filter(u.addresses, a -> a <> p.ip_address)) > 0
order by first_seen, account, act
