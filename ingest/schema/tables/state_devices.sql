-- description: Devices of the directory.
-- source: https://learn.microsoft.com/graph/api/resources/device
-- position: 40
-- names: display_name
-- words: operating_system, trust_type
-- snapshot: devices
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_devices (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- object id
    device_id varchar, -- as sign-ins have it
    display_name varchar, -- its name
    operating_system varchar, -- with its version
    trust_type varchar, -- AzureAd = joined, ServerAd = hybrid joined, Workplace = registered
    is_enabled boolean, -- it may be used
    is_compliant boolean, -- with the rules of the tenant
    is_managed boolean, -- by the tenant
    owners varchar, -- as exported
    created_time timestamp, -- when it was registered (UTC)
    last_sign_in timestamp, -- about when (UTC)
    raw varchar -- the source record as JSON
);
