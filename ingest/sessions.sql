-- Sessions: what each did, where from, and why a person should look at it.
--
-- The views here name the view `addresses` without evidence. in front: it is
-- what a run knows of addresses, a geolocation database included. In a DuckDB
-- shell, `use evidence` before asking them.

-- What is known of the place of an address.
--   ip_address varchar: as logged
--   network bigint: number of its autonomous system
--   country varchar: two letters
--   source varchar: where this comes from: sign-ins, or the file names of geolocation databases (--mmdb)
create view addresses as
select
    ip_address,
    max(autonomous_system_number) as network,
    max(country) filter (where country <> '') as country,
    'sign-ins' as source,
from evidence.sign_ins
where ip_address is not null
group by ip_address;

-- The name of an account behind its object id.
--   user_id varchar: object id
--   user_principal_name varchar: as sign-ins have it
create view account_names as
select
    lower(user_id) as user_id,
    max(user_principal_name) as user_principal_name,
from evidence.sign_ins
where user_id is not null and user_principal_name is not null
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
    where record_type in (8, 15) or workload = 'AzureActiveDirectory'
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
    || '|change password \(self-service\)|update stsrefreshtokenvalidfrom|revoke |admin revoked|user revoked)'
);

-- One row a session id, over sign-ins and audit log, with the reasons why a
-- person should look at it. Session ids are issued on success: failed attempts
-- have none. Addresses that a service writes of itself, or that are those of an
-- earlier token, are not counted. The network and country of an audit event's
-- address are those that addresses gives.
--   session_id varchar: as Entra ID issued it
--   users varchar: who, by user principal name where it is known
--   attention varchar: high (7 points or more), look (3 or more), low, none
--   points bigint: sum of the points of the reasons
--   reasons varchar: why to look at it, each with its points; NULL = nothing stands out
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
--   place_sources varchar: how many addresses have their place from where; learned = from another record's sign-in
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
known_apps as (
    select
        lower(app_id) as app_id,
        max(app_display_name) as app_display_name,
    from evidence.sign_ins
    where app_id is not null
    group by all
),
known_devices as (
    select
        device_id,
        max(device_name) as device_name,
    from evidence.sign_ins
    where device_id <> ''
    group by all
),
issuing_sign_ins as (
    select
        id,
        max(caller_address(ip_address, category, client_credential_type)) as ip_address,
        max(ip_address_from_resource_provider) as seen_by_resource,
        max(autonomous_system_number) as network,
    from evidence.sign_ins
    where id in (select sign_in_id from session_audit_events)
    group by id
),
session_audit_events as (
    select
        *,
        client_address(ip_address) as address,
        lower(coalesce(app_id, client_app_id)) as app_key,
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
activity as materialized (
    select
        s.session_id,
        s.event_time,
        true as is_sign_in,
        s.status,
        s.category,
        coalesce(s.user_principal_name, s.user_id) as user_name,
        s.address as ip_address,
        case when s.address is not null then coalesce(s.autonomous_system_number, a.network) end as network,
        case when s.address is not null then coalesce(nullif(s.country, ''), a.country) end as country,
        case
            when s.address is null then null
            when s.autonomous_system_number is not null or s.country <> '' then 'sign-ins'
            else a.source
        end as place_source,
        s.user_agent,
        regexp_extract(lower(s.operating_system), '^[a-z]+') as operating_system,
        coalesce(d.device_name, s.device_id, s.device_name) as device,
        -- a program on a device
        hash(
            regexp_extract(lower(s.operating_system), '^[a-z]+'),
            coalesce(nullif(regexp_extract(lower(s.browser), '^[a-z ]+'), ''), s.user_agent),
            s.device_id
        ) as client,
        coalesce(s.app_display_name, s.app_id) as app,
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
    from session_sign_ins as s
    left join addresses as a on case when s.autonomous_system_number is null then s.address end = a.ip_address
    left join known_devices as d on s.device_id = d.device_id
    union all
    select
        e.session_id,
        e.event_time,
        false,
        null,
        null,
        coalesce(u.user_principal_name, home_account(e.user_id)),
        e.address,
        a.network,
        a.country,
        case when a.source = 'sign-ins' then 'learned' else a.source end,
        e.user_agent,
        null,
        null,
        null,
        coalesce(p.app_display_name, e.app_id, e.client_app_id),
        coalesce(e.workload, e.record_type_name, 'unknown'),
        false,
        false,
        null,
        e.address <> s.ip_address
            and e.address is distinct from s.seen_by_resource
            and (a.network <> s.network or a.network is null),
        e.operation,
        lower(e.result_status) in ('failed', 'failure', 'false'),
        coalesce(e.is_system, false),
        e.session_id_source = 'free text',
    from session_audit_events as e
    left join addresses as a on e.address = a.ip_address
    left join account_names as u on lower(e.user_id) = u.user_id
    left join known_apps as p on e.app_key = p.app_id
    left join issuing_sign_ins as s on e.sign_in_id = s.id
),
operations as materialized (
    select
        session_id,
        string_agg(
            notable || ' ' || times || case when failed > 0 then ' (' || failed || ' failed)' else '' end, ', ' order by notable
        ) as notable_operations,
    from (
        select
            session_id,
            notable_operation(operation) as notable,
            count(*) as times,
            count(*) filter (where has_failed) as failed,
        from activity
        where notable_operation(operation) is not null
        group by all
    )
    group by session_id
),
workloads as (
    select
        session_id,
        string_agg(workload || ' ' || times, ', ' order by times desc, workload) as audit_workloads,
    from (
        select session_id, workload, count(*) as times
        from activity
        where not is_sign_in
        group by all
    )
    group by session_id
),
place_counts as (
    select
        session_id,
        string_agg(place_source || ' ' || times, ', ' order by place_source) as place_sources,
    from (
        select session_id, place_source, count(*) as times
        from (
            select session_id, ip_address, case when bool_or(is_sign_in) then 'sign-ins' else max(place_source) end as place_source
            from activity
            where place_source is not null
            group by all
        )
        group by all
    )
    group by session_id
),

-- Which places are strange. A network is usual in a session if its user had it
-- before the session began. If not, the client may still be the one that the
-- session began with, or one that the user had elsewhere before: a laptop that
-- travels, a phone on another carrier. What is left is strange.
clients_at_places as materialized (
    select session_id, user_name, network, country, client, min(event_time) as first_time
    from activity
    where network is not null or country <> ''
    group by all
),
user_networks as (
    select user_name, network, min(first_time) as first_time
    from clients_at_places
    group by all
),
user_clients as (
    select user_name, client, min(first_time) as first_time
    from clients_at_places
    where client is not null
    group by all
),
several_places as (
    select
        session_id,
        min(first_time) as began,
        min_by(client, (first_time, client)) filter (where client is not null) as first_client,
    from clients_at_places
    group by session_id
    having count(distinct network) > 1 or count(distinct country) > 1
),
places as (
    select
        p.session_id,
        p.network,
        p.country,
        bool_or(n.first_time < s.began) as is_usual,
        bool_or(c.first_time < p.first_time or p.client = s.first_client) as has_known_client,
    from clients_at_places as p
    join several_places as s using (session_id)
    left join user_networks as n on p.user_name = n.user_name and p.network is not distinct from n.network
    left join user_clients as c on p.user_name = c.user_name and p.client = c.client
    group by all
),
strange_networks as (
    select
        session_id,
        list(network order by network) filter (where not is_usual) as new_networks,
        list(network order by network) filter (where is_strange) as strange_networks,
    from (
        select
            session_id,
            network,
            coalesce(bool_or(is_usual), false) as is_usual,
            not coalesce(bool_or(is_usual or has_known_client), false) as is_strange,
        from places
        where network is not null
        group by all
    )
    group by session_id
),
strange_countries as (
    select
        session_id,
        list(country order by country) filter (where not is_usual) as new_countries,
        list(country order by country) filter (where is_strange) as strange_countries,
    from (
        select
            session_id,
            country,
            coalesce(bool_or(is_usual), false) as is_usual,
            not coalesce(bool_or(is_usual or has_known_client), false) as is_strange,
        from places
        where country <> ''
        group by all
    )
    group by session_id
),

roots as materialized (
    select
        session_id,
        id,
        event_time,
        coalesce(app_display_name, app_id) as app,
        app_id in (
            '4765445b-32c6-49b0-83e6-1d93765276ca', '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000'
        ) and coalesce(device_id, '') = '' as is_start_page_without_device,
        ip_address,
        coalesce(known_devices.device_name, device_id) as device,
        nullif(concat_ws(': ', replace(authentication_requirement, '_', ' '), coalesce(mfa_result, mfa_method)), '') as mfa,
        nullif(greatest(
            nullif(nullif(lower(risk_level_during_sign_in), 'none'), 'hidden'),
            nullif(nullif(lower(risk_level_aggregated), 'none'), 'hidden')
        ), '') as risk,
    from session_sign_ins
    left join known_devices using (device_id)
    where status = 'success' and (category = 'interactive' or category is null)
    qualify row_number() over (partition by session_id order by event_time, file_id, record) = 1
),
root_policies as (
    select
        sign_in_id,
        string_agg(distinct coalesce(policy_name, policy_id) || ' ' || result, ', ' order by coalesce(policy_name, policy_id) || ' ' || result) as policies,
    from evidence.sign_in_policies
    where result in ('success', 'failure', 'reportOnlySuccess', 'reportOnlyFailure', 'reportOnlyInterrupted')
        and sign_in_id in (select id from roots)
    group by sign_in_id
),
-- The errors that a page in between leaves on the way to a session: the second
-- factor is asked for, the prompt to stay signed in, and it is in; or a policy
-- asks for the device that the page does not have.
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
    select distinct session_id
    from session_sign_ins
    where status = 'success' and correlation_id in (select correlation_id from chains)
),

