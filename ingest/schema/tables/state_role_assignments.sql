-- description: Who has a role of the directory, or may take it (PIM).
-- source: https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
-- position: 39
-- words: role, kind
-- snapshot: roles
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_role_assignments (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the assignment; where it has none, role, member and scope
    role varchar, -- its name, from Graph its id
    member_id varchar, -- object id
    member varchar, -- user principal name, lower case, else the name
    kind varchar, -- active, eligible; NULL = not said
    scope varchar, -- what it is about; / = the directory
    start_time timestamp, -- UTC
    end_time timestamp, -- UTC; NULL = for ever, or not said
    raw varchar -- the source record as JSON
);
