// Package ingest reads exports into a case: one DuckDB file with the tables of
// package schema. Every record of every input ends as loaded, duplicate or
// rejected, and the three add up to what was counted in the bytes, or the
// load fails.
//
// # How a file gets in
//
//	findSources      files, folders, members of archives    source.go, archive.go, tar.go
//	     |
//	   open          packed files, SHA-256 beside it        source.go, packed.go
//	     |
//	   scan          bytes -> text -> records               package scan
//	     |
//	   read          what the file is written in            read.go
//	     |
//	     +-- objects   lists, pages, envelopes              objects.go, envelope.go
//	     +-- rows      tables, sheets of workbooks          rows.go, csvheader.go, workbook.go
//	     |
//	 recognise       what each record is                    recognise.go, format.go
//	     |
//	   times         settled, by all of the file            times.go, timecells.go, package dates
//	     |
//	   outlet        its shape put right; counted, and      outlet.go, shape.go
//	     |           handed on, or among the rejects
//	     |
//	     +-- of big files -----------> the engine takes them        engine/feed.go
//	     |                             while they are read
//	     +-- of small ones -> batch --> the engine reads that       batch.go, intake.go
//	     |
//	formats/*.sql    a record's JSON -> the tables' columns
//	     |
//	duplicates       one record, one row; the others go     package duplicates
//	     |           to the table duplicates
//	     |
//	   link          session ids that stand elsewhere       link.go
//	     |
//	   books         files, rejects: the sums must agree    books.go, rejects.go
//
// load.go has this done for each file. What the case had before is known.go's, what is said of
// each input outcome.go's.
//
// A record that another program has wrapped in one of its own is taken out of
// that: wrappers.go, wrapped.go.
//
// A case as Parquet is read as the rows of a case, each with the file that it came
// from: parquet.go, parquetfolder.go, and package parquet. What a whole tenant was reduced to,
// beside it, is read into the table reductions: reductions.go.
//
// A file that is not read is called by its name: refusals.go, others.go; what
// collectors leave beside their exports is one line: collectors.go.
//
// Whatever the export, a record reaches SQL as one JSON text: a CSV row as an
// object by its header, with the names as the format spells them; AuditData
// without what it is wrapped in; a diagnostic-settings record as its
// properties. Go decides what is a record and makes sure that DuckDB's parser
// takes it; SQL decides what it means.
//
// # Adding a format
//
// Put NAME.sql into formats/. It begins with
//
//	-- title: what it is called in messages
//	-- family: the log it is an export of, for --list formats and the README
//	-- description: where it comes from, and Microsoft's page about it
//	-- recognised by: json KEY; KEY          names that each record must have,
//	-- recognised by: csv COLUMN; COLUMN     or that the header must have
//
// several lines of the last kind mean any of them; see format.go for the
// rarer keys. Then comes `-- table: NAME` and one SELECT whose columns are
// named as the table's, from the relation
//
//	source(file_id, record, category, raw, body)
//
// as in
//
//	with fields as (select *, from_json(body, '{"When": "VARCHAR"}') as f from source)
//	select file_id, record, utc(f."When") as event_time, raw from fields
//
// where body is the JSON to read, its values without blanks around them
// (scan.TrimCell), raw the record as it was exported, and category the kind of
// sign-in where only the file's name or an envelope says it. It reads body with
// one from_json, names what it needs in its structure, and uses the macros of
// schema/macros.sql: filled, utc, truth, whole, joined, bare_ip, json_text,
// sign_in_status, token_sign_in. A text from inside another, such as JSON in a
// column, still has its blanks: filled(trim(text)). What the export does not say
// is NULL, never a guess.
//
// What tools dump beside logs, such as lists of users or inbox rules, is a format as
// any other, whose table has `-- snapshot`: see package schema.
//
// Rows that hang on a record (policies, steps, property changes) follow as
// `-- table: CHILD of NAME` with a SELECT from
//
//	parents(file_id, record, id, event_time, body)
//
// where body has the blanks that raw has, and name their parent by
// parent_file_id and parent_record: an id may come back with another body, and
// each keeps its own.
//
// Every SELECT that takes records fills file_id, record and raw. A family that is
// there already is written as its other formats write it.
//
// Put a fixture into testdata/formats, at the root of the repository, made up, with
// records that are all taken: NAME.csv or NAME.json, further ones NAME.CASE.csv. The
// tests walk both folders:
//
//	go test ./ingest -run 'EveryFormat|EveryColumn|FixturesAreCounted'
//
// They see that it is recognised and that no record is rejected, not what the
// columns say: for that write a test of its own, as in formats_test.go. Then
// `go test . -run TestReadme -update` writes the name into the README's table.
//
// # Adding a column
//
// Write it into schema/tables/TABLE.sql with its meaning, which is what --schema
// prints, and into the formats that know it. Never rename one. A case made before
// is refused from then on. What the columns mean together, views and lookups of
// codes, is no part of a case: see package queries.
//
// # Adding a table
//
// See package schema for the table, and above for the format that fills it.
package ingest
