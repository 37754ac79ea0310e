-- description: What applications may do: OAuth grants for a user or for everybody, and roles of applications.
-- source: https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant, https://learn.microsoft.com/graph/api/resources/approleassignment
-- position: 34
-- words: kind, permission
-- snapshot: permissions of applications
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_consents (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the grant; where it has none, application, resource, permission and user
    kind varchar, -- delegated = for a user or for everybody, application = for the application itself, assignment = users who may use it
    client_id varchar, -- object id of the application in this tenant
    app_id varchar, -- application id
    application varchar, -- its name
    resource_id varchar, -- object id of what may be read
    resource varchar, -- its name, such as Microsoft Graph
    permission varchar, -- scopes with a blank between, or a role
    is_for_all boolean, -- for every user
    principal_id varchar, -- object id of the user that it is for
    principal varchar, -- the name of that user
    publisher varchar, -- of the application
    is_enabled boolean, -- the application may be used
    created_time timestamp, -- UTC; of the application where the export says no more
    raw varchar -- the source record as JSON
);
