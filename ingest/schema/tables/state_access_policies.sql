-- description: Conditional Access policies.
-- source: https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
-- position: 42
-- names: display_name
-- words: state, grant_controls, session_controls
-- snapshot: Conditional Access policies
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_access_policies (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- as sign_in_policies.policy_id
    display_name varchar, -- its name
    state varchar, -- enabled, disabled, enabledForReportingButNotEnforced
    conditions varchar, -- as exported
    grant_controls varchar, -- what it asks for, as exported
    session_controls varchar, -- as exported
    created_time timestamp, -- UTC
    changed_time timestamp, -- UTC
    raw varchar -- the source record as JSON
);
