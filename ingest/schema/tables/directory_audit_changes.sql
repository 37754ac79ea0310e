-- description: Property changes of a directory audit record.
-- position: 11
-- words: target_type, property
-- parent: directory_audits by audit_id = id
create table directory_audit_changes (
    parent_file_id integer, -- directory_audits.file_id of the record
    parent_record bigint, -- directory_audits.record of the record
    audit_id varchar, -- directory_audits.id, which may stand for two records that differ
    target_type varchar, -- User, Group, Role, ...
    target varchar, -- name of the target
    property varchar, -- what changed
    old_value varchar, -- before
    new_value varchar -- after
);
