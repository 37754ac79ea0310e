-- description: Earlier risk of sign-ins, risk detections and risky users: what a record said that an export of another
--   time says otherwise. The row in the log has the last state.
-- position: 5
-- words: log, risk_level, risk_state, risk_detail
-- timeline: no, an earlier state has no time of its own in every log
create table risk_history (
    file_id integer, -- the file that has this state
    record bigint, -- its number in that file
    kept_file_id integer, -- file_id of the row that has the last state
    kept_record bigint, -- its record
    log varchar, -- the table of that row: sign_ins, risk_detections, risky_users
    id varchar, -- the id of both
    user_principal_name varchar, -- lower case
    updated_at timestamp, -- when the state was set, where the log says it (UTC)
    risk_level varchar, -- none, low, medium, high, hidden; of sign-ins the aggregated level, else that during the sign-in
    risk_state varchar, -- none, atRisk, confirmedCompromised, remediated, dismissed, ...
    risk_detail varchar -- why the state is what it is
);
