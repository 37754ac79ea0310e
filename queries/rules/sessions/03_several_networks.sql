-- title: Several networks in a session
-- points: 3 with an unknown client in one that is new for the user
-- points: 2 if all are new for a user who has earlier ones, with an unknown client on no registered device
-- points: 1 otherwise
-- techniques: T1550.001, T1539
-- kind: place
select
    session,
    case
        when strange_networks is not null then 3
        when is_off_network then 2
        else 1
    end as points,
    networks || ' networks: ' || listed(as_names(network_list))
        || new_among(network_list, as_names(new_networks), as_names(strange_networks), has_past_networks, is_off_network) as sentence,
from session_facts
where has_networks
