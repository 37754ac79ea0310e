-- description: Every input, recognised or not: records = loaded + duplicates + rejected.
-- position: 2
-- names: path
-- words: format, encoding
-- timeline: no, it lists the inputs, and is what coverage counts
create table files (
    file_id integer, -- number of the file in this case, by path order within a run
    path varchar, -- as given, or folder/file; a member of an archive as a.zip!b.csv
    sha256 varchar, -- of the file's own bytes (a member of an archive: of its unpacked bytes), lower-case hex
    size_bytes bigint, -- of the same bytes
    modified_at timestamp, -- the file's modification time (UTC)
    format varchar, -- name of the recognised format; NULL = not recognised, see note
    encoding varchar, -- utf-8, utf-8-bom, utf-16le, utf-16be, ...
    records bigint, -- records counted in the bytes, independently of the engine
    loaded bigint, -- records that became rows
    duplicates bigint, -- records taken out because the same record is already there
    rejected bigint, -- records that could not be read, see rejects
    first_event timestamp, -- earliest event in the file (duplicates included)
    last_event timestamp, -- latest event in the file (duplicates included)
    note varchar -- what one should know: repairs, assumptions, why it was not recognised
);
