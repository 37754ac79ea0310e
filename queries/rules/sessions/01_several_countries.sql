-- title: Several countries in a session
-- points: 4 with an unknown client in one that is new for the user, or where all are new and the client is
-- points: 2 if a country is new for the user
-- points: 1 if the user had them before
-- techniques: T1550.001, T1539
-- kind: place
select
    session,
    case
        when strange_countries is not null then 4
        when is_abroad then case when has_new_client then 4 else 2 end
        when new_countries is not null then 2
        else 1
    end as points,
    countries || ' countries: ' || listed(country_list)
        || new_among(country_list, new_countries, strange_countries, has_past_countries, is_abroad and has_new_client) as sentence,
from session_facts
where has_countries
