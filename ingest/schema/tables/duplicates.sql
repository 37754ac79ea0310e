-- description: Records taken out because they are the same record as another one.
-- position: 4
-- timeline: no, the record that stays is there
create table duplicates (
    file_id integer, -- the record taken out
    record bigint, -- its number in its file
    kept_file_id integer, -- the record that stayed
    kept_record bigint, -- its number in its file
    identical boolean -- true = same body; false = it says more, less or otherwise: see sign_in_copies for sign-ins
);
