-- description: Alerts and incidents of Microsoft Defender XDR, and the evidence of alerts.
-- source: https://learn.microsoft.com/graph/api/resources/security-alert
-- position: 23
-- names: file_name, device_name, subject
-- words: kind, category, severity, status, classification, determination, service_source, detection_source,
--   techniques, entity_type, evidence_role
-- log: Defender alerts
-- id: id
-- time: event_time, required
-- actor: coalesce(user_principal_name, user_id)
-- action: coalesce(kind, 'alert') || ': ' || coalesce(title, entity_type, 'unnamed')
-- target: coalesce(device_name, file_name, url, app_display_name)
-- result: concat_ws(' ', severity, status)
-- bucket: user_principal_name or user_id
-- expected: no
-- identity: event_time, kind, title, entity_type, evidence_role, user_id or user_principal_name, ip_address, url, file_name, device_name,
--   app_id, network_message_id
-- state: status, severity, classification, determination, assigned_to, last_update_time
-- state time: last_update_time
-- get: Defender portal > Advanced hunting > AlertInfo and AlertEvidence > Export, or Graph security/alerts_v2
create table alerts (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the alert or the incident; evidence has that of its alert
    event_time timestamp, -- when it was raised; of evidence, when it was recorded (UTC)
    kind varchar, -- alert, evidence, incident
    title varchar, -- what it is called
    category varchar, -- InitialAccess, SuspiciousActivity, ...
    severity varchar, -- informational, low, medium, high
    status varchar, -- new, inProgress, resolved, ...
    classification varchar, -- truePositive, falsePositive, ...
    determination varchar, -- of the analyst
    assigned_to varchar, -- the analyst
    service_source varchar, -- the product
    detection_source varchar, -- the sensor
    techniques varchar, -- of MITRE ATT&CK, comma-joined
    incident_id varchar, -- the incident that the alert belongs to
    description varchar, -- as logged
    first_activity_time timestamp, -- UTC
    last_activity_time timestamp, -- UTC
    last_update_time timestamp, -- UTC
    entity_type varchar, -- of evidence: User, Ip, MailMessage, ...; of an alert, comma-joined
    evidence_role varchar, -- Impacted, Related
    user_principal_name varchar, -- lower case; of an alert of several, comma-joined
    user_id varchar, -- object id, likewise
    ip_address varchar, -- likewise
    url varchar, -- likewise
    file_name varchar, -- likewise
    sha256 varchar, -- of the file
    device_name varchar, -- likewise
    app_id varchar, -- of the application
    app_display_name varchar, -- likewise
    network_message_id varchar, -- emails.id, message_trace.id
    subject varchar, -- of the message
    raw varchar -- the source record as JSON
);
