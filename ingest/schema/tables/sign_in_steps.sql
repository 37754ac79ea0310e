-- description: Authentication steps of a sign-in (JSON exports, or the AuthDetails CSV).
-- position: 8
-- words: method, method_detail, result_detail, requirement
-- id: sign_in_id
-- time: step_time
-- parent: sign_ins by sign_in_id = id
-- timeline: no, a step is a part of its sign-in
create table sign_in_steps (
    file_id integer, -- set where the step is a record of its own (AuthDetails CSV)
    record bigint, -- its number in that file
    parent_file_id integer, -- sign_ins.file_id of the sign-in; NULL = known by sign_in_id only (AuthDetails CSV)
    parent_record bigint, -- sign_ins.record of the sign-in; NULL likewise
    sign_in_id varchar, -- sign_ins.id, which may stand for two sign-ins that differ
    step_time timestamp, -- UTC
    method varchar, -- Password, Previously satisfied, Mobile app notification, ...
    method_detail varchar, -- Password in the cloud, ...
    succeeded boolean, -- of this step
    result_detail varchar, -- the log's words
    requirement varchar, -- Primary authentication, Multifactor authentication, ...
    raw varchar -- the source record as JSON where the step is a record of its own
);
