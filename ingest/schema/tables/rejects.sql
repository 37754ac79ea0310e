-- description: Records that could not be read, one row each.
-- position: 3
-- names: excerpt
-- words: reason
-- timeline: no, what could not be read has no time
create table rejects (
    file_id integer, -- the file
    record bigint, -- 1-based number of the record in its file; NULL = the damage is not one record's
    line bigint, -- 1-based line where the record starts
    reason varchar, -- what is wrong with it
    excerpt varchar -- the first characters of it
);
