-- title: Events by session
-- description: What happened in each session: its sign-ins, audit events and requests to Microsoft Graph by time, sessions
--   in the order of their first event. activity and status are the audit event's operation and result as logged, for
--   sign-ins the status with the error code, for requests the method and the HTTP status; a UserLoginFailed is a failure
--   whatever its record says. record_type is the audit record's type, or the kind of sign-in. country and network are
--   those that the sign-in tells; for other events they are looked up by the address, and place_source says where: learned =
--   in a sign-in that came from it; learned, several = in one of those, which disagree; else the file name of the
--   geolocation database. change says where the country, the network or the user agent is another than the session's last
--   known one before (agents are compared within the sign-ins or one workload, as each spells them its own way). There
--   place_source stands behind a place that was looked up, unless the session's last sign-in before tells the same. It is
--   judged on all the session's events in evidence, also when the filters hide the one before.
-- group: sessions 2
-- needs: sign_ins, audit_events, graph_activity
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns), the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export) and Microsoft Graph's activity log
-- caveat: Events without a session id are not in here: failed sign-ins, some aggregated and background events, and
--   exports that do not carry it; coverage counts them. A learned place is that of the sign-in's time: addresses move.
--   Addresses that services write of themselves, and those of non-interactive sign-ins of confidential clients, which
--   are where the first token was issued, are no change.
with shown as (
    select 'sign_ins' as source, file_id, record, session_id from sign_ins where session_id <> ''
    union all
    select 'audit_events', file_id, record, session_id from audit_events where session_id <> ''
    union all
    select 'graph_activity', file_id, record, session_id from graph_activity where session_id <> ''
),
activity as (
    select
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
        nullif(country, '') as country,
        autonomous_system_number as network,
        unique_token_id as token,
        resource_display_name as target,
        null as workload,
    from evidence.sign_ins
    where session_id in (select session_id from shown)
    union all
    select
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
        e.workload,
    from evidence.audit_events as e
    left join evidence.app_names as p on lower(coalesce(e.app_id, e.client_app_id)) = p.app_id
    where e.session_id in (select session_id from shown)
    union all
    select
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
        'Microsoft Graph',
    from evidence.graph_activity as g
    left join evidence.account_names as u on lower(g.user_id) = u.user_id
    left join evidence.app_names as p on lower(g.app_id) = p.app_id
    where g.session_id in (select session_id from shown)
),
-- What the sign-in itself says stands; the rest is looked up.
placed as (
    select
        e.* exclude (country, network),
        coalesce(e.country, a.country) as country,
        coalesce(e.network, a.network) as network,
        e.country is null as is_country_found,
        e.network is null as is_network_found,
        looked_up(e.country, e.network, a.country, a.network, a.source) as place_source,
    from activity as e
    left join addresses as a on e.address = a.ip_address
),
compared as (
    select
        *,
        place_text(country, is_country_found, place_source) as country_text,
        place_text('AS' || network, is_network_found, place_source) as network_text,
        case when address is not null then country end as caller_country,
        case when address is not null then network end as caller_network,
        min(event_time) over (partition by session_id) as session_start,
        lag(caller_country ignore nulls) over in_session as country_before,
        lag(case when not is_country_found then caller_country end ignore nulls) over in_session as country_told_before,
        lag(case when caller_country is not null then country_text end ignore nulls) over in_session as country_before_text,
        lag(caller_network ignore nulls) over in_session as network_before,
        lag(case when not is_network_found then caller_network end ignore nulls) over in_session as network_told_before,
        lag(case when caller_network is not null then network_text end ignore nulls) over in_session as network_before_text,
        lag(address ignore nulls) over in_session as address_before,
        lag(user_agent ignore nulls) over in_log as user_agent_before,
    from placed
    window
        in_session as (partition by session_id order by event_time, source = 'sign_ins' desc, source, file_id, record),
        in_log as (partition by session_id, source, workload order by event_time, file_id, record)
)
select
    event_time,
    session_id,
    user_id,
    activity,
    status,
    client_ip,
    country,
    'AS' || network as network,
    nullif(concat_ws(
        '; ',
        move_text('country', country_before, country_told_before, country_before, country_before_text, caller_country, country_text),
        move_text('network', network_before, network_told_before, 'AS' || network_before, network_before_text, caller_network, network_text),
        case when network is null and address <> address_before then 'address ' || address_before || ' to ' || address || ', network unknown' end,
        case
            when user_agent <> user_agent_before then 'user agent'
        end
    ), '') as change,
    target,
    app,
    place_source,
    record_type,
    user_agent,
    token,
    id,
    file_id,
    record
from compared
semi join shown using (source, file_id, record)
order by
    session_start,
    session_id,
    event_time,
    source = 'sign_ins' desc, -- a sign-in before what was done with it in the same second
    source,
    file_id,
    record
