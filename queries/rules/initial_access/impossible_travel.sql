-- title: Two sign-ins too far apart for the time between
-- severity: medium
-- techniques: T1078.004
-- catalogue: D21
-- meaning: One user signed in from two places between which nobody can travel in that time: two people use the account, or one of them
--   is behind a VPN.
-- false positives: VPN, relays, carriers whose addresses are placed wrongly. Microsoft's own front ends, relays and security
--   services are left out. A phone abroad that is at home in one of the two networks, or in a
--   carrier's, is low, and so is the same client behind a seller of VPN access. So
--   is a move between an office and a network that the account used on four days: an office may be a gateway.
-- blind spots: Places that the log does not know. Without coordinates those of its city in other sign-ins stand in, else the middle of the country, and the line says
--   so; then only different countries count. Accounts that were in both places on four days or more. Two places that are both offices of
--   the tenant, wherever they are said to be.
-- next: Ask the user which of the two was theirs. Compare device, client and second factor of both.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-protection/concept-identity-protection-risks; distance on a sphere of 6,371 km
-- lists: shared_networks, hosting_networks, country_centres
-- compares: places
-- seen: in 1 samples, marked 0 of 58 benign ones
with travellers as (
    select account
    from logons
    where is_success and kind = 'user' and account is not null
    group by account
    having min(country) <> max(country) or max(latitude) - min(latitude) > 4 or max(longitude) - min(longitude) > 6
),
-- Where a city is, by the sign-ins that have its coordinates: not every export has them.
city_places as (
    select country, city, median(latitude) as latitude, median(longitude) as longitude
    from evidence.sign_ins
    where city is not null and latitude is not null and longitude is not null
    group by country, city
),
cities as (
    select s.file_id, s.record, c.latitude, c.longitude
    from evidence.sign_ins as s
    join city_places as c using (country, city)
    where s.latitude is null
),
placed as (
    select
        l.account,
        l.event_time,
        l.ip_address,
        l.network,
        l.country,
        l.ip_address in (select ip_address from office_addresses) as is_office,
        coalesce(l.latitude, t.latitude) is null as is_middle,
        coalesce(l.latitude, t.latitude, c.latitude::double) as latitude,
        coalesce(l.longitude, t.longitude, c.longitude::double) as longitude,
        l.file_id,
        l.record
    from logons as l
    join travellers using (account)
    left join list_shared_networks as s on s.asn = l.network::varchar
    left join list_country_centres as c on c.country = l.country
    left join cities as t on t.file_id = l.file_id and t.record = l.record
    where l.is_success and l.kind = 'user' and l.ip_address is not null
        and coalesce(s.kind, '') not in ('microsoft', 'relay', 'security service')
        and coalesce(l.latitude, t.latitude, c.latitude::double) is not null
),
steps as (
    select
        *,
        lag({
            'event_time': event_time, 'ip_address': ip_address, 'network': network, 'country': country,
            'is_office': is_office, 'is_middle': is_middle, 'latitude': latitude, 'longitude': longitude, 'file_id': file_id, 'record': record
        }) over (partition by account order by event_time, file_id, record) as earlier
    from placed
),
moves as (
    select
        *,
        kilometres(earlier.latitude, earlier.longitude, latitude, longitude) as kilometres,
        date_sub('second', earlier.event_time, event_time) / 3600.0 as hours
    from steps
    where earlier is not null and ip_address <> earlier.ip_address and network is distinct from earlier.network
        and not (is_office and earlier.is_office)
),
-- A country's middle may be a thousand kilometres off.
too_fast as (
    select
        file_id,
        record,
        earlier.file_id as earlier_file_id,
        earlier.record as earlier_record,
        is_middle or earlier.is_middle as is_middle,
        is_office,
        is_office or earlier.is_office as has_office,
        kilometres,
        kilometres / greatest(hours, 0.05) as speed
    from moves
    where kilometres > 500
        and (kilometres - case when is_middle or earlier.is_middle then 1000 else 100 end) / greatest(hours, 0.05) > 1000
        and (not (is_middle or earlier.is_middle) or country <> earlier.country)
),
-- The sign-ins at both ends of such a move, with all that is known of them.
ends as (
    select
        l.*,
        coalesce(l.is_managed or l.is_compliant, false) as is_own_device,
        h.name as hosting,
        coalesce(s.kind, '') = 'mobile' as is_mobile,
        coalesce(h.kind, '') = 'vpn' as is_vpn,
        {'file_id': l.file_id, 'record': l.record, 'id': l.id} as evidence
    from (
        select
            event_time,
            account,
            ip_address,
            network,
            country,
            device_id,
            client,
            app_id,
            session_id,
            act_id,
            is_managed,
            is_compliant,
            file_id,
            record,
            id
        from logons
        where (file_id, record) in (select (file_id, record) from too_fast union select (earlier_file_id, earlier_record) from too_fast)
    ) as l
    left join list_shared_networks as s on s.asn = l.network::varchar
    left join list_hosting_networks as h on h.asn = l.network::varchar
),
impossible as (
    select
        later.*,
        earlier,
        m.is_middle,
        m.is_office,
        m.has_office,
        m.kilometres,
        m.speed
    from too_fast as m
    join ends as later on later.file_id = m.file_id and later.record = m.record
    join ends as earlier on earlier.file_id = m.earlier_file_id and earlier.record = m.earlier_record
),
judged as (
    select
        i.*,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(o.is_new_country, false) as is_earlier_new,
        coalesce(n.is_new_country and not coalesce(o.is_new_country, false), false) as is_own_before, -- what was done before the country that is new is the user's own
        coalesce(n.baseline_days, o.baseline_days) as baseline_days,
        -- a phone that roams is at its carrier's home and in a wireless network abroad at once
        coalesce(regexp_matches(i.client, '^(ios|android)') and i.client = i.earlier.client
            and (i.is_mobile or i.earlier.is_mobile or greatest(k.days, e.days) >= 3 or i.network in (select network from own_networks) or i.earlier.network in (select network from own_networks)), false) as roams,
        least(k.days, e.days) >= 4 as is_in_both,
        is_in_both and greatest(k.first_seen, e.first_seen) < i.event_time - interval 5 days as is_habit
    from impossible as i
    left join strange_logons as n on n.file_id = i.file_id and n.record = i.record
    left join strange_logons as o on o.file_id = i.earlier.file_id and o.record = i.earlier.record
    left join account_habits as k on k.feature = 'network' and k.kind = 'user' and k.account = i.account and k.value = i.network::varchar
    left join account_habits as e on e.feature = 'network' and e.kind = 'user' and e.account = i.account and e.value = i.earlier.network::varchar
),
-- There and back is one pair of places.
firsts as (
    select
        unnest(min_by(judged, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list_distinct(flatten(list(case when is_own_before then [ip_address] else [earlier.ip_address, ip_address] end)))) as addresses,
        list_sort(list_distinct(flatten(list(case when is_own_before then [evidence] else [earlier.evidence, evidence] end)))) as records
    from judged
    group by account, list_sort([country, earlier.country])
)
select
    case
        when is_own_device and earlier.is_own_device then 'info'
        when is_habit then 'info'
        when roams or has_office and is_in_both then 'low'
        when (is_mobile or earlier.is_mobile) and country = earlier.country then 'low'
        when device_id is not null and device_id = earlier.device_id then 'low'
        when (is_vpn or earlier.is_vpn) and client = earlier.client then 'low'
        when (is_new_country or is_earlier_new) and client is distinct from earlier.client then 'high'
        when is_own_device and client is not distinct from earlier.client then 'low'
        else 'medium'
    end as severity,
    account || ' signed in from ' || concat_ws(' ', earlier.ip_address, '(' || concat_ws(' ', earlier.country, 'AS' || earlier.network, earlier.hosting) || ')')
        || ' and ' || span_text(earlier.event_time, event_time) || ' later from '
        || concat_ws(' ', ip_address, '(' || concat_ws(' ', country, 'AS' || network, hosting) || ')')
        || ': ' || round(kilometres)::bigint || ' km, ' || least(round(speed)::bigint, 99999) || ' km/h'
        || case when is_middle then ', measured from the middle of the country' else '' end
        || case when times > 1 then '; ' || times || ' such moves' else '' end as what,
    account as who,
    -- what was done at the office is the user's own
    case when has_office and not is_office or is_own_before then event_time else earlier.event_time end as first_seen,
    last_time as last_seen,
    len(records) as events,
    account as target,
    -- of the end that is no office
    case when is_office then earlier.app_id else app_id end as app_id,
    case when is_office then earlier.session_id else session_id end as session_id,
    addresses as ip_addresses,
    case when is_new_country or is_earlier_new then 'first time from one of the countries for this user in ' || baseline_days || ' days of log' when is_habit then 'both networks are the user''s on four days or more' end as rarity,
    case when is_office then earlier.act_id else act_id end as act,
    records
from firsts
order by first_seen, account, act
