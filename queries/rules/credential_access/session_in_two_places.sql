-- title: One session in two places
-- severity: medium
-- techniques: T1539
-- catalogue: D12
-- meaning: Acts of one session came from two countries, or from two networks with two kinds of client. A session belongs to one
--   client: whoever uses it elsewhere took it along, as a thief does with a cookie or token.
-- false positives: Neighbouring countries, devices of the organization, and travel at the speed of an aeroplane by an account
--   with a baseline are low, and so is its phone that roams. A phone between wireless network and carrier; a VPN that carries only a part of the traffic.
-- blind spots: A thief in the same network or country with the same kind of client. Addresses whose place is known from
--   no sign-in count only where a program or a second kind of client is at work.
-- next: Ask the user which of the places is theirs. Revoke the session, and read what it did from the other one.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
-- lists: hosting_networks, shared_networks, country_centres
-- compares: places
-- seen: in 2 samples, marked 0 of 58 benign ones
with moving_sessions as (
    select session_id
    from session_spans
    group by session_id
    having min(lowest_country) <> max(highest_country)
        or min(lowest_network) <> max(highest_network)
        or bool_or(has_unknown_place) and min(lowest_address) <> max(highest_address)
),
used as (
    select
        session_id,
        account,
        ip_address,
        network,
        country,
        client,
        user_agent,
        device_id,
        coalesce(is_managed or is_compliant, false) as is_managed,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events
    from logons
    where session_id in (from moving_sessions) and ip_address is not null and kind = 'user' and is_success
    group by all
    union all
    select
        e.session_id,
        e.account,
        e.ip_address,
        a.network,
        upper(a.country),
        null,
        null,
        null,
        false,
        e.first_seen,
        e.last_seen,
        e.events
    from (
        select
            session_id,
            account,
            ip_address,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
            count(*) as events
        from session_acts
        where session_id in (from moving_sessions) and ip_address is not null
        group by all
    ) as e
    left join addresses as a on a.ip_address = e.ip_address
),
placed as (
    select
        u.*,
        -- the countries with offices of the tenant are one area
        case when o.ip_address is not null or u.country in (select country from office_addresses where country is not null) then 'home' else u.country end as area,
        h.name as hosting,
        coalesce(s.kind, '') as shared,
        c.latitude::double as latitude,
        c.longitude::double as longitude,
        t.tool
    from used as u
    left join tool_user_agents as t on t.user_agent = u.user_agent
    left join office_addresses as o on o.ip_address = u.ip_address
    left join list_country_centres as c on c.country = u.country
    left join list_hosting_networks as h on h.asn = u.network::varchar
    left join list_shared_networks as s on s.asn = u.network::varchar
),
sessions_seen as (
    select
        session_id,
        mode(account order by account) as account,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(events)::bigint as events,
        list_sort(list(distinct ip_address)) as addresses,
        list_sort(list(distinct country) filter (where country is not null and shared not in ('microsoft', 'relay', 'security service'))) as countries,
        count(distinct area) filter (where shared not in ('microsoft', 'relay', 'security service')) as areas,
        list_sort(list(distinct network) filter (where network is not null and shared not in ('microsoft', 'relay', 'security service'))) as networks,
        count(distinct regexp_extract(client, '^[a-z]+')) as systems,
        list_sort(list(distinct client) filter (where client is not null)) as clients,
        count(distinct device_id) as devices,
        count(distinct client) = 1 and bool_and(regexp_matches(client, '^(ios|android)')) filter (where client is not null) as is_phone,
        bool_and(is_managed) filter (where user_agent is not null) as is_managed,
        bool_or(network in (select network from own_networks)) as has_own_network,
        max(hosting) as hosting,
        max(tool) as tool,
        -- the corners of what lies between the middles of the countries
        kilometres(min(latitude), min(longitude), max(latitude), max(longitude)) as kilometres,
        count(distinct case when not contains(ip_address, ':') then regexp_extract(ip_address, '^\d+\.\d+') end) as ranges,
        bool_or(network is null and country is null) as is_place_unknown
    from placed
    group by session_id
    having count(distinct ip_address) > 1
),
-- How fast somebody had to travel between the uses of a session in two countries, in kilometres an hour; the middle of a
-- country may be a thousand kilometres off.
uses as (
    select
        session_id,
        event_time,
        file_id,
        record,
        country
    from logons
    where is_success and session_id in (select session_id from sessions_seen where len(countries) > 1)
    union all
    select
        e.session_id,
        e.event_time,
        e.file_id,
        e.record,
        upper(a.country)
    from session_acts as e
    join addresses as a on a.ip_address = e.ip_address
    where e.session_id in (select session_id from sessions_seen where len(countries) > 1)
),
moves as (
    select
        u.session_id,
        u.event_time,
        c.latitude::double as latitude,
        c.longitude::double as longitude,
        lag({'event_time': u.event_time, 'latitude': c.latitude::double, 'longitude': c.longitude::double})
            over (partition by u.session_id order by u.event_time, u.file_id, u.record) as earlier
    from uses as u
    join list_country_centres as c on c.country = u.country
),
speeds as (
    select
        session_id,
        max(
            greatest(kilometres(earlier.latitude, earlier.longitude, latitude, longitude) - 1000, 0)
            / greatest(date_sub('second', earlier.event_time, event_time) / 3600.0, 0.05)
        ) as speed
    from moves
    where earlier is not null
    group by session_id
),
judged as (
    select
        s.*,
        v.speed,
        -- countries that the account had used on other days before the session
        len(list_filter(s.countries, c -> contains(coalesce(k.countries, []::varchar[]), c))) as known_countries,
        k.countries is not null as has_baseline,
        k.days_before
    from sessions_seen as s
    left join (
        select
            s.session_id,
            list(h.value) as countries,
            date_sub('day', min(h.account_first_seen), min(s.first_seen)) as days_before
        from sessions_seen as s
        join account_habits as h on h.account = s.account and h.feature = 'country' and h.first_seen < s.first_seen - interval 1 day and h.days >= 2
        group by s.session_id
    ) as k using (session_id)
    left join speeds as v using (session_id)
    where len(s.countries) > 1
        or (len(s.networks) > 1 and (s.systems > 1 or s.hosting is not null))
        or s.is_place_unknown and s.ranges > 1
),
found as (
    select *
    from judged
    where (areas > 1 and coalesce(known_countries, 0) < len(countries)) or (len(countries) > 1 and (systems > 1 or tool is not null or hosting is not null))
        or (len(networks) > 1 and (systems > 1 or tool is not null or hosting is not null)) or (ranges > 1 and (tool is not null or is_place_unknown and systems > 1))
),
acts as (
    select session_id, list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from (
        select session_id, file_id, record, id, event_time
        from logons
        where is_success and kind = 'user' and ip_address is not null and session_id in (select session_id from found)
        union
        select session_id, file_id, record, id, event_time
        from session_acts
        where ip_address is not null
            and session_id in (select session_id from found)
    )
    group by session_id
)
select
    case
        when len(countries) > 1 and is_managed then 'low'
        when len(countries) > 1 and (systems > 1 or tool is not null or hosting is not null) then 'high'
        when len(countries) > 1 and known_countries = len(countries) then 'low'
        when areas > 1 and kilometres < 1500 then 'low'
        when areas > 1 and (has_baseline and speed < 900 or is_phone and (has_baseline or has_own_network)) then 'low'
        when areas > 1 then 'medium'
        when len(networks) > 1 and systems > 1 then 'medium'
        when len(networks) > 1 and (tool is not null or not has_baseline) then 'medium'
        when tool is not null or systems > 1 then 'medium'
        else 'low'
    end as severity,
    'One session of ' || coalesce(account, 'an unknown user') || ' was used from '
        || case
            when len(countries) > 1 then counted(len(countries), 'country', 'countries') || ' (' || listed(countries) || ')'
            when len(networks) > 1 then counted(len(networks), 'network', 'networks') || ' (' || listed(as_names(networks)) || ')'
            else counted(len(addresses), 'address', 'addresses')
        end || ': ' || few(addresses)
        || case when systems > 1 then ', with ' || few(clients) else '' end
        || case when tool is not null and not (systems > 1 and list_contains(clients, lower(tool))) then ', by a program (' || tool || ')' else '' end
        || coalesce(', one of the networks is ' || hosting, '') as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    null::varchar as app_id,
    session_id,
    addresses as ip_addresses,
    case
        when len(countries) > 1 and has_baseline then
            case known_countries when 0 then 'none of the countries was' when 1 then 'one of the countries was' else known_countries || ' of the countries were' end
            || ' the account''s before, in ' || counted(days_before, 'day', 'days') || ' of log'
    end as rarity,
    'session ' || session_id as act,
    records
from found
join acts using (session_id)
order by first_seen, session_id
