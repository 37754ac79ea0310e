-- title: Where sign-ins came from
-- description: One row a country, state and city, as Entra ID placed the address. is_new is true where the first success
--   from the place, over all evidence, lies in the last seven days; baseline_days is how many days of evidence lie
--   before those seven, and without any is_new is empty. named_locations are the networks that the tenant gave a
--   name. The row without a country has the sign-ins without a place, such as those of managed identities.
-- position: 8
-- topics: countries, geolocation, named locations
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: There is no firm connection between an address and a place: mobile networks and VPNs move it far away. In
--   non-interactive sign-ins of confidential clients it is the address to which the token was first issued. Only JSON
--   exports carry named locations.
-- chart: map x=country y=sign_ins overview=yes title=Sign-ins by country
with last_week as (
    select
        max(event_time) - interval 7 days as starts,
        date_sub('day', min(event_time), max(event_time)) - 7 as baseline_days
    from evidence.sign_ins
),
first_successes as (
    select
        country,
        state,
        city,
        min(event_time) as first_success
    from evidence.sign_ins
    where status = 'success'
    group by all
),
by_user as (
    select
        country,
        state,
        city,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by all
),
by_place as (
    select
        country,
        state,
        city,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        count(who) as users,
        count(who) filter (where success > 0) as users_signed_in,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from by_user
    group by all
),
networks as (
    select
        country,
        state,
        city,
        count(distinct ip_address) as ip_addresses,
        count(distinct autonomous_system_number) as networks,
        listed(list_sort(list(distinct named_locations) filter (where named_locations is not null))) as named_locations
    from (select distinct country, state, city, ip_address, autonomous_system_number, named_locations from sign_ins)
    group by all
)
select
    p.country,
    p.state,
    p.city,
    p.sign_ins,
    p.success,
    p.failure,
    p.interrupted,
    p.users,
    p.users_signed_in,
    case when last_week.baseline_days > 0
        then coalesce(f.first_success >= last_week.starts, false) end as is_new,
    n.ip_addresses,
    n.networks,
    n.named_locations,
    greatest(last_week.baseline_days, 0) as baseline_days,
    p.first_seen,
    p.last_seen
from by_place as p
join networks as n
    on n.country is not distinct from p.country
    and n.state is not distinct from p.state
    and n.city is not distinct from p.city
left join first_successes as f
    on f.country is not distinct from p.country
    and f.state is not distinct from p.state
    and f.city is not distinct from p.city
cross join last_week
order by
    p.sign_ins desc,
    p.country,
    p.state,
    p.city
