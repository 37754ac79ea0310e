-- Sessions: what each did, where from, and why a person should look at it.
--
-- The views here name each other without evidence. in front: a run has its own of
-- them, worked out once, and in its addresses what a geolocation database says. In
-- a DuckDB shell, `use evidence` before asking them.

-- What is known of the place of an address. Where its sign-ins name several places,
-- as they do when an address changes hands, one of them stands here and source says so.
--   ip_address varchar: as logged
--   network bigint: number of its autonomous system
--   country varchar: two letters
--   source varchar: where this comes from: sign-ins; sign-ins, several; the file names of geolocation databases (--mmdb)
create view addresses as
select
    ip_address,
    max(autonomous_system_number) as network,
    max(country) filter (where country <> '') as country,
    case
        when min(autonomous_system_number) <> max(autonomous_system_number)
            or min(country) filter (where country <> '') <> max(country) filter (where country <> '')
        then 'sign-ins, several'
        else 'sign-ins'
    end as source,
from evidence.sign_ins
where ip_address is not null
group by ip_address;

-- The name of an account behind its object id: the latest that its sign-ins have.
-- An attempt for a name that does not exist has the object id of zeros.
--   user_id varchar: object id
--   user_principal_name varchar: as sign-ins have it, a guest's as that of the home account
create view account_names as
with logged_names as (
    select
        user_id,
        user_principal_name,
        coalesce(max(event_time), timestamp '1970-01-01') as last_time,
    from evidence.sign_ins
    where user_id <> '00000000-0000-0000-0000-000000000000' and user_principal_name <> ''
    group by all
),
names as (
    select
        lower(user_id) as user_id,
        home_account(user_principal_name) as user_principal_name,
        max(last_time) as last_time,
    from logged_names
    group by all
)
select
    user_id,
    max_by(user_principal_name, (contains(user_principal_name, '@'), last_time, user_principal_name)) as user_principal_name,
from names
group by user_id;

-- The name of an application behind its id.
--   app_id varchar: in lower case
--   app_display_name varchar: as sign-ins have it
create view app_names as
select
    lower(app_id) as app_id,
    max(app_display_name) as app_display_name,
from (
    select app_id, max(app_display_name) as app_display_name
    from evidence.sign_ins
    where app_id is not null
    group by app_id
)
group by all;

-- When somebody's sessions were ended: a password reset or changed, tokens
-- revoked. One row an account and event, from both logs.
--   account varchar: whose
--   event_time timestamp: when (UTC)
--   action varchar: what was done, in words
--   by_user boolean: by the account itself
create view containments as
with told as (
    select event_time, operation as action, object_id as target, home_account(user_id) as actor
    from evidence.audit_events
    where (record_type in (8, 15) or workload = 'AzureActiveDirectory')
        and lower(coalesce(result_status, '')) not in ('failure', 'failed', 'false')
    union all
    select event_time, activity, unnest(string_split_regex(targets, '\s*,\s*')), home_account(initiated_by)
    from evidence.directory_audits
    where coalesce(result, '') <> 'failure'
)
select distinct
    coalesce(account_names.user_principal_name, home_account(target)) as account,
    event_time,
    case
        when lower(action) like '%password%' then 'the password was ' || case when lower(action) like 'change %' then 'changed' else 'reset' end
        else 'tokens were revoked'
    end as action,
    coalesce(actor = coalesce(account_names.user_principal_name, home_account(target)), false) as by_user,
from told
left join account_names on lower(target) = account_names.user_id
where event_time is not null and target <> '' and regexp_matches(
    lower(action),
    '^(reset user password|reset password \(by admin\)|reset password \(self-service\)|change user password'
    || '|change password \(self-service\)|update stsrefreshtokenvalidfrom|revoke .*(session|token)|admin revoked|user revoked)'
);

-- Autonomous systems as they are written: AS64500.
create macro as_names(networks) as list_transform(networks, n -> 'AS' || n);

-- What of a session's several places is new to its user, in words: those that
-- the user had not had when it began; and where the client is unknown as well,
-- or that it is so throughout.
create macro new_among(places, new_places, strange_places, has_past, is_unknown) as case
    when new_places is null then ', none new for the user'
    when len(new_places) = len(places) and not has_past then ', no earlier ones to compare'
    when len(new_places) = len(places) then ', all new for the user'
    else ', new for the user: ' || listed(new_places)
