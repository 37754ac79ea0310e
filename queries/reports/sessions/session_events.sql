-- title: Events by session
-- description: What happened in each session: its sign-ins, audit events and requests to Microsoft Graph by time, sessions
--   in the order of their first event. message says in a sentence what happened. activity and status are the audit event's operation and result as logged, for
--   sign-ins the status with the error code, for requests the method and the HTTP status; a UserLoginFailed is a failure
--   whatever its record says. record_type is the audit record's type, or the kind of sign-in. country and network are
--   those that the sign-in tells; for other events they are looked up by the address, and place_source says where: learned =
--   in a sign-in that came from it; learned, several = in one of those, which disagree; else the file name of the
--   geolocation database. change says where the country, the network or the user agent is another than the session's last
--   known one before (agents are compared within the sign-ins or one workload, as each spells them its own way). There
--   place_source stands behind a place that was looked up, unless the session's last sign-in before tells the same. It is
--   judged on all the session's events in evidence, also when the filters hide the one before. verdict and note are of the
--   case sheet (--case).
-- position: 2
-- status: status
-- on a terminal: event_time, message, change, client_ip, country, session_id
-- first rows: what matters of session_records
-- layout: sessions
-- wrap: message, change
-- needs: sign_ins, audit_events, graph_activity
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns), the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export) and Microsoft Graph's activity log
-- caveat: Ask the people whether what stands here was theirs: an account may be in use by somebody else. Events without a session id are not in here: failed sign-ins, some aggregated and background events, and
--   exports that do not carry it; coverage counts them. A learned place is that of the sign-in's time: addresses move.
--   Addresses that services write of themselves, and those of non-interactive sign-ins of confidential clients, which
--   are where the first token was issued, are no change.
with
-- All that evidence has of sessions, by what a change is seen. Each log,
-- and each workload of the audit log, has its own way to write user agents.
traces as (
    select
        session_id,
        event_time,
        1 as log,
        null as workload,
        file_id,
        record,
        caller_address(ip_address, category, client_credential_type) as address,
        nullif(country, '') as told_country,
        autonomous_system_number as told_network,
        user_agent,
    from evidence.sign_ins
    union all
    select
        session_id,
        event_time,
        2,
        workload,
        file_id,
        record,
        client_address(ip_address),
        null,
        null,
        user_agent,
    from evidence.audit_events
    union all
    select
        session_id,
        event_time,
        3,
        null,
        file_id,
        record,
        client_address(ip_address),
        null,
        null,
        user_agent,
    from evidence.graph_activity
),
-- Those shown, numbered in the order of their first events in evidence.
ordered_sessions as materialized (
    select
        session_id,
        row_number() over (order by min(event_time), session_id) as session,
    from all_session_records
    where session_id in (select session_id from session_records where is_on_page(file_id, record))
    group by session_id
),
trails as materialized (
    select
        s.session,
        t.* exclude (session_id, user_agent),
        case when t.user_agent is not null then hash(t.user_agent) end as agent,
        case when t.address is not null then coalesce(t.told_country, a.country) end as country,
        case when t.address is not null then coalesce(t.told_network, a.network) end as network,
        looked_up(t.told_country, t.told_network, a.country, a.network, a.source) as place_source,
    from traces as t
    join ordered_sessions as s using (session_id)
    left join addresses as a on t.address = a.ip_address
),
-- Most stay in one known place, and there is nothing to compare.
compared_sessions as materialized (
    select
        session,
        min(country) < max(country) or min(network) < max(network)
            or min(address) < max(address) and bool_or(address is not null and network is null) as has_places,
        min(agent) < max(agent) as has_agents,
    from trails
    group by session
),
places as (
    select
        log,
        file_id,
        record,
        address,
        country,
        network,
        place_text(country, told_country is null, place_source) as country_text,
        place_text('AS' || network, told_network is null, place_source) as network_text,
        lag(address ignore nulls) over in_session as address_before,
        lag(country ignore nulls) over in_session as country_before,
        lag(case when told_country is not null then country end ignore nulls) over in_session as country_told_before,
        lag(country_text ignore nulls) over in_session as country_before_text,
        lag(network ignore nulls) over in_session as network_before,
        lag(case when told_network is not null then network end ignore nulls) over in_session as network_told_before,
        lag(network_text ignore nulls) over in_session as network_before_text,
    from trails
    where session in (select session from compared_sessions where has_places)
    window in_session as (partition by session order by event_time, log, file_id, record)
),
moves as (
    select
        log,
        file_id,
        record,
        concat_ws(
            '; ',
            move_text('country', country_before, country_told_before, country_before, country_before_text, country, country_text),
            move_text('network', network_before, network_told_before, 'AS' || network_before, network_before_text, network, network_text),
            case
                when network is null and address <> address_before then 'address ' || address_before || ' to ' || address || ', network unknown'
            end
        ) as move,
    from places
    where move <> ''
),
agents as (
    select
        log,
        file_id,
        record,
        'user agent' as agent,
    from trails
    where agent is not null and session in (select session from compared_sessions where has_agents)
    qualify agent <> lag(agent) over (partition by session, log, workload order by event_time, file_id, record)
),
activity as (
    select
        1 as log,
        'sign_ins' as source,
        file_id,
        record,
        session_id,
        coalesce(user_principal_name, user_id, sign_in_identifier) as user_id,
        'Sign-in' as activity,
        concat_ws(' ', status, nullif(error_code, 0)) as status,
        event_time,
        'sign-in' || coalesce(' (' || category || ')', '') as record_type,
        ip_address as client_ip,
        caller_address(ip_address, category, client_credential_type) as address,
        id,
        coalesce(app_display_name, app_id) as app,
        user_agent,
        nullif(country, '') as told_country,
        autonomous_system_number as told_network,
        unique_token_id as token,
        resource_display_name as target,
        category as sign_in,
    from sign_ins
    where is_on_page(file_id, record)
    union all
    select
        2,
        'audit_events',
        e.file_id,
        e.record,
        e.session_id,
        e.user_id,
        e.operation,
        case
            when e.operation = 'UserLoginFailed' then concat_ws(' ', 'failure', nullif(e.error_number, 0))
            else e.result_status
        end,
        e.event_time,
        coalesce(e.record_type_name, e.record_type::varchar),
        e.ip_address,
        client_address(e.ip_address),
        e.id,
        coalesce(p.app_display_name, e.app_id, e.client_app_id),
        e.user_agent,
        null,
        null,
        e.unique_token_id,
        e.object_id,
        null,
    from audit_events as e
    left join app_names as p on lower(coalesce(e.app_id, e.client_app_id)) = p.app_id
    where is_on_page(e.file_id, e.record)
    union all
    select
        3,
        'graph_activity',
        g.file_id,
        g.record,
        g.session_id,
        coalesce(u.user_principal_name, g.user_id, g.service_principal_id),
        g.request_method,
        g.response_status_code::varchar,
        g.event_time,
        'Microsoft Graph ' || g.api_version,
        g.ip_address,
        client_address(g.ip_address),
        g.id,
        coalesce(p.app_display_name, g.app_id),
        g.user_agent,
        null,
        null,
        g.unique_token_id,
        g.request_uri,
        null,
    from graph_activity as g
    left join account_names as u on lower(g.user_id) = u.user_id
    left join app_names as p on lower(g.app_id) = p.app_id
    where is_on_page(g.file_id, g.record)
)
select
    e.event_time,
    e.session_id,
    event_message(
        e.source, e.user_id, coalesce(e.sign_in, e.activity),
        case e.source when 'sign_ins' then e.app when 'audit_events' then coalesce(p.app_display_name, k.name, w.object_id) else e.target end,
        w.words,
        concat(e.client_ip, ' (' || coalesce(e.told_country, a.country) || ')'),
        lower(e.status),
        c.meaning
    ) as message,
    e.user_id,
    e.activity,
    e.status,
    e.client_ip,
    coalesce(e.told_country, a.country) as country,
    'AS' || coalesce(e.told_network, a.network) as network,
    nullif(concat_ws('; ', moves.move, agents.agent), '') as change,
    e.target,
    e.app,
    looked_up(e.told_country, e.told_network, a.country, a.network, a.source) as place_source,
    e.record_type,
    e.user_agent,
    e.token,
    e.id,
    n.verdict,
    n.note,
    e.file_id,
    e.record
from activity as e
join ordered_sessions using (session_id)
left join addresses as a on e.address = a.ip_address
left join moves using (log, file_id, record)
left join agents using (log, file_id, record)
left join audit_words as w on case when e.source = 'audit_events' then e.file_id end = w.file_id and e.record = w.record
left join app_names as p on w.object_id = p.app_id
left join well_known_ids as k on w.object_id = k.id
left join error_codes as c on try_cast(regexp_extract(e.status, '\d+$') as bigint) = c.error_code
left join noted_records as n on n.file_id = e.file_id and n.record = e.record
order by
    session,
    e.event_time,
    log, -- a sign-in before what was done with it in the same second
    file_id,
    record
