-- description: Records taken out because they are the same record as another one. What they say by themselves is in the
--   schema copies, where it is not what the other says.
-- position: 4
-- words: added, lacked
-- timeline: no, the record that stays is there
create table duplicates (
    file_id integer, -- the record taken out
    record bigint, -- its number in its file
    kept_file_id integer, -- the record that stayed
    kept_record bigint, -- its number in its file
    identical boolean, -- true = the same text; false = written otherwise, or by another export
    added varchar, -- columns that it has and the record that stayed lacked; comma-joined, NULL = none
    lacked varchar, -- columns that it lacks and the record that stayed has; likewise
    differs varchar -- columns of which it has another value, with that value; separated by "; "
);
