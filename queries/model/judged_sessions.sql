-- description: One row a session id, over sign-ins and audit log, with the reasons why a person should look at it.
--   Session ids are issued on success: failed attempts have none. Addresses that a service writes of itself, or that are
--   those of an earlier token, are not counted. The network and country of an audit event's address are those that
--   addresses gives.
-- materialized: yes
-- ordered by: session_id
-- column session_id varchar: as Entra ID issued it
-- column users varchar: who, by user principal name where it is known
-- column attention varchar: high (7 points or more), look (3 or more), low, none
-- column points bigint: sum of the points of the reasons
-- column reasons varchar: why to look at it, each with its points as (+N); NULL = nothing stands out
-- column first_seen timestamp: earliest event (UTC)
-- column last_seen timestamp: latest event (UTC)
-- column duration_minutes bigint: between the two
-- column sign_ins bigint: in this session
-- column sign_ins_success bigint: of them
-- column sign_ins_failure bigint: of them
-- column sign_ins_interrupted bigint: of them
-- column sign_ins_interactive bigint: of them
-- column sign_ins_non_interactive bigint: of them
-- column audit_events bigint: in this session
-- column free_text_events bigint: audit events whose session id stood in no field of its own
-- column events_without_id bigint: audit events of its users within its time that have no session id: some of them
--   may be its own
-- column user_count bigint: different users
-- column networks bigint: different autonomous systems
-- column countries bigint: different countries
-- column user_agents bigint: different user agents of sign-ins
-- column network_list varchar: the autonomous systems
-- column country_list varchar: the countries
-- column moved_events bigint: audit events from another address and network than the sign-in that issued their token
-- column notable_operations varchar: operations that change who gets in or where data goes
-- column root_file_id integer: the sign-in that began it: its first successful interactive one, NULL = not in these
--   files
-- column root_record bigint: its record in the file
with
session_audit_events as (
    select
        *,
        client_address(ip_address) as address,
    from evidence.audit_events
    where session_id <> ''
),
session_sign_ins as (
    select
        *,
        caller_address(ip_address, category, client_credential_type) as address,
    from evidence.sign_ins
    where session_id <> ''
),
issuing_sign_ins as (
    select
        lower(s.id) as id,
        caller_address(s.ip_address, s.category, s.client_credential_type) as ip_address,
        s.ip_address_from_resource_provider as seen_by_resource,
        coalesce(s.autonomous_system_number, a.network) as network,
    from evidence.sign_ins as s
    left join addresses as a on caller_address(s.ip_address, s.category, s.client_credential_type) = a.ip_address
    where lower(s.id) in (select sign_in_id from session_audit_events)
    qualify row_number() over (partition by lower(s.id) order by s.event_time, s.file_id, s.record) = 1
),
-- Sessions, accounts and systems are numbered, for many rows are grouped several
-- times as fast by numbers as by texts; of devices, addresses and user agents it
-- is enough here whether they differ, which their hashes tell.
known_sessions as materialized (
    select
        session_id,
        row_number() over () as session,
    from (select session_id from session_sign_ins union select session_id from session_audit_events)
),
-- The audit log may have an account's name where its id belongs.
accounts as materialized (
    select
        *,
        dense_rank() over (order by user_name) as person,
    from (
        select
            a.user_id,
            a.user_principal_name,
            nullif(coalesce(n.user_principal_name, home_account(a.user_principal_name), lower(a.user_id)), '') as user_name,
        from (
            select user_id, user_principal_name from session_sign_ins
            union
            select user_id, user_id from session_audit_events
        ) as a
        left join account_names as n on lower(a.user_id) = n.user_id
    )
    where user_name is not null
),
people as materialized (
    select distinct
        person,
        user_name,
    from accounts
),
-- The system and the program, without their versions.
programs as materialized (
    select
        *,
        case when system_name is not null then dense_rank() over (order by system_name) end as system,
    from (
        select
            operating_system,
            browser,
            nullif(regexp_extract(lower(operating_system), '^[a-z]+'), '') as system_name,
            nullif(regexp_extract(lower(browser), '^[a-z ]+'), '') as program,
        from (select distinct operating_system, browser from session_sign_ins)
    )
),
agents as materialized (
    select
        user_agent,
        tool_agent(user_agent) as tool,
    from (select user_agent from session_sign_ins union select user_agent from session_audit_events)
),
names as materialized (
    select
        (select list(user_name order by person) from people) as of_people,
        (select list(system_name order by system) from (select distinct system, system_name from programs where system is not null)) as of_systems,
),
activity as materialized (
    select
        k.session,
        s.event_time,
        true as is_sign_in,
        s.status,
        coalesce(s.status, 'success') = 'success' as is_admitted,
        s.category,
        u.person,
        case when s.address is not null then hash(s.address) end as address,
        case when s.address is not null then coalesce(s.autonomous_system_number, a.network) end as network,
        case when s.address is not null then coalesce(nullif(s.country, ''), a.country) end as country,
        case when s.user_agent <> '' then hash(s.user_agent) end as agent,
        t.tool,
        p.system,
        case when s.device_id <> '' then hash(s.device_id) end as device,
        -- a program on a device
        hash(p.system_name, coalesce(p.program, s.user_agent), s.device_id) as client,
        s.authentication_protocol = 'deviceCode' or s.original_transfer_method = 'deviceCodeFlow' as is_device_code,
        s.is_legacy_auth or s.authentication_protocol = 'ropc' as is_legacy,
        case
            when 'high' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'high'
            when 'medium' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'medium'
        end as risk,
        false as is_moved,
        null as operation,
        false as has_failed,
        false as is_system,
        false as is_free_text,
        case
            when is_start_page_without_device(s.app_id, s.device_id) then coalesce(s.app_display_name, s.app_id)
        end as start_page_without_device,
        s.file_id,
        s.record,
    from session_sign_ins as s
    join known_sessions as k using (session_id)
    left join accounts as u on s.user_id is not distinct from u.user_id and s.user_principal_name is not distinct from u.user_principal_name
    left join addresses as a
        on case when s.autonomous_system_number is null or coalesce(s.country, '') = '' then s.address end = a.ip_address
    left join programs as p on s.operating_system is not distinct from p.operating_system and s.browser is not distinct from p.browser
    left join agents as t on s.user_agent = t.user_agent
    union all
    select
        k.session,
        e.event_time,
        false,
        null,
        e.operation is distinct from 'UserLoginFailed' and coalesce(e.error_number, 0) = 0,
        null,
        u.person,
        case when e.address is not null then hash(e.address) end,
        a.network,
        a.country,
        null,
        t.tool,
        null,
        null,
        null,
        false,
        false,
        null,
        e.address <> s.ip_address
            and e.address is distinct from s.seen_by_resource
            and coalesce(a.network <> s.network, true),
        e.operation,
        lower(e.result_status) in ('failed', 'failure', 'false'),
        coalesce(e.is_system, false),
        e.session_id_source = 'free text',
        null,
        null,
        null,
    from session_audit_events as e
    join known_sessions as k using (session_id)
    left join addresses as a on e.address = a.ip_address
    left join accounts as u on e.user_id = u.user_id and e.user_id = u.user_principal_name
    left join issuing_sign_ins as s on e.sign_in_id = s.id
    left join agents as t on e.user_agent = t.user_agent
),
operations as materialized (
    select
        session,
        string_agg(
            notable || ' ' || times || case when failed > 0 then ' (' || failed || ' failed)' else '' end, ', ' order by notable
        ) as notable_operations,
        bool_or(notable not in ('inbox rule', 'mailbox settings', 'anonymous link', 'password')) as is_rare,
    from (
        select
            session,
            notable_operation(operation) as notable,
            count(*) as times,
            count(*) filter (where has_failed) as failed,
        from activity
        where notable_operation(operation) is not null
        group by all
    )
    group by session
),

