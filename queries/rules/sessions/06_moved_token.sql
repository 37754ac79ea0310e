-- title: A token used elsewhere than it was issued
-- points: 3 in a network new for the user with an unknown client
-- points: 2 at another address of unknown network
-- points: 1 in another network
-- techniques: T1528, T1550.001
-- kind: act
select
    session,
    case
        when list_has_any(moved_networks, strange_networks) then 3
        when moved_networks is not null then 1
        else 2
    end as points,
    counted(moved_events, 'event', 'events') || ' by a token issued to another '
        || case when moved_networks is not null then 'network' else 'address, network unknown' end as sentence,
from session_facts
where moved_events > 0
