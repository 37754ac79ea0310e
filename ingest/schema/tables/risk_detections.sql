-- description: Entra ID Protection risk detections.
-- source: https://learn.microsoft.com/graph/api/resources/riskdetection
-- position: 12
-- names: user_display_name
-- words: risk_event_type, risk_level, risk_state, risk_detail, source, detection_timing_type, activity, city, state,
--   country
-- log: risk detections
-- id: id
-- time: event_time, required
-- actor: coalesce(user_principal_name, user_id, service_principal_name)
-- action: 'risk detected: ' || coalesce(risk_event_type, 'unknown')
-- result: concat_ws(' ', risk_level, risk_state)
-- bucket: user_principal_name or user_id or service_principal_id
-- identity: detected_date_time or event_time, risk_event_type, user_id or user_principal_name, service_principal_id, request_id, ip_address
-- state: risk_level, risk_state, risk_detail, last_updated_date_time
-- state time: last_updated_date_time
-- get: Entra admin center > Risk detections > Download
create table risk_detections (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the detection
    event_time timestamp, -- activityDateTime (UTC); where the log does not say, when it was detected
    detected_date_time timestamp, -- when it was detected (UTC)
    last_updated_date_time timestamp, -- UTC
    request_id varchar, -- sign_ins.id
    correlation_id varchar, -- of the sign-in
    risk_event_type varchar, -- unfamiliarFeatures, anonymizedIPAddress, ...
    risk_level varchar, -- low, medium, high, hidden
    risk_state varchar, -- atRisk, remediated, ...
    risk_detail varchar, -- why the state is what it is
    source varchar, -- of the detection
    detection_timing_type varchar, -- realtime, nearRealtime, offline
    activity varchar, -- signin, user
    ip_address varchar, -- of the activity
    city varchar, -- of ip_address
    state varchar, -- of ip_address
    country varchar, -- of ip_address, two letters
    user_id varchar, -- object id
    user_principal_name varchar, -- lower case
    user_display_name varchar, -- the user's name
    service_principal_id varchar, -- object id, where it is about a service principal or an agent
    service_principal_name varchar, -- its name
    app_id varchar, -- its application, or the agent's blueprint
    key_ids varchar, -- credentials of the service principal that it is about, comma-joined
    additional_info varchar, -- as logged, JSON
    raw varchar -- the source record as JSON
);
