-- description: Conditional Access policies evaluated for a sign-in (JSON exports only).
-- position: 7
-- names: policy_name
-- words: result, grant_controls, session_controls, conditions_satisfied, conditions_not_satisfied,
--   session_controls_not_satisfied, include_rules_satisfied, exclude_rules_satisfied, authentication_strength_result
-- parent: sign_ins by sign_in_id = id
-- repeats: event_time
create table sign_in_policies (
    parent_file_id integer, -- sign_ins.file_id of the sign-in
    parent_record bigint, -- sign_ins.record of the sign-in
    sign_in_id varchar, -- sign_ins.id, which may stand for two sign-ins that differ
    event_time timestamp, -- of the sign-in (UTC)
    policy_id varchar, -- object id of the policy
    policy_name varchar, -- its name
    result varchar, -- success, failure, notApplied, notEnabled, reportOnly..., unknown
    grant_controls varchar, -- enforced, comma-joined
    session_controls varchar, -- enforced, comma-joined
    conditions_satisfied varchar, -- comma-joined
    conditions_not_satisfied varchar, -- comma-joined
    session_controls_not_satisfied varchar, -- comma-joined
    include_rules_satisfied varchar, -- the conditions that put the sign-in under the policy and the rule that matched, comma-joined
    exclude_rules_satisfied varchar, -- the conditions that would take it out, likewise
    authentication_strength_id varchar, -- object id of the authentication strength that was required
    authentication_strength varchar, -- its name
    authentication_strength_result varchar -- satisfied, multipleChallengesRequired, skippedForProofUp, ...
);
