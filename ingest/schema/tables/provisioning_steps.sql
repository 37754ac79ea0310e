-- description: Steps of a provisioning event (JSON, or the ProvisioningSteps CSV).
-- source: https://learn.microsoft.com/graph/api/resources/provisioningstep
-- position: 15
-- words: name, step_type, status
-- id: change_id
-- parent: provisioning_events by change_id = change_id
-- timeline: no, a step is a part of its provisioning event
create table provisioning_steps (
    file_id integer, -- set where the step is a record of its own (ProvisioningSteps CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- provisioning_events.file_id of the event; NULL = known by change_id only (CSV)
    parent_record bigint, -- provisioning_events.record of the event; NULL likewise
    change_id varchar, -- provisioning_events.change_id
    name varchar, -- of the step
    step_type varchar, -- import, scoping, matching, processing, referenceResolution, export
    status varchar, -- success, failure, skipped, warning
    description varchar, -- what occurred
    details varchar, -- as logged, mostly JSON
    raw varchar -- the source record as JSON where the step is a record of its own
);
