-- title: A whole session from a network new for a user who has earlier ones
-- points: 2 with an unknown client on no registered device
-- techniques: T1078.004
-- kind: place
select
    session,
    2 as points,
    'whole session from a network new for the user: AS' || network_list[1] || ', unknown client' as sentence,
from session_facts
where is_off_network and not has_networks
