-- description: Lists of a sign-in's record that have no table of their own: one row an item.
-- source: https://learn.microsoft.com/graph/api/resources/signin
-- position: 18
-- words: property
-- parent: sign_ins by sign_in_id = id
-- repeats: event_time
create table sign_in_details (
    parent_file_id integer, -- sign_ins.file_id of the sign-in
    parent_record bigint, -- sign_ins.record of the sign-in
    sign_in_id varchar, -- sign_ins.id, which may stand for two sign-ins that differ
    event_time timestamp, -- of the sign-in (UTC)
    property varchar, -- the list, by Graph's name: authenticationProcessingDetails, networkLocationDetails, authenticationRequirementPolicies, sessionLifetimePolicies, authenticationAppPolicyDetails, authenticationAppPolicyEvaluationDetails, appliedEventListeners
    name varchar, -- the item's key, networkType, requirementProvider, expirationRequirement, policyName or eventType
    value varchar, -- its value, networkNames, detail, status or executedListenerId
    detail varchar -- what else it says
);
