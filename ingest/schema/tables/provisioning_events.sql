-- description: Provisioning log: accounts created, changed, deleted in or from other systems.
-- source: https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary
-- position: 14
-- names: source_identity, target_identity
-- words: action, status
-- log: provisioning log
-- id: id
-- time: event_time, required
-- actor: coalesce(initiated_by, service_principal_name)
-- action: 'provisioning: ' || coalesce(action, 'unknown')
-- target: coalesce(target_identity, source_identity)
-- result: status
-- bucket: initiated_by
-- identity: event_time, action, status, change_id, job_id, source_identity, target_identity
-- get: Entra admin center > Provisioning logs > Download
create table provisioning_events (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the record
    event_time timestamp, -- activityDateTime (UTC)
    job_id varchar, -- of the provisioning job
    cycle_id varchar, -- of the provisioning cycle
    change_id varchar, -- of the change
    action varchar, -- create, update, delete, stagedDelete, disable, other
    status varchar, -- success, failure, skipped, warning
    status_detail varchar, -- error code and reason
    initiated_by varchar, -- who
    service_principal_name varchar, -- of the provisioning application
    source_system varchar, -- where the account comes from
    source_identity varchar, -- the account there
    target_system varchar, -- where it goes to
    target_identity varchar, -- the account there
    duration_ms bigint, -- milliseconds
    raw varchar -- the source record as JSON
);
