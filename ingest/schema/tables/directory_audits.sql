-- description: The Entra ID directory audit log.
-- source: https://learn.microsoft.com/graph/api/resources/directoryaudit
-- position: 10
-- words: category, activity, service, result, result_reason, initiated_by_type, user_agent
-- log: directory audit log
-- id: id
-- time: event_time, required
-- actor: initiated_by
-- action: activity
-- target: targets
-- result: result
-- bucket: initiated_by
-- identity: event_time, activity, result, correlation_id, raw
-- get: Entra admin center > Audit logs > Download
create table directory_audits (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the record
    event_time timestamp, -- UTC
    category varchar, -- UserManagement, ApplicationManagement, ...
    activity varchar, -- Add member to role, ...
    service varchar, -- that logged it
    result varchar, -- success, failure, timeout
    result_reason varchar, -- the log's words
    initiated_by varchar, -- user principal name (lower case) or application name
    initiated_by_type varchar, -- user, app
    ip_address varchar, -- of the initiator
    user_agent varchar, -- of the initiator
    targets varchar, -- names of the targets, comma-joined
    correlation_id varchar, -- of the operation
    raw varchar -- the source record as JSON
);
