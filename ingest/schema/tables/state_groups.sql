-- description: Groups of the directory.
-- source: https://learn.microsoft.com/graph/api/resources/group
-- position: 37
-- names: display_name
-- words: kinds
-- snapshot: groups
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_groups (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- object id
    display_name varchar, -- its name
    mail varchar, -- address, lower case
    kinds varchar, -- Unified, DynamicMembership, ...; NULL = neither
    is_security boolean, -- it may be given rights
    may_have_roles boolean, -- roles of the directory can be given to it
    membership_rule varchar, -- who is a member, of a dynamic group
    created_time timestamp, -- UTC
    raw varchar -- the source record as JSON
);
