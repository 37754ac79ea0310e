-- description: One row a session: all that is judged of it. The rules of rules/sessions read it.
-- materialized: yes
-- ordered by: session_id
-- column session bigint: its number
-- column session_id varchar: as Entra ID issued it
-- column users varchar: who, by user principal name where it is known
-- column user_count bigint: different users
-- column people varchar[]: of several users, those with a user principal name
-- column first_seen timestamp: earliest event (UTC)
-- column last_seen timestamp: latest event (UTC)
-- column sign_ins bigint: in this session
-- column sign_ins_success bigint: of them
-- column sign_ins_failure bigint: of them
-- column sign_ins_interrupted bigint: of them
-- column sign_ins_interactive bigint: of them
-- column sign_ins_non_interactive bigint: of them
-- column audit_events bigint: in this session
-- column free_text_events bigint: audit events whose session id stood in no field of its own
-- column events_without_id bigint: audit events of its users within its time that have no session id: some of them may be its own
-- column is_system boolean: nothing but audit events of services
-- column root_file_id integer: the file of the sign-in that began it; NULL = not in these files
-- column root_record bigint: its record in the file
-- column start_page_without_device varchar: the application that it began at, if a page of an adversary in the middle may have led there
-- column is_chained boolean: one of its sign-ins follows the chain of errors that such a page leaves
-- column has_session_ids boolean: there are sign-ins with session ids in the files
-- column has_interactive boolean: there are interactive sign-ins in the files
-- column has_unknown_category boolean: a sign-in of which the export does not say whether it was interactive
-- column countries bigint: different countries
-- column country_list varchar[]: the countries
-- column has_countries boolean: there are several
-- column new_countries varchar[]: countries that the user had not had when it began
-- column strange_countries varchar[]: of them, those with an unknown client
-- column has_past_countries boolean: the user was somewhere before it, the country of which is known
-- column is_abroad boolean: all of its countries are new for a user who has earlier ones
-- column has_new_client boolean: nobody had any of its clients before it
-- column networks bigint: different autonomous systems
-- column network_list bigint[]: their numbers
-- column has_networks boolean: there are several
-- column new_networks bigint[]: networks that the user had not had when it began
-- column strange_networks bigint[]: of them, those with an unknown client
-- column has_past_networks boolean: the user was somewhere before it, the network of which is known
-- column is_off_network boolean: all of its networks are new for a user who has earlier ones, not all of its countries, with an unknown
--   client on no registered device
-- column addresses bigint: different addresses, where some of several are of unknown network
-- column unplaced_addresses bigint: of them, those of unknown network
-- column user_agents bigint: different user agents of sign-ins
-- column tools varchar[]: scripts and attack kits that user agents name
-- column systems varchar[]: the operating systems, if there are several
-- column devices varchar[]: the registered devices, if there are several
-- column is_device_code boolean: signed in by device code
-- column is_legacy boolean: signed in by a protocol that cannot do multifactor authentication
-- column risk varchar: the highest of its sign-ins, if it is medium or high
-- column moved_events bigint: audit events from another address and network than the sign-in that issued their token
-- column moved_networks bigint[]: the networks of these, as far as they are known
-- column notable_operations varchar: operations that change who gets in or where data goes
-- column is_rare boolean: one of these is none of those that many users change
-- column action varchar: how somebody tried to end the session and it went on: in words
-- column contained_at timestamp: when (UTC)
-- column by_user boolean: by its users themselves
-- column surviving_events bigint: events after that, before somebody gave the password anew
-- column last_event timestamp: the last of them (UTC)
with
user_names as (
    select list(user_name order by person) as names
    from (select distinct person, user_name from session_accounts)
),
loaded as (
    select
        count(session_id) > 0 as has_session_ids,
        count(*) filter (where category = 'interactive') > 0 as has_interactive,
    from evidence.sign_ins
),
named as (
    select
        c.*,
        v.* exclude (session, people, networks, countries, agents),
        case when has_people then list_transform(v.people, n -> user_names.names[n]) else [user_names.names[c.person]] end as user_list,
        case when has_networks then v.networks else [c.network] end as network_list,
        case when has_countries then v.countries else [c.country] end as country_list,
        coalesce(v.agents, has_agent::int) as user_agents,
    from session_counts as c
    cross join user_names
    left join session_values as v using (session)
)
select
    session,
    session_id,
    listed(list_filter(user_list, u -> u is not null)) as users,
    len(list_filter(user_list, u -> u is not null)) as user_count,
    case when has_people then list_filter(user_list, u -> contains(u, '@')) end as people,
    first_seen,
    last_seen,
    sign_ins,
    sign_ins_success,
    sign_ins_failure,
    sign_ins_interrupted,
    sign_ins_interactive,
    sign_ins_non_interactive,
    audit_events,
    free_text_events,
    coalesce(events_without_id, 0) as events_without_id,
    is_system,
    root_file_id,
    root_record,
    start_page_without_device,
    coalesce(is_chained, false) as is_chained,
    has_session_ids,
    has_interactive,
    has_unknown_category,
    len(list_filter(country_list, c -> c is not null)) as countries,
    list_filter(country_list, c -> c is not null) as country_list,
    coalesce(has_countries, false) as has_countries,
    new_countries,
    strange_countries,
    coalesce(has_past_countries, false) as has_past_countries,
    coalesce(has_past_countries and len(new_countries) = countries, false) as is_abroad,
    coalesce(has_new_client, false) as has_new_client,
    len(list_filter(network_list, n -> n is not null)) as networks,
    list_filter(network_list, n -> n is not null) as network_list,
    coalesce(has_networks, false) as has_networks,
    new_networks,
    strange_networks,
    coalesce(has_past_networks, false) as has_past_networks,
    coalesce(has_past_networks and len(new_networks) = networks, false) and not is_abroad
        and has_new_client and not has_registered_device as is_off_network,
    addresses,
    unplaced_addresses,
    user_agents,
    tools,
    systems,
    devices,
    is_device_code,
    is_legacy,
    risk,
    moved_events,
    moved_networks,
    notable_operations,
    is_rare,
    action,
    contained_at,
    by_user,
    surviving_events,
    last_event,
from named
cross join loaded
join session_numbers using (session)
left join session_operations using (session)
left join session_strays using (session)
left join session_places using (session)
left join session_roots using (session)
left join session_survivals using (session)
