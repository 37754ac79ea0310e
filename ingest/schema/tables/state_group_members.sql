-- description: Members of groups.
-- source: https://learn.microsoft.com/graph/api/group-list-members
-- position: 38
-- names: group_name
-- snapshot: members of groups
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_group_members (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- group and member
    group_id varchar, -- object id
    group_name varchar, -- of the group
    member_id varchar, -- object id
    member varchar, -- user principal name, lower case, else the name
    raw varchar -- the source record as JSON
);
