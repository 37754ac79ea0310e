-- description: What was loaded by which version, with which command line.
-- position: 1
create table meta (
    key varchar, -- schema_version; load for each run that read files, even where it added no record; part where a folder of Parquet was not read whole
    value varchar, -- the version number, the run's command line, or what was read
    tool_version varchar, -- version of entrail that wrote the row
    written_at timestamp -- when the row was written (UTC); not part of any report
);
