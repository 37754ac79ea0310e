-- description: Named locations of Conditional Access.
-- source: https://learn.microsoft.com/graph/api/resources/namedlocation
-- position: 43
-- names: display_name
-- words: countries
-- snapshot: named locations
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_named_locations (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the location
    display_name varchar, -- its name
    is_trusted boolean, -- sign-ins from there are trusted
    ip_ranges varchar, -- networks, comma-joined
    countries varchar, -- two letters each, comma-joined
    created_time timestamp, -- UTC
    changed_time timestamp, -- UTC
    raw varchar -- the source record as JSON
);
