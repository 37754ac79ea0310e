-- description: Applications and service principals, with their credentials.
-- source: https://learn.microsoft.com/graph/api/resources/application, https://learn.microsoft.com/graph/api/resources/serviceprincipal
-- position: 35
-- words: kind, sign_in_audience
-- snapshot: applications
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_applications (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- object id
    app_id varchar, -- application id
    display_name varchar, -- its name
    kind varchar, -- application, service principal, or credential where a record is one of these
    is_enabled boolean, -- it may be used
    created_time timestamp, -- UTC
    publisher varchar, -- of the application
    owner_tenant_id varchar, -- tenant that the application is of
    sign_in_audience varchar, -- who may sign in to it
    reply_urls varchar, -- where tokens are sent to
    owners varchar, -- as exported
    password_credentials bigint, -- client secrets
    key_credentials bigint, -- certificates
    last_credential_time timestamp, -- when the newest credential begins (UTC)
    last_credential_end timestamp, -- when the last credential ends (UTC)
    credentials varchar, -- the credentials as exported
    raw varchar -- the source record as JSON
);
