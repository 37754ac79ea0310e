-- description: What was loaded by which version, with which command line.
-- position: 1
create table meta (
    key varchar, -- schema_version, or load for each run that read files, even where it added no record
    value varchar, -- the version number, or the run's command line
    tool_version varchar, -- version of entrail that wrote the row
    written_at timestamp -- when the row was written (UTC); not part of any report
);
