-- description: Properties that a provisioning event changed (JSON, or the ModifiedProperties CSV).
-- position: 16
-- names: old_value, new_value
-- id: change_id
-- parent: provisioning_events by change_id = change_id
-- timeline: no, a change is a part of its provisioning event
create table provisioning_changes (
    file_id integer, -- set where the change is a record of its own (ModifiedProperties CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- provisioning_events.file_id of the event; NULL = known by change_id only (CSV)
    parent_record bigint, -- provisioning_events.record of the event; NULL likewise
    change_id varchar, -- provisioning_events.change_id
    property varchar, -- what changed, as the target system calls it
    old_value varchar, -- before
    new_value varchar, -- after
    raw varchar -- the source record as JSON where the change is a record of its own
);
