-- description: The activity log of Azure subscriptions: who changed which resource.
-- source: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema
-- position: 25
-- names: resource_group
-- words: category, operation, status, sub_status, level, resource_provider
-- log: Azure activity log
-- id: id
-- time: event_time, required
-- actor: coalesce(caller, user_id, app_id)
-- action: 'Azure: ' || coalesce(operation, 'unknown')
-- target: resource_id
-- result: status
-- bucket: caller or user_id or app_id
-- expected: no
-- identity: event_time, status, correlation_id
-- get: Azure portal > Monitor > Activity log > Download as CSV, or az monitor activity-log list
create table azure_activity (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- eventDataId
    event_time timestamp, -- UTC
    category varchar, -- Administrative, Policy, Security, ...
    operation varchar, -- Microsoft.Authorization/roleAssignments/write, ...; the portal's CSV has its title
    status varchar, -- Started, Succeeded, Failed, ...
    sub_status varchar, -- Created, Forbidden, ...
    level varchar, -- Informational, Warning, Error, Critical
    caller varchar, -- who: user principal name or object id, lower case
    user_id varchar, -- object id in the token
    app_id varchar, -- the application in the token
    ip_address varchar, -- of the client
    unique_token_id varchar, -- of the token used; case-sensitive
    sign_in_id varchar, -- decoded from unique_token_id: the sign-in that issued the token
    resource_id varchar, -- what was changed
    resource_group varchar, -- that it is in
    resource_provider varchar, -- Microsoft.Compute, ...
    subscription_id varchar, -- that it is in
    role varchar, -- of the caller, that allowed it
    scope varchar, -- where the role was given
    correlation_id varchar, -- shared by the events of one operation
    operation_id varchar, -- shared by the events of one call
    details varchar, -- as logged, JSON
    raw varchar -- the source record as JSON
);
