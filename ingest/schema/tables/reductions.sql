-- description: What the records of a whole tenant were reduced to, where they lie, by queries that --show-sql prints: the
--   answers beside a folder of Parquet. A run that reads a part of the folder judges by them what is first, own or shared.
-- position: 47
-- names: path
-- words: reduction
create table reductions (
    path varchar, -- of the file that has the row, as in files
    reduction varchar, -- the query: domains_of_accounts, first_sign_in_to_application, first_directory_acts, addresses_of_many
    thing varchar, -- what the row is about: a domain, the id of an application, an act in lower case, an address
    name varchar, -- of the application
    account varchar, -- who was first, or, of an act, who did it
    is_sure boolean, -- of a domain: more than Teams has it
    first_event timestamp, -- of the first record (UTC)
    last_event timestamp -- of the last record (UTC)
);
