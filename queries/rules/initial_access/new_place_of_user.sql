-- title: New country, or new network and client, of a user
-- severity: low
-- techniques: T1078.004
-- catalogue: D22
-- meaning: The user signed in from a country, or from a network with a kind of client, that they had not used before.
--   Together with one factor, no registered device or a rented server it is how a stolen account begins.
-- false positives: Travel: on the organization's device the line is info, and with a new phone in a country near the user's
--   own, with a second factor, low. A new phone, a new home.
-- blind spots: The first days of the export: a user needs successes on four days, the first five days before.
-- next: Ask the user whether they were there. Compare with what else the session did.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-protection/concept-identity-protection-risks
-- lists: hosting_networks, shared_networks, country_centres
-- seen: in 6 samples, marked 0 of 58 benign ones
with strange as (
    select
        l.*,
        n.baseline_days,
        n.is_new_country,
        n.is_new_network,
        n.is_new_client,
        h.name as hosting,
        coalesce(l.is_managed or l.is_compliant, false) as is_own_device,
        coalesce(l.requirement, '') = 'single_factor' and coalesce(l.is_interactive, false) as is_one_factor,
        case when n.is_new_country then l.country else 'AS' || l.network end as place_name
    from logons as l
    join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    where l.is_success and l.kind = 'user'
        and (n.is_new_country or (n.is_new_network and n.is_new_client))
        and l.network::varchar not in (select asn from list_shared_networks where kind in ('microsoft', 'relay', 'security service'))
        and l.ip_address not in (select ip_address from office_addresses)
),
places as (
    select
        account,
        place_name,
        bool_or(is_new_country) as is_new_country,
        bool_or(is_new_client) as is_new_client,
        max(country) as country,
        min_by(network, (event_time, file_id, record)) as network,
        max(hosting) as hosting,
        bool_and(is_own_device) as is_own_device,
        bool_or(is_one_factor) as is_one_factor,
        bool_or(device_id is null) as has_no_device,
        min_by(client, (event_time, file_id, record)) as client,
        max(baseline_days) as baseline_days,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(app, (event_time, file_id, record)) as app,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from strange
    where place_name is not null
    group by account, place_name
),
homes as (
    select
        account,
        max_by(value, (days, successes, value)) as country
    from account_habits
    where feature = 'country' and kind = 'user'
    group by account
),
-- Kilometres between the middles of the two countries: below 1,500 they are counted as neighbours.
judged as (
    select
        p.*,
        h.country as home,
        kilometres(a.latitude::double, a.longitude::double, b.latitude::double, b.longitude::double) as kilometres
    from places as p
    left join homes as h using (account)
    left join list_country_centres as a on a.country = h.country
    left join list_country_centres as b on b.country = p.country
    -- who was on a journey when the log begins comes home
    where not (p.is_new_country and p.country = h.country)
)
select
    case
        when is_own_device then 'info'
        when is_new_country and is_new_client and is_one_factor then 'high'
        when is_new_country and is_new_client and hosting is not null then 'high'
        when is_new_country and kilometres < 1500 and regexp_matches(client, '^(ios|android)') and not is_one_factor and hosting is null then 'low'
        when is_new_country and has_no_device and (is_one_factor or is_new_client or hosting is not null) then 'medium'
        when is_new_country and has_no_device and kilometres > 5000 and is_one_factor then 'medium'
        when not is_new_country and is_one_factor and hosting is not null then 'medium'
        else 'low'
    end as severity,
    account || ' signed in from ' || case when is_new_country then coalesce(country, 'a country') || ', which is new for them' else 'a network and with a client that are new for them' end
        || coalesce(' (' || nullif(concat_ws(' ', few(addresses), 'AS' || network, hosting), '') || ')', '')
        || case when is_new_country and kilometres is not null then ', about ' || (round(kilometres, -2)::integer) || ' km from ' || home else '' end
        || case when is_new_client and client is not null then case when is_new_country then ', with a new client (' || client || ')' else ': ' || client end else '' end
        || case when is_own_device then ', on the organization''s device' when has_no_device then ', without a registered device' else '' end
        || case when is_one_factor then ', with one factor' else '' end as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'first time for this user in ' || baseline_days || ' days of log' as rarity,
    act_id as act,
    records
from judged
order by first_seen, account, place_name
