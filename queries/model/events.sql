-- description: One timeline over all event tables. Its rows are those that the filters show, and lead back to their record.
-- whole: all_events
-- column event_time timestamp: when (UTC)
-- column source varchar: the table the event stands in
-- column actor varchar: who: user principal name, application or id
-- column action varchar: what: sign-in, or the operation's name as logged
-- column target varchar: to what: application, mailbox, file, account, ...
-- column ip_address varchar: from where
-- column session_id varchar: in which session
-- column result varchar: with what result; of sign-ins, the status and the error code
-- column id varchar: of the event
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
select
    event_time,
    'sign_ins' as source,
    coalesce(user_principal_name, sign_in_identifier, service_principal_name, user_id, service_principal_id) as actor,
    'sign-in' || coalesce(' (' || category || ')', '') as action,
    coalesce(app_display_name, app_id) as target,
    ip_address,
    session_id,
    concat_ws(' ', status, nullif(error_code, 0)) as result,
    id,
    file_id,
    record
from sign_ins
union all
select
    event_time,
    'audit_events',
    user_id,
    operation,
    object_id,
    ip_address,
    session_id,
    case operation
        -- result_status says Success for most of the failed ones
        when 'UserLoginFailed' then concat_ws(' ', 'failure', nullif(error_number, 0))
        when 'UserLoggedIn' then concat_ws(' ', 'success', nullif(error_number, 0))
        else result_status
    end,
    id,
    file_id,
    record
from audit_events
union all
select
    event_time,
    'directory_audits',
    initiated_by,
    activity,
    targets,
    ip_address,
    null,
    result,
    id,
    file_id,
    record
from directory_audits
union all
select
    event_time,
    'risk_detections',
    coalesce(user_principal_name, user_id, service_principal_name),
    'risk detected: ' || coalesce(risk_event_type, 'unknown'),
    null,
    ip_address,
    null,
    concat_ws(' ', risk_level, risk_state),
    id,
    file_id,
    record
from risk_detections
union all
select
    event_time,
    'risky_users',
    coalesce(user_principal_name, service_principal_name, id),
    'risk state of the ' || case when service_principal_name is null then 'user' else 'service principal' end,
    null,
    null,
    null,
    concat_ws(' ', risk_level, risk_state),
    id,
    file_id,
    record
from risky_users
union all
select
    event_time,
    'provisioning_events',
    coalesce(initiated_by, service_principal_name),
    'provisioning: ' || coalesce(action, 'unknown'),
    coalesce(target_identity, source_identity),
    null,
    null,
    status,
    id,
    file_id,
    record
from provisioning_events
union all
select
    event_time,
    'graph_activity',
    coalesce(user_id, service_principal_id),
    'Graph: ' || coalesce(request_method, 'request'),
    request_uri,
    ip_address,
    session_id,
    response_status_code::varchar,
    id,
    file_id,
    record
from graph_activity
union all
select
    event_time,
    'message_trace',
    sender_address,
    'message: ' || coalesce(event, status, 'traced'),
    recipient_address,
    ip_address,
    null,
    status,
    id,
    file_id,
    record
from message_trace
union all
select
    event_time,
    'emails',
    sender_address,
    'e-mail: ' || coalesce(delivery_action, 'processed'),
    recipient_address,
    ip_address,
    null,
    concat_ws(' ', delivery_location, threat_types),
    id,
    file_id,
    record
from emails
union all
select
    event_time,
    'url_clicks',
    user_principal_name,
    'link: ' || coalesce(action, 'clicked'),
    url,
    ip_address,
    null,
    threat_types,
    id,
    file_id,
    record
from url_clicks
union all
select
    event_time,
    'alerts',
    coalesce(user_principal_name, user_id),
    coalesce(kind, 'alert') || ': ' || coalesce(title, entity_type, 'unnamed'),
    coalesce(device_name, file_name, url, app_display_name),
    ip_address,
    null,
    concat_ws(' ', severity, status),
    id,
    file_id,
    record
from alerts
union all
select
    event_time,
    'identity_logons',
    coalesce(user_principal_name, account_name, user_id),
    'logon: ' || coalesce(action, 'unknown'),
    coalesce(target_device_name, app_display_name),
    ip_address,
    null,
    failure_reason,
    id,
    file_id,
    record
from identity_logons
union all
select
    event_time,
    'azure_activity',
    coalesce(caller, user_id, app_id),
    'Azure: ' || coalesce(operation, 'unknown'),
    resource_id,
    ip_address,
    null,
    status,
    id,
    file_id,
    record
from azure_activity
