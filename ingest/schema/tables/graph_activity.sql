-- description: Requests to Microsoft Graph, by whatever application.
-- source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs
-- position: 17
-- words: api_version, request_method, user_agent, location, scopes, roles
-- log: Graph activity log
-- id: id
-- time: event_time, required
-- actor: coalesce(user_id, service_principal_id)
-- action: 'Graph: ' || coalesce(request_method, 'request')
-- target: request_uri
-- result: response_status_code::varchar
-- bucket: user_id or service_principal_id or app_id
-- identity: event_time, request_method, request_uri, response_status_code, app_id, user_id or service_principal_id, ip_address
-- get: Log Analytics > MicrosoftGraphActivityLogs, or where else diagnostic settings send them
create table graph_activity (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- of the request
    event_time timestamp, -- when the request was received (UTC)
    operation_id varchar, -- of the batch; a request on its own is a batch of one
    client_request_id varchar, -- as the client sent it, else operation_id
    api_version varchar, -- v1.0, beta
    request_method varchar, -- GET, POST, PATCH, ...
    request_uri varchar, -- what was asked for
    response_status_code integer, -- HTTP status
    response_size_bytes bigint, -- of the answer
    duration_ms bigint, -- milliseconds
    ip_address varchar, -- of the client
    user_agent varchar, -- of the client
    location varchar, -- region that served the request, not where the client is
    user_id varchar, -- object id of the user; NULL = the application acted for itself
    service_principal_id varchar, -- object id of the application that acted for itself
    app_id varchar, -- the application
    device_id varchar, -- device that the token was issued to
    identity_provider varchar, -- that authenticated the subject of the token
    client_auth_method integer, -- 0 public client, 1 client secret, 2 certificate
    scopes varchar, -- delegated permissions in the token
    roles varchar, -- application permissions in the token
    wids varchar, -- directory roles of the user, template ids
    session_id varchar, -- joins to sign_ins.session_id
    unique_token_id varchar, -- of the token used; case-sensitive
    sign_in_id varchar, -- decoded from unique_token_id: the sign-in that issued the token
    token_issued_at timestamp, -- UTC
    raw varchar -- the source record as JSON
);
