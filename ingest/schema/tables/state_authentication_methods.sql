-- description: By what users may prove who they are.
-- source: https://learn.microsoft.com/graph/api/resources/userregistrationdetails
-- position: 41
-- names: phone
-- words: methods, default_method
-- snapshot: authentication methods
-- account in the file's name: user_principal_name
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_authentication_methods (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- object id of the user, else the name; of a single method its id
    user_principal_name varchar, -- lower case; where the record does not say it, the address in the file's path
    methods varchar, -- registered ones
    default_method varchar, -- the one that is asked for first
    is_mfa_registered boolean, -- for multi-factor authentication
    is_mfa_capable boolean, -- a policy lets it be used
    is_admin boolean, -- the user has a role
    phone varchar, -- number that codes are sent to
    updated_time timestamp, -- UTC; of a single method when it was made
    raw varchar -- the source record as JSON
);
