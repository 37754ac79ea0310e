-- description: Of a copy with pseudonyms: what those rules found in the original that would find something else in the copy,
--   since they read how a name is spelt. Empty in any other case.
-- position: 46
-- words: finding, severity
create table judged_findings (
    finding varchar, -- name of the rule
    severity varchar, -- of the hit; NULL = the rule found nothing
    what varchar, -- as all_findings have it, like all that follows
    who varchar, -- the actor
    first_seen timestamp, -- UTC
    last_seen timestamp, -- UTC
    events bigint, -- how many it was
    target varchar, -- what or whom it was done to
    app_id varchar, -- with which application
    session_id varchar, -- in which session
    ip_addresses varchar[], -- from which addresses
    rarity varchar, -- how rare it is, and against what
    act varchar, -- key of the act
    records struct(file_id integer, record bigint, id varchar)[] -- the evidence
);
