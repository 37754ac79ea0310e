-- title: A whole session from a country new for a user who has earlier ones
-- points: 4 with an unknown client
-- points: 2 with a known one
-- techniques: T1078.004
-- kind: place
select
    session,
    case when has_new_client then 4 else 2 end as points,
    'whole session from a country new for the user: ' || country_list[1]
        || case when has_new_client then ', unknown client' else '' end as sentence,
from session_facts
where is_abroad and not has_countries
