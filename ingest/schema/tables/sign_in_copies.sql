-- description: What each record of a sign-in that several tell of says by itself, where they differ: the
--   row in sign_ins is the fullest of them, and what that lacks is from the next that has it.
-- position: 5
-- timeline: no, the sign-in is there
create table sign_in_copies (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- sign_ins.id
    says varchar, -- its values for the columns of sign_ins, as a JSON object of texts; NULL ones left out
    has_policies boolean, -- it came with rows of sign_in_policies
    has_steps boolean -- it came with rows of sign_in_steps
);
