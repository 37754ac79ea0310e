-- description: Users, service principals and agents with a risk state.
-- source: https://learn.microsoft.com/graph/api/resources/riskyuser
-- position: 13
-- names: user_display_name
-- words: risk_level, risk_state, risk_detail
-- log: risky users
-- id: id
-- time: event_time
-- actor: coalesce(user_principal_name, service_principal_name, id)
-- action: 'risk state of the ' || case when service_principal_name is null then 'user' else 'service principal' end
-- result: concat_ws(' ', risk_level, risk_state)
-- bucket: user_principal_name or id
-- identity: id
-- state: event_time, risk_level, risk_state, risk_detail, is_deleted, is_processing
-- state time: event_time
-- get: Entra admin center > Risky users > Download
create table risky_users (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- object id of the user, the service principal or the agent
    event_time timestamp, -- riskLastUpdatedDateTime (UTC)
    user_principal_name varchar, -- lower case
    user_display_name varchar, -- the user's name
    service_principal_name varchar, -- the name of a service principal or an agent; NULL = a user
    app_id varchar, -- of a service principal, its application; of an agent, its blueprint
    risk_level varchar, -- none, low, medium, high, hidden
    risk_state varchar, -- atRisk, confirmedCompromised, remediated, dismissed, ...
    risk_detail varchar, -- why the state is what it is
    is_deleted boolean, -- the account is deleted
    is_processing boolean, -- the state is being worked out
    raw varchar -- the source record as JSON
);
