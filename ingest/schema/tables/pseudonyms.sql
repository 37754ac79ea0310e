-- description: Of a copy with pseudonyms: the words that they stand for, sealed with the key that it was made with. Empty
--   in any other case.
-- position: 45
-- words: pseudonym, sealed
create table pseudonyms (
    pseudonym varchar, -- a word; or an id or address that is no pseudonym and stands for itself
    sealed varchar -- what it stands for, in hexadecimal digits that only the key opens
);
