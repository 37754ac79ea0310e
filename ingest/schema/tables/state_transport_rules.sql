-- description: Mail flow rules of the tenant.
-- source: https://learn.microsoft.com/powershell/module/exchange/get-transportrule
-- position: 32
-- names: name, comments
-- words: state, mode
-- snapshot: transport rules
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_transport_rules (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- GUID of the rule, else its name
    name varchar, -- of the rule
    state varchar, -- Enabled, Disabled
    mode varchar, -- Enforce, Audit, ...
    priority bigint, -- rules with a lower number come first
    redirect_to varchar, -- names or addresses
    copy_to varchar, -- names or addresses that get a copy, openly or not
    is_deleting boolean, -- it deletes the mail
    description varchar, -- the rule in words
    comments varchar, -- of who made it
    created_by varchar, -- as exported
    changed_time timestamp, -- UTC
    raw varchar -- the source record as JSON
);
