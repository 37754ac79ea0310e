-- title: Sessions that go on from another country or network
-- description: Each sign-in of a session whose country or network is another than that of the one before in the session, with both. A
--   stolen token goes on from where the thief is.
-- position: 6
-- needs: sign_ins
-- caveat: A mobile phone and a VPN change the network of a session too.
with
ordered as (
    select
        lower(session_id) as session_id,
        lower(user_principal_name) as user_name,
        event_time,
        id,
        ip_address,
        autonomous_system_number,
        country,
        lag(ip_address) over (partition by lower(session_id) order by event_time, id, file_id, record) as address_before,
        lag(autonomous_system_number) over (partition by lower(session_id) order by event_time, id, file_id, record) as network_before,
        lag(country) over (partition by lower(session_id) order by event_time, id, file_id, record) as country_before
    from sign_ins
    where session_id <> '' and event_time is not null and id is not null
)
select
    session_id,
    user_name,
    event_time,
    id,
    address_before,
    ip_address,
    network_before,
    autonomous_system_number,
    country_before,
    country
from ordered
where country <> country_before or autonomous_system_number <> network_before
order by session_id, event_time, id
