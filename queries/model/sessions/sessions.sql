-- description: One row a session id: how it is judged, and what was used in it, from where, and how it
--   began. A report that shows its first rows only (variable first_rows) has the latter of as many sessions, the first by
--   points, last_seen and session_id.
-- materialized: for queries
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
-- column audit_workloads varchar: audit events by workload
-- column free_text_events bigint: audit events whose session id stood in no field of its own
-- column events_without_id bigint: audit events of its users within its time that have no session id: some of them
--   may be its own
-- column user_count bigint: different users
-- column ip_addresses bigint: different client addresses
-- column networks bigint: different autonomous systems
-- column countries bigint: different countries
-- column user_agents bigint: different user agents of sign-ins
-- column devices bigint: different registered devices
-- column apps bigint: different applications
-- column ip_address_list varchar: the addresses
-- column network_list varchar: the autonomous systems
-- column country_list varchar: the countries
-- column place_sources varchar: how many addresses have their place from where; learned = from a sign-in with the
--   same address; learned, several = from one of those, which disagree
-- column user_agent_list varchar: the user agents, of sign-ins and audit events
-- column device_list varchar: the devices, by name where it is known
-- column app_list varchar: the applications, by name where it is known
-- column root_sign_in_id varchar: the sign-in that began it: its first successful interactive one, NULL = not in
--   these files
-- column root_app varchar: to which application
-- column root_ip_address varchar: from where
-- column root_device varchar: on which registered device
-- column root_mfa varchar: how many factors were asked for, and how that went
-- column root_policies varchar: Conditional Access policies that applied to it, with their results
-- column root_risk varchar: risk of it, where there was any
-- column moved_events bigint: audit events from another address and network than the sign-in that issued their token
-- column notable_operations varchar: operations that change who gets in or where data goes
with told_sessions as materialized (
    select
        session_id,
        root_file_id,
        root_record,
        row_number() over () as session,
    from (
        select *
        from shown_sessions
        where getvariable('first_rows') is null
        union all
        (
            select *
            from shown_sessions
            where getvariable('first_rows') is not null
            order by points desc, last_seen desc, session_id
            limit coalesce(getvariable('first_rows'), 0)
        )
    )
),
told_events as materialized (
    select
        t.session,
        true as is_sign_in,
        caller_address(s.ip_address, s.category, s.client_credential_type) as ip_address,
        nullif(s.country, '') as told_country,
        s.autonomous_system_number as told_network,
        nullif(s.user_agent, '') as user_agent,
        s.device_id,
        nullif(coalesce(s.app_display_name, s.app_id), '') as app_name,
        null as workload,
    from evidence.sign_ins as s
    join told_sessions as t using (session_id)
    union all
    select
        t.session,
        false,
        client_address(e.ip_address),
        null,
        null,
        nullif(e.user_agent, ''),
        null,
        nullif(coalesce(p.app_display_name, e.app_id, e.client_app_id), ''),
        coalesce(e.workload, e.record_type_name, 'unknown'),
    from evidence.audit_events as e
    join told_sessions as t using (session_id)
    left join app_names as p on lower(coalesce(e.app_id, e.client_app_id)) = p.app_id
),
-- Texts are numbered in their order, and names has them by number: many rows are
-- grouped several times as fast by numbers as by texts.
told_addresses as materialized (
    select
        e.ip_address,
        row_number() over (order by e.ip_address) as address,
        a.network,
        a.country,
        a.source,
    from (select distinct ip_address from told_events) as e
    left join addresses as a using (ip_address)
    where e.ip_address is not null
),
told_devices as materialized (
    select
        device_id,
        device_name,
        dense_rank() over (order by device_name) as device,
    from (select distinct device_id from told_events)
    join device_names using (device_id)
),
told_agents as materialized (
    select
        user_agent,
        row_number() over (order by user_agent) as agent,
    from (select distinct user_agent from told_events)
    where user_agent is not null
),
told_apps as materialized (
    select
        app_name,
        row_number() over (order by app_name) as app,
    from (select distinct app_name from told_events)
    where app_name is not null
),
names as materialized (
    select
        (select list(ip_address order by address) from told_addresses) as of_addresses,
        (select list(device_name order by device) from (select distinct device, device_name from told_devices)) as of_devices,
        (select list(user_agent order by agent) from told_agents) as of_agents,
        (select list(app_name order by app) from told_apps) as of_apps,
),
numbered_events as materialized (
    select
        e.session,
        a.address,
        case
            when e.is_sign_in then coalesce(
                looked_up(e.told_country, e.told_network, a.country, a.network, a.source),
                case when e.told_country is not null or e.told_network is not null then 'sign-ins' end
            )
            else place_mark(a.country, a.network, a.source)
        end as place_source,
        d.device,
        t.agent,
        p.app,
        e.workload,
    from told_events as e
    left join told_addresses as a using (ip_address)
    left join told_devices as d using (device_id)
    left join told_agents as t using (user_agent)
    left join told_apps as p using (app_name)
),
used as (
    select
        session,
        len(devices) as devices,
        len(apps) as apps,
        listed(list_transform(devices, n -> names.of_devices[n])) as device_list,
        listed(list_transform(agents, n -> names.of_agents[n])) as user_agent_list,
        listed(list_transform(apps, n -> names.of_apps[n])) as app_list,
    from (
        select
            session,
            list_sort(list_distinct(list(device) filter (where device is not null))) as devices,
            list_sort(list_distinct(list(agent) filter (where agent is not null))) as agents,
            list_sort(list_distinct(list(app) filter (where app is not null))) as apps,
        from numbered_events
        group by session
    )
    cross join names
),
session_addresses as (
    select
        session,
        address,
        case when bool_or(place_source = 'sign-ins') then 'sign-ins' else max(place_source) end as place_source,
    from numbered_events
    where address is not null
    group by all
),
address_lists as (
    select
        session,
        len(addresses) as ip_addresses,
        listed(list_transform(addresses, n -> names.of_addresses[n])) as ip_address_list,
        nullif(concat_ws(
            '; ',
            'sign-ins ' || nullif(told_places, 0),
            'learned ' || nullif(learned_places, 0),
            array_to_string(list_transform(map_entries(list_aggregate(other_sources, 'histogram')), e -> e.key || ' ' || e.value), '; ')
        ), '') as place_sources,
    from (
        select
            session,
            list_sort(list(address)) as addresses,
            count(*) filter (where place_source = 'sign-ins') as told_places,
            count(*) filter (where place_source = 'learned') as learned_places,
            list(place_source) filter (where place_source not in ('sign-ins', 'learned')) as other_sources,
        from session_addresses
        group by session
    )
    cross join names
),
workloads as (
    select
        session,
        string_agg(workload || ' ' || times, ', ' order by times desc, workload) as audit_workloads,
    from (
        select session, workload, count(*) as times
        from numbered_events
        where workload is not null
        group by all
    )
    group by session
),
root_policies as (
    select
        p.parent_file_id,
        p.parent_record,
        array_to_string(list_sort(list(distinct coalesce(p.policy_name, p.policy_id) || ' ' || p.result)), ', ') as policies,
    from evidence.sign_in_policies as p
    join told_sessions as t on p.parent_file_id = t.root_file_id and p.parent_record = t.root_record
    where p.result in ('success', 'failure', 'reportOnlySuccess', 'reportOnlyFailure', 'reportOnlyInterrupted')
    group by all
),
roots as (
    select
        t.session,
        s.id,
        coalesce(s.app_display_name, s.app_id) as app,
        s.ip_address,
        coalesce(d.device_name, s.device_id) as device,
        nullif(concat_ws(': ', replace(s.authentication_requirement, '_', ' '), coalesce(s.mfa_result, s.mfa_method)), '') as mfa,
        case
            when 'high' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'high'
            when 'medium' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'medium'
            when 'low' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'low'
        end as risk,
        p.policies,
    from told_sessions as t
    join evidence.sign_ins as s on s.file_id = t.root_file_id and s.record = t.root_record
    left join device_names as d using (device_id)
    left join root_policies as p on p.parent_file_id = s.file_id and p.parent_record = s.record
)
select
    j.session_id,
    j.users,
    j.attention,
    j.points,
    j.reasons,
    j.first_seen,
    j.last_seen,
    j.duration_minutes,
    j.sign_ins,
    j.sign_ins_success,
    j.sign_ins_failure,
    j.sign_ins_interrupted,
    j.sign_ins_interactive,
    j.sign_ins_non_interactive,
    j.audit_events,
    w.audit_workloads,
    j.free_text_events,
    j.events_without_id,
    j.user_count,
    coalesce(l.ip_addresses, 0) as ip_addresses,
    j.networks,
    j.countries,
    j.user_agents,
    coalesce(u.devices, 0) as devices,
    coalesce(u.apps, 0) as apps,
    l.ip_address_list,
    j.network_list,
    j.country_list,
    l.place_sources,
    u.user_agent_list,
    u.device_list,
    u.app_list,
    r.id as root_sign_in_id,
    r.app as root_app,
    r.ip_address as root_ip_address,
    r.device as root_device,
    r.mfa as root_mfa,
    r.policies as root_policies,
    r.risk as root_risk,
    j.moved_events,
    j.notable_operations,
from shown_sessions as j
left join told_sessions using (session_id)
left join used as u using (session)
left join address_lists as l using (session)
left join workloads as w using (session)
left join roots as r using (session)
