-- description: One row a session whose places must be compared with its user's earlier ones: which of them are strange. A network or
--   country is usual in a session if its user had it before the session began: a failed attempt is no proof of that. If not, the
--   client may still be the one that the session began with, or one that the user had elsewhere before: a laptop that travels, a
--   phone on another carrier. What is left is strange.
-- column session bigint: its number
-- column new_networks bigint[]: networks that the user had not had when it began
-- column strange_networks bigint[]: of them, those with an unknown client
-- column new_countries varchar[]: countries that the user had not had when it began
-- column strange_countries varchar[]: of them, those with an unknown client
-- column has_new_client boolean: nobody had any of its clients before it; NULL = it says nothing of clients
-- column has_past_networks boolean: its users were somewhere before it, the network of which is known
-- column has_past_countries boolean: its users were somewhere before it, the country of which is known
with
user_networks as (
    select person, network, min(event_time) as first_time
    from session_activity
    where network is not null and is_admitted
    group by all
),
user_countries as (
    select person, country, min(event_time) as first_time
    from session_activity
    where country is not null and is_admitted
    group by all
),
user_clients as (
    select person, client, min(event_time) as first_time
    from session_activity
    where client is not null and (network is not null or country is not null) and is_admitted
    group by all
),
-- Most sessions lie in one place that is usual: there is nothing to find out.
sessions_to_compare as (
    select session
    from session_counts as s
    left join user_networks as n on s.person = n.person and s.network = n.network
    left join user_countries as c on s.person = c.person and s.country = c.country
    where has_networks or has_countries or has_people
        or coalesce(n.first_time >= s.first_seen, s.network is not null)
        or coalesce(c.first_time >= s.first_seen, s.country is not null)
),
clients_at_places as materialized (
    select session, person, network, country, client, min(event_time) as first_time
    from session_activity
    where
        session in (select session from sessions_to_compare)
        and (network is not null or country is not null)
    group by all
),
beginnings as materialized (
    select
        session,
        min(first_time) as began,
        min_by(client, (first_time, client)) filter (where client is not null) as first_client,
    from clients_at_places
    group by session
),
places as materialized (
    select
        p.session,
        p.network,
        p.country,
        coalesce(bool_or(n.first_time < s.began), false) as is_usual_network,
        coalesce(bool_or(c.first_time < s.began), false) as is_usual_country,
        coalesce(bool_or(k.first_time < p.first_time or p.client = s.first_client), false) as has_known_client,
        bool_or(coalesce(k.first_time < s.began, false)) filter (where p.client is not null) as has_earlier_client,
    from clients_at_places as p
    join beginnings as s using (session)
    left join user_networks as n on p.person = n.person and p.network = n.network
    left join user_countries as c on p.person = c.person and p.country = c.country
    left join user_clients as k on p.person = k.person and p.client = k.client
    group by all
),
networks as (
    select
        session,
        list(network order by network) filter (where not is_usual) as new_networks,
        list(network order by network) filter (where not is_usual and not has_known_client) as strange_networks,
    from (
        select session, network, bool_or(is_usual_network) as is_usual, bool_or(has_known_client) as has_known_client
        from places
        where network is not null
        group by all
    )
    group by session
),
countries as (
    select
        session,
        list(country order by country) filter (where not is_usual) as new_countries,
        list(country order by country) filter (where not is_usual and not has_known_client) as strange_countries,
    from (
        select session, country, bool_or(is_usual_country) as is_usual, bool_or(has_known_client) as has_known_client
        from places
        where country is not null
        group by all
    )
    group by session
),
new_clients as (
    select session, not bool_or(has_earlier_client) as has_new_client
    from places
    group by session
),
user_pasts as (
    select
        person,
        min(event_time) filter (where network is not null) as first_network,
        min(event_time) filter (where country is not null) as first_country,
    from session_activity
    where is_admitted
    group by person
),
pasts as (
    select
        session,
        bool_or(u.first_network < s.began) as has_past_networks,
        bool_or(u.first_country < s.began) as has_past_countries,
    from (select distinct session, person from clients_at_places)
    join beginnings as s using (session)
    join user_pasts as u using (person)
    group by session
)
select
    session,
    new_networks,
    strange_networks,
    new_countries,
    strange_countries,
    has_new_client,
    has_past_networks,
    has_past_countries,
from new_clients
left join networks using (session)
left join countries using (session)
left join pasts using (session)