per_session as materialized (
    select
        session_id,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) filter (where is_sign_in) as sign_ins,
        count(*) filter (where is_sign_in and status = 'success') as sign_ins_success,
        count(*) filter (where is_sign_in and status = 'failure') as sign_ins_failure,
        count(*) filter (where is_sign_in and status = 'interrupted') as sign_ins_interrupted,
        count(*) filter (where category = 'interactive') as sign_ins_interactive,
        count(*) filter (where category = 'non_interactive') as sign_ins_non_interactive,
        count(*) filter (where not is_sign_in) as audit_events,
        count(*) filter (where is_free_text) as free_text_events,
        list_sort(list(distinct user_name) filter (where user_name <> '')) as users,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as ip_addresses,
        list_sort(list(distinct network) filter (where network is not null)) as networks,
        list_sort(list(distinct country) filter (where country <> '')) as countries,
        list_sort(list(distinct user_agent) filter (where user_agent <> '')) as user_agents,
        count(distinct user_agent) filter (where is_sign_in and user_agent <> '') as sign_in_agents,
        list_sort(list(distinct operating_system) filter (where operating_system <> '')) as operating_systems,
        list_sort(list(distinct device) filter (where device <> '')) as devices,
        list_sort(list(distinct app) filter (where app <> '')) as apps,
        count(distinct ip_address) filter (where ip_address is not null and network is null) as unplaced_addresses,
        coalesce(bool_or(is_device_code), false) as is_device_code,
        coalesce(bool_or(is_legacy), false) as is_legacy,
        min(risk) as risk, -- high sorts before medium
        count(*) filter (where is_moved) as moved_events,
        list(distinct network) filter (where is_moved and network is not null) as moved_networks,
        bool_or(is_sign_in and category is null) as has_unknown_category,
        bool_and(is_system) as is_system,
    from activity
    group by session_id
),