end || coalesce(', unknown client in ' || listed(strange_places), case when is_unknown then ', unknown client' end, '');

-- A reason with its points, NULL where there are none. Reasons stand side by side
-- with semicolons between them, and some quote what an attacker may choose, the
-- name of a device: what looks like the next reason, or like points, is disarmed
-- (894 and 65307 are semicolons too, the Greek question mark and the wide one).
create macro with_points(reason, points) as case
    when points > 0 then replace(translate(reason, ';' || chr(894) || chr(65307), ',,,'), '(+', '(') || ' (+' || points || ')'
end;

-- One row a session id, over sign-ins and audit log, with the reasons why a
-- person should look at it. Session ids are issued on success: failed attempts
-- have none. Addresses that a service writes of itself, or that are those of an
-- earlier token, are not counted. The network and country of an audit event's
-- address are those that addresses gives.
--   session_id varchar: as Entra ID issued it
--   users varchar: who, by user principal name where it is known
--   attention varchar: high (7 points or more), look (3 or more), low, none
--   points bigint: sum of the points of the reasons
--   reasons varchar: why to look at it, each with its points as (+N); NULL = nothing stands out
--   first_seen timestamp: earliest event (UTC)
--   last_seen timestamp: latest event (UTC)
--   duration_minutes bigint: between the two
--   sign_ins bigint: in this session
--   sign_ins_success bigint: of them
--   sign_ins_failure bigint: of them
--   sign_ins_interrupted bigint: of them
--   sign_ins_interactive bigint: of them
--   sign_ins_non_interactive bigint: of them
--   audit_events bigint: in this session
--   audit_workloads varchar: audit events by workload
--   free_text_events bigint: audit events whose session id stood in no field of its own
--   events_without_id bigint: audit events of its users within its time that have no session id: some of them may be its own
--   user_count bigint: different users
--   ip_addresses bigint: different client addresses
--   networks bigint: different autonomous systems
--   countries bigint: different countries
--   user_agents bigint: different user agents of sign-ins
--   devices bigint: different registered devices
--   apps bigint: different applications
--   ip_address_list varchar: the addresses
--   network_list varchar: the autonomous systems
--   country_list varchar: the countries
--   place_sources varchar: how many addresses have their place from where; learned = from a sign-in with the same address; learned, several = from one of those, which disagree
--   user_agent_list varchar: the user agents, of sign-ins and audit events
--   device_list varchar: the devices, by name where it is known
--   app_list varchar: the applications, by name where it is known
--   root_sign_in_id varchar: the sign-in that began it: its first successful interactive one, NULL = not in these files
--   root_app varchar: to which application
--   root_ip_address varchar: from where
--   root_device varchar: on which registered device
--   root_mfa varchar: how many factors were asked for, and how that went
--   root_policies varchar: Conditional Access policies that applied to it, with their results
--   root_risk varchar: risk of it, where there was any
--   moved_events bigint: audit events from another address and network than the sign-in that issued their token
--   notable_operations varchar: operations that change who gets in or where data goes
create view sessions as
with
-- Sessions, users, addresses, devices, systems, user agents and applications are
-- numbered, all but the sessions in the order of their names, and names has the
-- texts by number: many rows are grouped several times as fast by numbers as by
-- texts.
known_sessions as materialized (
    select
        session_id,
        row_number() over () as session,
    from (select session_id from session_sign_ins union select session_id from session_audit_events)
),
-- Where they were used from.
known_addresses as materialized (
    select
        a.ip_address,
        row_number() over (order by a.ip_address) as address,
        p.network,
        p.country,
        p.source,
    from (select address as ip_address from session_sign_ins union select address from session_audit_events) as a
    left join addresses as p using (ip_address)
    where a.ip_address is not null
),
-- A name that several devices bear is told apart by the beginning of their ids.
known_devices as materialized (
    select
        *,
        dense_rank() over (order by device_name) as device,
    from (
        select
            device_id,
            case
                when count(*) over (partition by device_name) > 1 then device_name || ' (' || left(device_id, 8) || ')'
                else device_name
            end as device_name,
        from (
            select device_id, coalesce(max(device_name) filter (where device_name <> ''), device_id) as device_name
            from evidence.sign_ins
            where device_id <> ''
            group by device_id
        )
    )
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
session_audit_events as (
    select
        e.*,
        client_address(ip_address) as address,
        coalesce(p.app_display_name, e.app_id, e.client_app_id) as app_name,
    from evidence.audit_events as e
    left join app_names as p on lower(coalesce(e.app_id, e.client_app_id)) = p.app_id
    where session_id <> ''
),
session_sign_ins as (
    select
        *,
        rowid as row_number_in_table,
        caller_address(ip_address, category, client_credential_type) as address,
        coalesce(app_display_name, app_id) as app_name,
    from evidence.sign_ins
    where session_id <> ''
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
        row_number() over (order by user_agent) as agent,
    from (select user_agent from session_sign_ins union select user_agent from session_audit_events)
    where user_agent <> ''
),
apps as materialized (
    select
        app_name,
        row_number() over (order by app_name) as app,
    from (select app_name from session_sign_ins union select app_name from session_audit_events)
    where app_name <> ''
),
names as materialized (
    select
        (select list(user_name order by person) from (select distinct person, user_name from accounts)) as of_people,
        (select list(ip_address order by address) from known_addresses) as of_addresses,
        (select list(device_name order by device) from (select distinct device, device_name from known_devices)) as of_devices,
        (select list(system_name order by system) from (select distinct system, system_name from programs where system is not null)) as of_systems,
        (select list(user_agent order by agent) from agents) as of_agents,
        (select list(app_name order by app) from apps) as of_apps,
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
        a.address,
        case when s.address is not null then coalesce(s.autonomous_system_number, a.network) end as network,
        case when s.address is not null then coalesce(nullif(s.country, ''), a.country) end as country,
        case
            when s.address is null then null
            when s.autonomous_system_number is null and a.network is not null or coalesce(s.country, '') = '' and a.country is not null
            then place_mark(a.country, a.network, a.source)
            when s.autonomous_system_number is not null or s.country <> '' then 'sign-ins'
        end as place_source,
        t.agent,
        t.tool,
        p.system,
        d.device,
        coalesce(s.device_id, '') <> '' as is_on_registered_device,
        -- a program on a device
        hash(p.system_name, coalesce(p.program, s.user_agent), s.device_id) as client,
        apps.app,
        null as workload,
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
        s.file_id,
        s.record,
        s.row_number_in_table,
    from session_sign_ins as s
    join known_sessions as k using (session_id)
    left join accounts as u on s.user_id is not distinct from u.user_id and s.user_principal_name is not distinct from u.user_principal_name
    left join known_addresses as a on s.address = a.ip_address
    left join known_devices as d on s.device_id = d.device_id
    left join programs as p on s.operating_system is not distinct from p.operating_system and s.browser is not distinct from p.browser
    left join agents as t on s.user_agent = t.user_agent
    left join apps on s.app_name = apps.app_name
    union all
    select
        k.session,
        e.event_time,
        false,
        null,
        e.operation is distinct from 'UserLoginFailed' and coalesce(e.error_number, 0) = 0,
        null,
        u.person,
        a.address,
        a.network,
        a.country,
        place_mark(a.country, a.network, a.source),
        t.agent,
        t.tool,
        null,
        null,
        false,
        null,
        apps.app,
        coalesce(e.workload, e.record_type_name, 'unknown'),
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
    left join known_addresses as a on e.address = a.ip_address
    left join accounts as u on e.user_id = u.user_id and e.user_id = u.user_principal_name
    left join issuing_sign_ins as s on e.sign_in_id = s.id
    left join agents as t on e.user_agent = t.user_agent
    left join apps on e.app_name = apps.app_name
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
workloads as (
    select
        session,
        string_agg(workload || ' ' || times, ', ' order by times desc, workload) as audit_workloads,
    from (
        select session, workload, count(*) as times
        from activity
        where not is_sign_in
        group by all
    )
    group by session
),
session_addresses as (
    select
        session,
        address,
        case when bool_or(place_source = 'sign-ins') then 'sign-ins' else max(place_source) end as place_source,
        bool_or(network is null) as is_unplaced,
    from activity
    where address is not null
    group by all
),
address_lists as (
    select
        session,
        list_sort(list(address)) as addresses,
        count(*) filter (where is_unplaced) as unplaced_addresses,
        count(*) filter (where place_source = 'sign-ins') as told_places,
        count(*) filter (where place_source = 'learned') as learned_places,
        list(place_source) filter (where place_source not in ('sign-ins', 'learned')) as other_sources,
    from session_addresses
    group by session
),

-- Most sessions have one user, network, country, system and device: the lists of
-- these are only made where there are more.
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
        min(country) as country,
        min(system) as system,
        min(device) as device,
        min(person) < max(person) as has_people,
        min(network) < max(network) as has_networks,
        min(country) < max(country) as has_countries,
        min(system) < max(system) as has_systems,
        min(device) < max(device) as has_devices,
        bool_or(is_on_registered_device) as has_registered_device,
        list(agent) filter (where is_sign_in and agent is not null) as sign_in_agents,
        list(agent) filter (where not is_sign_in and agent is not null) as audit_agents,
        list(app) filter (where app is not null) as apps,
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
        list_sort(list(distinct device) filter (where device is not null)) as devices,
        list_sort(list(distinct tool) filter (where tool is not null)) as tools,
        list(distinct network) filter (where is_moved and network is not null) as moved_networks,
    from activity
    where session in (
        select session
        from counted_sessions
        where has_people or has_networks or has_countries or has_systems or has_devices or has_tools or moved_events > 0
    )
    group by session
),
per_session as materialized (
    select
        c.* exclude (person, network, country, system, device, sign_in_agents, audit_agents, apps, has_tools),
        case
            when has_people then list_transform(people, n -> names.of_people[n])
            when person is not null then [names.of_people[person]]
        end as users,
        case when has_networks then networks when network is not null then [network] end as networks,
        case when has_countries then countries when country is not null then [country] end as countries,
        case
            when has_systems then list_transform(systems, n -> names.of_systems[n])
            when system is not null then [names.of_systems[system]]
        end as operating_systems,
        case
            when has_devices then list_transform(devices, n -> names.of_devices[n])
            when device is not null then [names.of_devices[device]]
        end as devices,
        coalesce(len(list_distinct(sign_in_agents)), 0) as sign_in_agents,
        list_transform(list_sort(list_distinct(list_concat(sign_in_agents, audit_agents))), n -> names.of_agents[n]) as user_agents,
        list_transform(list_sort(list_distinct(apps)), n -> names.of_apps[n]) as apps,
        tools,
        moved_networks,
    from counted_sessions as c
    cross join names
    left join several_values using (session)
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
first_sign_ins as (
    select
        session,
        row_number_in_table,
    from activity
    where status = 'success' and (category = 'interactive' or category is null)
    qualify row_number() over (partition by session order by event_time, file_id, record) = 1
),
roots as materialized (
    select
        session,
        id,
        file_id,
        record,
        coalesce(app_display_name, app_id) as app,
        app_id in (
            '4765445b-32c6-49b0-83e6-1d93765276ca', '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000'
        ) and coalesce(device_id, '') = '' as is_start_page_without_device,
        ip_address,
        coalesce(known_devices.device_name, device_id) as device,
        nullif(concat_ws(': ', replace(authentication_requirement, '_', ' '), coalesce(mfa_result, mfa_method)), '') as mfa,
        case
            when 'high' in (risk_level_during_sign_in, risk_level_aggregated) then 'high'
            when 'medium' in (risk_level_during_sign_in, risk_level_aggregated) then 'medium'
            when 'low' in (risk_level_during_sign_in, risk_level_aggregated) then 'low'
        end as risk,
    from session_sign_ins
    join first_sign_ins using (row_number_in_table)
    left join known_devices using (device_id)
),
root_policies as (
    select
        parent_file_id,
        parent_record,
        array_to_string(list_sort(list(distinct coalesce(policy_name, policy_id) || ' ' || result)), ', ') as policies,
    from evidence.sign_in_policies
    where result in ('success', 'failure', 'reportOnlySuccess', 'reportOnlyFailure', 'reportOnlyInterrupted')
        and sign_in_id in (select id from roots)
    group by parent_file_id, parent_record
),
-- The errors that a page of an adversary in the middle (AiTM) leaves on the way
-- to a session: the second factor is asked for, the prompt to stay signed in,
-- and it is in; or a policy asks for the device that the page does not have.
chains as (
    select correlation_id
    from evidence.sign_ins
    where error_code in (50074, 50140, 53000) and correlation_id <> '' and coalesce(device_id, '') = ''
        and app_id in (
            '4765445b-32c6-49b0-83e6-1d93765276ca', '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000'
        )
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
        user_name,
        event_time,
        max(n) as n,
    from (
        select
            coalesce(u.user_principal_name, home_account(e.user_id)) as user_name,
            e.event_time,
            row_number() over (
                partition by coalesce(u.user_principal_name, home_account(e.user_id))
                order by e.event_time
            ) as n,
        from evidence.audit_events as e
        left join account_names as u on lower(e.user_id) = u.user_id
        where coalesce(e.session_id, '') = '' and not coalesce(e.is_system, false)
            and e.user_id is not null and e.event_time is not null
    )
    group by all
),
people_of_sessions as (
    select
        session,
        unnest(users) as user_name,
        first_seen,
        last_seen,
    from per_session
    where first_seen is not null
),
counts_without_id as (
    select
        session,
        sum(coalesce(until.n, 0) - coalesce(before.n, 0))::bigint as events,
    from (from people_of_sessions where user_name in (select user_name from events_without_id)) as p
    asof left join events_without_id as until on p.user_name = until.user_name and p.last_seen >= until.event_time
    asof left join events_without_id as before on p.user_name = before.user_name and p.first_seen > before.event_time
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
    join containments as c on p.user_name = c.account and c.event_time > p.first_seen and c.event_time < p.last_seen
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
        per_session.*,
        case when len(users) > 1 then list_filter(users, u -> contains(u, '@')) end as people,
        has_session_ids,
        has_interactive,
        list_transform(addresses, n -> names.of_addresses[n]) as ip_addresses,
        coalesce(unplaced_addresses, 0) as unplaced_addresses,
        nullif(concat_ws(
            '; ',
            'sign-ins ' || nullif(told_places, 0),
            'learned ' || nullif(learned_places, 0),
            array_to_string(list_transform(map_entries(list_aggregate(other_sources, 'histogram')), e -> e.key || ' ' || e.value), '; ')
        ), '') as place_sources,
        notable_operations,
        is_rare,
        audit_workloads,
        coalesce(counts_without_id.events, 0) as events_without_id,
        coalesce(has_past_networks, false) as has_past_networks,
        coalesce(has_past_countries, false) as has_past_countries,
        new_networks,
        strange_networks,
        new_countries,
        strange_countries,
        coalesce(has_new_client, false) as has_new_client,
        coalesce(has_past_countries and len(new_countries) = len(countries), false) as is_abroad,
        coalesce(has_past_networks and len(new_networks) = len(networks), false) and not is_abroad
            and has_new_client and not has_registered_device as is_off_network,
        chained.session is not null as is_chained,
        action,
        contained_at,
        by_user,
        survivors.events as surviving_events,
        last_event,
        roots.id as root_sign_in_id,
        roots.app as root_app,
        is_start_page_without_device,
        roots.ip_address as root_ip_address,
        roots.device as root_device,
        roots.mfa as root_mfa,
        root_policies.policies as root_policies,
        roots.risk as root_risk,
    from per_session
    cross join loaded
    cross join names
    left join address_lists using (session)
    left join operations using (session)
    left join workloads using (session)
    left join counts_without_id using (session)
    left join strange_networks using (session)
    left join strange_countries using (session)
    left join pasts using (session)
    left join new_clients using (session)
    left join chained using (session)
    left join survivors using (session)
    left join roots using (session)
    left join root_policies on root_policies.parent_file_id = roots.file_id and root_policies.parent_record = roots.record
),

-- The points of each reason; NULL or 0 where there is none. The description of
-- the report sessions tells them.
weighed as (
    select
        *,
        case
            when len(countries) > 1 and strange_countries is not null then 4
            when is_abroad then case when has_new_client then 4 else 2 end
            when len(countries) > 1 then case when new_countries is not null then 2 else 1 end
        end as country_points,
        case
            when len(networks) > 1 and strange_networks is not null then 3
            when is_off_network then 2
            when len(networks) > 1 then 1
        end as network_points,
        case when surviving_events > 0 then case when by_user then 1 else 4 end end as survival_points,
        case
            when moved_events > 0
            then case when list_has_any(moved_networks, strange_networks) then 3 when moved_networks is not null then 1 else 2 end
        end as moved_points,
        case when tools is not null then 3 end as tool_points,
        case when len(operating_systems) > 1 or len(devices) > 1 then 3 when sign_in_agents > 1 then 1 end as client_points,
        case when len(people) > 1 then 3 end as people_points,
        case when is_device_code then 3 end as code_points,
        case when risk is not null then 2 end as risk_points,
        case when is_legacy then 2 end as legacy_points,
        case when notable_operations is not null then case when is_rare then 2 else 1 end end as operation_points,
        case when is_chained then 2 when is_start_page_without_device then 1 end as start_points,
        case
            when sign_ins = 0 and has_session_ids and not is_system then 2
            when sign_ins > 0 and sign_ins_interactive = 0 and has_interactive and not has_unknown_category then 1
        end as origin_points,
        case when len(ip_addresses) > 1 and unplaced_addresses > 0 then 1 end as unplaced_points,
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
    listed(users) as users,
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
                when len(countries) > 1
                then len(countries) || ' countries: ' || listed(countries)
                    || new_among(countries, new_countries, strange_countries, has_past_countries, is_abroad and has_new_client)
                else 'whole session from a country new for the user: ' || listed(countries)
                    || case when has_new_client then ', unknown client' else '' end
            end,
            country_points
        ),
        with_points(
            case
                when len(networks) > 1
                then len(networks) || ' networks: ' || listed(as_names(networks))
                    || new_among(networks, as_names(new_networks), as_names(strange_networks), has_past_networks, is_off_network)
                else 'whole session from a network new for the user: ' || listed(as_names(networks)) || ', unknown client'
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
                when len(operating_systems) > 1 then len(operating_systems) || ' operating systems: ' || listed(operating_systems)
                when len(devices) > 1 then len(devices) || ' devices: ' || listed(devices)
                else sign_in_agents || ' user agents'
            end,
            client_points
        ),
        with_points(len(people) || ' users: ' || listed(people), people_points),
        with_points('signed in by device code', code_points),
        with_points('sign-in risk ' || risk, risk_points),
        with_points('legacy authentication', legacy_points),
        with_points('notable operations: ' || notable_operations, operation_points),
        with_points(
            case when is_chained then 'error chain as of an AiTM page: 50074 with 50140 or 53000' else 'began at ' || root_app || ' without a device' end,
            start_points
        ),
        with_points(case when sign_ins = 0 then 'no sign-in of it in the files' else 'no interactive sign-in of it in the files' end, origin_points),
        with_points(unplaced_addresses || ' of ' || len(ip_addresses) || ' addresses of unknown network', unplaced_points)
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
    audit_workloads,
    free_text_events,
    events_without_id,
    coalesce(len(users), 0) as user_count,
    coalesce(len(ip_addresses), 0) as ip_addresses,
    coalesce(len(networks), 0) as networks,
    coalesce(len(countries), 0) as countries,
    sign_in_agents as user_agents,
    coalesce(len(devices), 0) as devices,
    coalesce(len(apps), 0) as apps,
    listed(ip_addresses) as ip_address_list,
    listed(as_names(networks)) as network_list,
    listed(countries) as country_list,
    place_sources,
    listed(user_agents) as user_agent_list,
    listed(devices) as device_list,
    listed(apps) as app_list,
    root_sign_in_id,
    root_app,
    root_ip_address,
    root_device,
    root_mfa,
    root_policies,
    root_risk,
    moved_events,
    notable_operations,
from judged
join known_sessions using (session)
