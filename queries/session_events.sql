-- title: Events by session
-- description: What happened in each session: its sign-ins and audit events by time, sessions in the order of their
--   first event. activity and status are the audit event's operation and result as logged, and for sign-ins the
--   status with the error code; a UserLoginFailed is a failure whatever its record says. record_type is the audit
--   record's type, or the kind of sign-in. change says where the country, the network or the user agent is another
--   than the session's last known one before (agents are compared within the sign-ins or one workload, as each spells them its own way);
--   it is judged on all the session's events in evidence, also when the filters hide the one before. country and
--   network of an audit event are those that sign-ins give for the same address.
-- group: sessions 2
-- needs: sign_ins, audit_events
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns) and the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Events without a session id are not in here: failed sign-ins, some aggregated and background events, and
--   exports that do not carry it; coverage counts them.
with known_addresses as (
    select
        ip_address,
        max(autonomous_system_number) as network,
        max(country) as country,
    from evidence.sign_ins
    where ip_address is not null
    group by ip_address
),
known_apps as (
    select
        lower(app_id) as app_id,
        max(app_display_name) as app_display_name,
    from evidence.sign_ins
    where app_id is not null
    group by all
),
shown as (
    select 'sign_ins' as source, file_id, record, session_id from sign_ins where session_id <> ''
    union all
    select 'audit_events', file_id, record, session_id from audit_events where session_id <> ''
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
        client_address(ip_address) as address,
        id,
        coalesce(app_display_name, app_id) as app,
        user_agent,
        country,
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
        a.country,
        a.network,
        e.unique_token_id,
        e.object_id,
        e.workload,
    from evidence.audit_events as e
    left join known_addresses as a on client_address(e.ip_address) = a.ip_address
    left join known_apps as p on lower(coalesce(e.app_id, e.client_app_id)) = p.app_id
    where e.session_id in (select session_id from shown)
),
compared as (
    select
        *,
        min(event_time) over (partition by session_id) as session_start,
        lag(country ignore nulls) over in_session as country_before,
        lag(network ignore nulls) over in_session as network_before,
        lag(address ignore nulls) over in_session as address_before,
        lag(user_agent ignore nulls) over in_log as user_agent_before,
    from activity
    window
        in_session as (partition by session_id order by event_time, source desc, file_id, record),
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
        case
            when country <> country_before then 'country ' || country_before || ' to ' || country
        end,
        case
            when network <> network_before then 'network AS' || network_before || ' to AS' || network
            when network is null and address <> address_before then 'address ' || address_before || ' to ' || address || ', network unknown'
        end,
        case
            when user_agent <> user_agent_before then 'user agent'
        end
    ), '') as change,
    record_type,
    app,
    target,
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
    source desc, -- a sign-in before what was done with it in the same second
    file_id,
    record