-- What its users did in its time without a session id, counted by the number of
-- such events up to its end less that before its start.
people_of_sessions as (
    select
        session_id,
        unnest(users) as user_name,
        first_seen,
        last_seen,
    from per_session
    where first_seen is not null
),
events_without_id as (
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
counts_without_id as (
    select
        session_id,
        sum(coalesce(until.n, 0) - coalesce(before.n, 0))::bigint as events,
    from people_of_sessions as p
    asof left join events_without_id as until on p.user_name = until.user_name and p.last_seen >= until.event_time
    asof left join events_without_id as before on p.user_name = before.user_name and p.first_seen > before.event_time
    group by session_id
),

-- Events after a reset or revocation that came while the session went on.
survivals as (
    select
        p.session_id,
        min_by(c.action, (c.by_user, c.event_time, c.action)) as action,
        min_by(c.event_time, (c.by_user, c.event_time, c.action)) as event_time,
        bool_and(c.by_user) as by_user,
    from people_of_sessions as p
    join containments as c on p.user_name = c.account and c.event_time > p.first_seen and c.event_time < p.last_seen
    group by p.session_id
),
survivors as (
    select
        s.session_id,
        any_value(s.action) as action,
        any_value(s.event_time) as event_time,
        any_value(s.by_user) as by_user,
        count(*) as events,
        max(a.event_time) as last_event,
    from survivals as s
    join activity as a on s.session_id = a.session_id and a.event_time > s.event_time
    group by s.session_id
),

loaded as (
    select
        count(session_id) > 0 as has_session_ids,
        count(*) filter (where category = 'interactive') > 0 as has_interactive,
    from evidence.sign_ins
),
reasons as (
    select
        session_id,
        list_filter([
            case
                when len(countries) > 1
                then {
                    'points': case when len(strange_countries) > 0 then 4 when len(new_countries) > 0 then 2 else 1 end,
                    'reason': len(countries) || ' countries: ' || listed(countries)
                        || coalesce(', not seen of the user before: ' || listed(new_countries), ', all seen of the user before')
                        || coalesce(', with another client than before in ' || listed(strange_countries), '')
                }
            end,
            case
                when len(networks) > 1
                then {
                    'points': case when len(strange_networks) > 0 then 3 else 1 end,
                    'reason': len(networks) || ' networks: ' || listed(list_transform(networks, n -> 'AS' || n))
                        || coalesce(', not seen of the user before: ' || listed(list_transform(new_networks, n -> 'AS' || n)), ', all seen of the user before')
                        || coalesce(', with another client than before in ' || listed(list_transform(strange_networks, n -> 'AS' || n)), '')
                }
            end,
            case
                when moved_events > 0
                then {
                    'points': case
                        when list_has_any(moved_networks, strange_networks) then 3
                        when len(moved_networks) > 0 then 1
                        else 2
                    end,
                    'reason': counted(moved_events, 'audit event', 'audit events') || ' with a token that was issued to another address'
                        || case when len(moved_networks) > 0 then ' and network' else '; the network of use is unknown' end
                }
            end,
            case
                when len(tools) > 0
                then {'points': 3, 'reason': 'agent of a tool: ' || listed(tools)}
            end,
            case
                when len(operating_systems) > 1
                then {'points': 3, 'reason': len(operating_systems) || ' operating systems: ' || listed(operating_systems)}
                when len(devices) > 1
                then {'points': 3, 'reason': len(devices) || ' devices: ' || listed(devices)}
                when sign_in_agents > 1
                then {'points': 1, 'reason': sign_in_agents || ' user agents'}
            end,
            case
                when len(people) > 1
                then {'points': 3, 'reason': len(people) || ' users: ' || listed(people)}
            end,
            case
                when survivors.events > 0
                then {
                    'points': case when survivors.by_user then 1 else 4 end,
                    'reason': counted(survivors.events, 'event', 'events') || ' after ' || survivors.action
                        || case when survivors.by_user then ' by the user' else '' end
                        || ' at ' || minute_text(survivors.event_time) || ', the last at ' || minute_text(survivors.last_event)
                }
            end,
            case
                when is_device_code
                then {'points': 3, 'reason': 'signed in by device code'}
            end,
            case
                when per_session.risk is not null
                then {'points': 2, 'reason': 'sign-in risk ' || per_session.risk}
            end,
            case
                when is_legacy
                then {'points': 2, 'reason': 'legacy authentication'}
            end,
            case
                when notable_operations is not null
                then {'points': 2, 'reason': 'operations to look at: ' || notable_operations}
            end,
            case
                when chained.session_id is not null
                then {'points': 2, 'reason': 'the errors of a sign-in passed on by a page in between: second factor asked for, then stay signed in or device, without a device'}
                when is_start_page_without_device
                then {'points': 1, 'reason': 'began at ' || roots.app || ' without a device'}
            end,
            case
                when sign_ins = 0 and loaded.has_session_ids and not is_system
                then {'points': 2, 'reason': 'no sign-in of it in the files'}
                when
                    sign_ins > 0 and loaded.has_interactive
                    and sign_ins_interactive = 0 and not has_unknown_category
                then {'points': 1, 'reason': 'no interactive sign-in of it in the files'}
            end,
            case
                when len(ip_addresses) > 1 and unplaced_addresses > 0
                then {'points': 1, 'reason': len(ip_addresses) || ' addresses, ' || unplaced_addresses || ' of unknown network'}
            end
        ], r -> r is not null) as reasons,
    from (
        select
            *,
            list_filter(users, u -> contains(u, '@')) as people,
            list_sort(list_distinct(list_transform(user_agents, a -> tool_agent(a)))) as tools,
        from per_session
    ) as per_session
    cross join loaded
    left join operations using (session_id)
    left join strange_networks using (session_id)
    left join strange_countries using (session_id)
    left join roots using (session_id)
    left join chained using (session_id)
    left join survivors using (session_id)
),
judged as (
    select
        session_id,
        list_sum(list_transform(reasons, r -> r.points))::bigint as points,
        nullif(array_to_string(list_transform(
            list_sort(list_transform(reasons, r -> {'order': -r.points, 'reason': r.reason, 'points': r.points})),
            r -> r.reason || ' (' || r.points || ')'
        ), '; '), '') as reasons,
    from reasons
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
    reasons,
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
    coalesce(counts_without_id.events, 0) as events_without_id,
    coalesce(len(users), 0) as user_count,
    coalesce(len(ip_addresses), 0) as ip_addresses,
    coalesce(len(networks), 0) as networks,
    coalesce(len(countries), 0) as countries,
    sign_in_agents as user_agents,
    coalesce(len(devices), 0) as devices,
    coalesce(len(apps), 0) as apps,
    listed(ip_addresses) as ip_address_list,
    listed(list_transform(networks, n -> 'AS' || n)) as network_list,
    listed(countries) as country_list,
    place_sources,
    listed(user_agents) as user_agent_list,
    listed(devices) as device_list,
    listed(apps) as app_list,
    roots.id as root_sign_in_id,
    roots.app as root_app,
    roots.ip_address as root_ip_address,
    roots.device as root_device,
    roots.mfa as root_mfa,
    root_policies.policies as root_policies,
    roots.risk as root_risk,
    moved_events,
    notable_operations,
from per_session
left join operations using (session_id)
left join workloads using (session_id)
left join place_counts using (session_id)
left join counts_without_id using (session_id)
left join roots using (session_id)
left join root_policies on roots.id = root_policies.sign_in_id
left join judged using (session_id)