-- Most sessions have one user, network, country, system and device: lists of these
-- are only made where there are more.
counted_sessions as materialized (
    select
        session,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) filter (where is_sign_in) as sign_ins,
        count(*) filter (where status = 'success') as sign_ins_success,
        count(*) filter (where status = 'failure') as sign_ins_failure,
        count(*) filter (where status = 'interrupted') as sign_ins_interrupted,
        count(*) filter (where category = 'interactive') as sign_ins_interactive,
        count(*) filter (where category = 'non_interactive') as sign_ins_non_interactive,
        count(*) filter (where not is_sign_in) as audit_events,
        count(*) filter (where is_free_text) as free_text_events,
        min(person) as person,
        min(network) as network,
        any_value(country) as country,
        min(person) < max(person) as has_people,
        min(network) < max(network) as has_networks,
        min(hash(country)) filter (where country is not null) < max(hash(country)) filter (where country is not null) as has_countries,
        min(system) < max(system) as has_systems,
        min(device) < max(device) as has_devices,
        min(agent) < max(agent) as has_agents,
        min(address) < max(address) and bool_or(address is not null and network is null) as has_unplaced_addresses,
        bool_or(device is not null) as has_registered_device,
        bool_or(agent is not null) as has_agent,
        bool_or(tool is not null) as has_tools,
        coalesce(bool_or(is_device_code), false) as is_device_code,
        coalesce(bool_or(is_legacy), false) as is_legacy,
        min(risk) as risk, -- high sorts before medium
        count(*) filter (where is_moved) as moved_events,
        bool_or(is_sign_in and category is null) as has_unknown_category,
        bool_and(is_system) as is_system,
    from activity
    group by session
),
several_values as (
    select
        session,
        list_sort(list(distinct person) filter (where person is not null)) as people,
        list_sort(list(distinct network) filter (where network is not null)) as networks,
        list_sort(list(distinct country) filter (where country is not null)) as countries,
        list_sort(list(distinct system) filter (where system is not null)) as systems,
        list_sort(list(distinct tool) filter (where tool is not null)) as tools,
        list(distinct network) filter (where is_moved and network is not null) as moved_networks,
    from activity
    where session in (
        select session
        from counted_sessions
        where has_people or has_networks or has_countries or has_systems or has_tools or moved_events > 0
    )
    group by session
),
several_devices as (
    select
        k.session,
        list_sort(list(distinct d.device_name)) as devices,
    from session_sign_ins as s
    join known_sessions as k using (session_id)
    join device_names as d using (device_id)
    where k.session in (select session from counted_sessions where has_devices)
    group by k.session
),
several_agents as (
    select
        session,
        count(distinct agent) as agents,
    from activity
    where agent is not null and session in (select session from counted_sessions where has_agents)
    group by session
),
several_addresses as (
    select
        session,
        count(distinct address) as addresses,
        count(distinct address) filter (where network is null) as unplaced_addresses,
    from activity
    where session in (select session from counted_sessions where has_unplaced_addresses)
    group by session
),
per_session as materialized (
    select
        c.*,
        people,
        networks as several_networks,
        countries as several_countries,
        list_transform(systems, n -> names.of_systems[n]) as systems,
        devices,
        coalesce(agents, has_agent::int) as user_agents,
        tools,
        moved_networks,
    from counted_sessions as c
    cross join names
    left join several_values using (session)
    left join several_devices using (session)
    left join several_agents using (session)
),
-- Which places are strange. A network or country is usual in a session if its
-- user had it before the session began: a failed attempt is no proof of that. If
-- not, the client may still be the one that the session began with, or one that
-- the user had elsewhere before: a laptop that travels, a phone on another
-- carrier. What is left is strange.
user_networks as (
    select person, network, min(event_time) as first_time
    from activity
    where network is not null and is_admitted
    group by all
),
user_countries as (
    select person, country, min(event_time) as first_time
    from activity
    where country is not null and is_admitted
    group by all
),
user_clients as (
    select person, client, min(event_time) as first_time
    from activity
    where client is not null and (network is not null or country is not null) and is_admitted
    group by all
),
-- Most sessions lie in one place that is usual: there is nothing to find out.
sessions_to_compare as (
    select session
    from counted_sessions as s
    left join user_networks as n on s.person = n.person and s.network = n.network
    left join user_countries as c on s.person = c.person and s.country = c.country
    where has_networks or has_countries or has_people
        or coalesce(n.first_time >= s.first_seen, s.network is not null)
        or coalesce(c.first_time >= s.first_seen, s.country is not null)
),
clients_at_places as materialized (
    select session, person, network, country, client, min(event_time) as first_time
    from activity
    where
        session in (select session from sessions_to_compare)
        and (network is not null or country is not null)
    group by all
),
beginnings as (
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
strange_networks as (
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
strange_countries as (
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
-- Whether nobody had any of a session's clients before it; NULL = it tells of none.
new_clients as (
    select session, not bool_or(has_earlier_client) as has_new_client
    from places
    group by session
),
-- Whether its users did anything before it, the places of which are known.
user_pasts as (
    select
        person,
        min(event_time) filter (where network is not null) as first_network,
        min(event_time) filter (where country is not null) as first_country,
    from activity
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
),

-- The sign-in that began it: its first successful interactive one.
roots as (
    select
        session,
        file_id,
        record,
        start_page_without_device,
    from activity
    where status = 'success' and (category = 'interactive' or category is null)
    qualify row_number() over (partition by session order by event_time, file_id, record) = 1
),
-- The errors that a page of an adversary in the middle (AiTM) leaves on the way
-- to a session: the second factor is asked for, the prompt to stay signed in,
-- and it is in; or a policy asks for the device that the page does not have.
chains as (
    select correlation_id
    from evidence.sign_ins
    where error_code in (50074, 50140, 53000) and correlation_id <> ''
        and is_start_page_without_device(app_id, device_id)
    group by correlation_id
    having bool_or(error_code = 50074) and bool_or(error_code in (50140, 53000))
),
chained as (
    select session
    from known_sessions
    where session_id in (
        select session_id
        from session_sign_ins
        where status = 'success' and correlation_id in (select correlation_id from chains)
    )
),

-- What its users did in its time without a session id, counted by the number of
-- such events up to its end less that before its start.
events_without_id as materialized (
    select
        person,
        event_time,
        max(n) as n,
    from (
        select
            people.person,
            e.event_time,
            row_number() over (partition by people.person order by e.event_time) as n,
        from evidence.audit_events as e
        left join account_names as u on lower(e.user_id) = u.user_id
        join people on people.user_name = coalesce(u.user_principal_name, home_account(e.user_id))
        where coalesce(e.session_id, '') = '' and not coalesce(e.is_system, false) and e.event_time is not null
    )
    group by all
),
people_of_sessions as (
    select
        session,
        unnest(case when has_people then people else [person] end) as person,
        first_seen,
        last_seen,
    from per_session
    where first_seen is not null and person is not null
),
counts_without_id as (
    select
        session,
        sum(coalesce(until.n, 0) - coalesce(before.n, 0))::bigint as events,
    from (from people_of_sessions where person in (select person from events_without_id)) as p
    asof left join events_without_id as until on p.person = until.person and p.last_seen >= until.event_time
    asof left join events_without_id as before on p.person = before.person and p.first_seen > before.event_time
    group by session
),

-- When somebody gave the password in a session, not only a claim that it had been.
passwords_given as (
    select
        s.session_id,
        s.event_time,
    from session_sign_ins as s
    join evidence.sign_in_steps as p
        on s.id = p.sign_in_id and coalesce(p.parent_file_id = s.file_id and p.parent_record = s.record, true)
    where s.status = 'success' and p.succeeded and p.method ilike 'password%' and s.event_time is not null
    group by all
),
-- Events after a reset or revocation that came while the session went on, until
-- somebody gave the password anew.
survivals as (
    select
        p.session,
        min_by(c.action, (c.by_user, c.event_time, c.action)) as action,
        min_by(c.event_time, (c.by_user, c.event_time, c.action)) as event_time,
        bool_and(c.by_user) as by_user,
    from people_of_sessions as p
    join people using (person)
    join containments as c on people.user_name = c.account and c.event_time > p.first_seen and c.event_time < p.last_seen
    group by p.session
),
survivors as (
    select
        s.session,
        any_value(s.action) as action,
        any_value(s.event_time) as contained_at,
        any_value(s.by_user) as by_user,
        count(*) as events,
        max(a.event_time) as last_event,
    from survivals as s
    join known_sessions as k using (session)
    join activity as a on s.session = a.session and a.event_time > s.event_time
    asof left join passwords_given as p on k.session_id = p.session_id and s.event_time < p.event_time
    where p.event_time is null or a.event_time < p.event_time
    group by s.session
),

loaded as (
    select
        count(session_id) > 0 as has_session_ids,
        count(*) filter (where category = 'interactive') > 0 as has_interactive,
    from evidence.sign_ins
),
known as (
    select
        per_session.* exclude (people),
        case
            when has_people then listed(list_transform(people, n -> names.of_people[n]))
            else names.of_people[person]
        end as users,
        case when has_people then len(people) else (person is not null)::int end as user_count,
        case when has_people then list_filter(list_transform(people, n -> names.of_people[n]), u -> contains(u, '@')) end as people,
        case when has_networks then len(several_networks) else (network is not null)::int end as networks,
        case when has_countries then len(several_countries) else (country is not null)::int end as countries,
        has_session_ids,
        has_interactive,
        several_addresses.addresses,
        several_addresses.unplaced_addresses,
        notable_operations,
        is_rare,
        coalesce(counts_without_id.events, 0) as events_without_id,
        coalesce(has_past_networks, false) as has_past_networks,
        coalesce(has_past_countries, false) as has_past_countries,
        new_networks,
        strange_networks,
        new_countries,
        strange_countries,
        coalesce(has_new_client, false) as has_new_client,
        coalesce(has_past_countries and len(new_countries) = countries, false) as is_abroad,
        coalesce(has_past_networks and len(new_networks) = networks, false) and not is_abroad
            and has_new_client and not has_registered_device as is_off_network,
        chained.session is not null as is_chained,
        action,
        contained_at,
        by_user,
        survivors.events as surviving_events,
        last_event,
        roots.file_id as root_file_id,
        roots.record as root_record,
        start_page_without_device,
    from per_session
    cross join loaded
    cross join names
    left join several_addresses using (session)
    left join operations using (session)
    left join counts_without_id using (session)
    left join strange_networks using (session)
    left join strange_countries using (session)
    left join pasts using (session)
    left join new_clients using (session)
    left join chained using (session)
    left join survivors using (session)
    left join roots using (session)
),

-- The points of each reason; NULL or 0 where there is none. The description of
-- the report sessions tells them.
weighed as (
    select
        *,
        case
            when has_countries and strange_countries is not null then 4
            when is_abroad then case when has_new_client then 4 else 2 end
            when has_countries then case when new_countries is not null then 2 else 1 end
        end as country_points,
        case
            when has_networks and strange_networks is not null then 3
            when is_off_network then 2
            when has_networks then 1
        end as network_points,
        case when surviving_events > 0 then case when by_user then 1 else 4 end end as survival_points,
        case
            when moved_events > 0
            then case when list_has_any(moved_networks, strange_networks) then 3 when moved_networks is not null then 1 else 2 end
        end as moved_points,
        case when tools is not null then 3 end as tool_points,
        case when has_systems or len(devices) > 1 then 3 when user_agents > 1 then 1 end as client_points,
        case when len(people) > 1 then 3 end as people_points,
        case when is_device_code then 3 end as code_points,
        case when risk is not null then 2 end as risk_points,
        case when is_legacy then 2 end as legacy_points,
        case when notable_operations is not null then case when is_rare then 2 else 1 end end as operation_points,
        case when is_chained then 2 when start_page_without_device is not null then 1 end as start_points,
        case
            when sign_ins = 0 and has_session_ids and not is_system then 2
            when sign_ins > 0 and sign_ins_interactive = 0 and has_interactive and not has_unknown_category then 1
        end as origin_points,
        case when has_unplaced_addresses then 1 end as unplaced_points,
    from known
),
judged as (
    select
        *,
        list_sum([
            country_points, network_points, survival_points, moved_points, tool_points, client_points, people_points,
            code_points, risk_points, legacy_points, operation_points, start_points, origin_points, unplaced_points
        ])::bigint as points,
    from weighed
)
select
    session_id,
    users,
    case
        when points >= 7 then 'high'
        when points >= 3 then 'look'
        when points > 0 then 'low'
        else 'none'
    end as attention,
    coalesce(points, 0) as points,
    case when points > 0 then concat_ws(
        '; ',
        with_points(
            case
                when has_countries
                then countries || ' countries: ' || listed(several_countries)
                    || new_among(several_countries, new_countries, strange_countries, has_past_countries, is_abroad and has_new_client)
                else 'whole session from a country new for the user: ' || country
                    || case when has_new_client then ', unknown client' else '' end
            end,
            country_points
        ),
        with_points(
            case
                when has_networks
                then networks || ' networks: ' || listed(as_names(several_networks))
                    || new_among(several_networks, as_names(new_networks), as_names(strange_networks), has_past_networks, is_off_network)
                else 'whole session from a network new for the user: AS' || network || ', unknown client'
            end,
            network_points
        ),
        with_points(
            counted(surviving_events, 'event', 'events') || ' after ' || action || case when by_user then ' by the user' else '' end
                || ' at ' || minute_text(contained_at) || ', last at ' || minute_text(last_event),
            survival_points
        ),
        with_points(
            counted(moved_events, 'event', 'events') || ' by a token issued to another '
                || case when moved_networks is not null then 'network' else 'address, network unknown' end,
            moved_points
        ),
        with_points('user agent of a tool: ' || listed(tools), tool_points),
        with_points(
            case
                when has_systems then len(systems) || ' operating systems: ' || listed(systems)
                when len(devices) > 1 then len(devices) || ' devices: ' || listed(devices)
                else user_agents || ' user agents'
            end,
            client_points
        ),
        with_points(len(people) || ' users: ' || listed(people), people_points),
        with_points('signed in by device code', code_points),
        with_points('sign-in risk ' || risk, risk_points),
        with_points('legacy authentication', legacy_points),
        with_points('notable operations: ' || notable_operations, operation_points),
        with_points(
            case when is_chained then 'error chain as of an AiTM page: 50074 with 50140 or 53000' else 'began at ' || start_page_without_device || ' without a device' end,
            start_points
        ),
        with_points(case when sign_ins = 0 then 'no sign-in of it in the files' else 'no interactive sign-in of it in the files' end, origin_points),
        with_points(unplaced_addresses || ' of ' || addresses || ' addresses of unknown network', unplaced_points)
    ) end as reasons,
    first_seen,
    last_seen,
    date_diff('minute', first_seen, last_seen) as duration_minutes,
    sign_ins,
    sign_ins_success,
    sign_ins_failure,
    sign_ins_interrupted,
    sign_ins_interactive,
    sign_ins_non_interactive,
    audit_events,
    free_text_events,
    events_without_id,
    user_count::bigint as user_count,
    networks::bigint as networks,
    countries::bigint as countries,
    user_agents::bigint as user_agents,
    case when has_networks then listed(as_names(several_networks)) else 'AS' || network end as network_list,
    case when has_countries then listed(several_countries) else country end as country_list,
    moved_events,
    notable_operations,
    root_file_id,
    root_record,
from judged
join known_sessions using (session)
