-- description: Accounts of the directory.
-- source: https://learn.microsoft.com/graph/api/resources/user
-- position: 36
-- names: display_name, job_title, department
-- words: user_type, mfa_setting
-- snapshot: users
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_users (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- object id
    user_principal_name varchar, -- lower case
    display_name varchar, -- the user's name
    mail varchar, -- main address, lower case
    user_type varchar, -- Member, Guest
    is_enabled boolean, -- it may sign in
    created_time timestamp, -- UTC
    last_password_change timestamp, -- UTC
    last_sign_in timestamp, -- UTC
    is_synchronised boolean, -- it comes from a directory on premises
    job_title varchar, -- as exported
    department varchar, -- as exported
    mfa_setting varchar, -- the per-user setting of older tenants, as exported
    raw varchar -- the source record as JSON
);
