// Package queries asks: a report is one SQL file in the folder reports, and the
// folder is the registry.
//
// # How a question is answered
//
//	case.duckdb --attach read-only--> evidence.sign_ins, evidence.audit_events, ...
//	                                        |
//	                --user --ip --since ... |  (filter.go, filters.go)
//	                                        v
//	                               view sign_ins, view audit_events, ...
//	                                        |
//	                     model/*.sql        |  (model.go, materialize.go)
//	                                        v
//	                               view sessions, view events, ...
//	                                        |
//	                       NAME.sql         |  (ask.go, run.go)
//	                                        v
//	                                     Result --> package render
//
// Open does this once a run, with the engine locked from the moment the case
// is attached: no question, canned or typed by hand, can read a file, write
// one, or change anything.
//
// # Adding a report
//
// Put NAME.sql into reports/GROUP, a folder of Groups. It begins with `-- key: value` lines; a
// line that begins with `--` and three blanks continues the value above it:
//
//	-- title: a heading
//	-- description: what it shows and how to read it, a few sentences
//	-- position: its place in the group
//	-- topics: what people call it who don't know the name; an unknown name that
//	--   is one of these is answered with the report
//	-- needs: the tables it reads; if all are empty a note says that
//	--   nothing was loaded, not that nothing was found;
//	--   `every log` are those of the timeline
//	-- filled by: the end of "Not loaded ...: ", naming the export to get
//	-- caveat: when its numbers mislead
//	-- chart: bar x=week y=sign_ins,users faint=is_cut title=Sign-ins a week
//	--   (or stacked, heat, map, or days for the rows a day of a time; with overview=yes it stands among the pictures of a case)
//	-- layout: how a page shows it, if not as a table (layout.go)
//	-- wrap: columns of sentences, or of names not to be cut; they go on in further lines
//	-- paths: columns of paths: where room is short, the last part of one is shown
//	-- raw: columns of raw records, which a page has in an annex
//	-- ids: columns of ids, one a line; on paper a long list is in an annex
//	-- severity: columns whose words are coloured by what they ask for (Rank)
//	-- status: columns that say how it ended: a workbook colours what failed
//	-- known by: columns that say which row it is, its id and its time: they come first on a
//	--   sheet of a workbook and stay in view; without it the first time and the first that is none
//	-- portal days: how many days the portal shows of the same, if it is a view of the portal's
//	-- notes on: columns that name what a note of the case sheet may be about, if there is no
//	--   column verdict: a session, a user, an address, a finding, FILE_ID:RECORD of records; or
//	--   file_id:record where two columns name the record. See verdicts.go
//	-- records: the table or view that has file_id, record and event_time of each row and can
//	--   be read sooner than the rows: where there is no room for all, it is asked which
//	--   these are, and is_on_page says of which the report need work out the rest
//	-- first rows: what matters of VIEW, the same of a report whose first rows are the oldest:
//	--   those that matter are shown (record_weights), not the first
//	-- repeats: the column that says what was done: where there is no room for all rows, those
//	--   of what was done seldom are shown, and of each the first and the last
//	-- on a terminal: columns that a terminal, which has no room for all, shows first
//	-- workbook: yes, if a workbook has it where no report is asked for by name
//	-- sheet: name of its sheet in a workbook, if the title has more than 31 characters
//
// Then comes one SELECT, which a DuckDB shell must take as it stands:
//
//   - `from sign_ins` is what the filters show; `from evidence.sign_ins` is
//     everything, for what must be judged on everything: new, first seen,
//     several networks. --schema lists what there is.
//   - `from addresses` is what the run knows of where an address is, from all
//     sign-ins and then from the databases of --mmdb (geolocate.go). Join it to
//     client_address(ip_address), and show place_mark(country, network, source)
//     as place_source wherever the record does not tell its place itself.
//   - views of the model go without evidence. in front: they are the run's. Of
//     sessions, a report's first rows alone have all columns, those first by
//     points desc, last_seen desc, session_id. Read it in that order and whole, and
//     where its own columns are not wanted, shown_sessions; to judge on
//     everything, judged_sessions.
//   - from report_NAME is the rows of the report NAME, worked out once a run.
//   - local_time(event_time) is for days, weeks and hours only, which are
//     returned as text or integers. A TIMESTAMP that is returned stays UTC:
//     it is moved into --tz on its way out.
//   - getvariable('since') and getvariable('until') are the run's period
//     (UTC), NULL when there is none; for reports that read evidence.TABLE and
//     yet say what is new. getvariable('app') is true when --app names some.
//     getvariable('first_rows') is how many rows are asked for where it is not all:
//     what is costly need be known for these alone, but all must be there.
//   - is_on_page(file_id, record) stands where the rows of records are costly to work
//     out, as those that read raw are: it is true, but where some are to be shown alone,
//     for which the report is asked twice, for its order first.
//   - columns are named in snake case, key columns as in the tables; no lists,
//     no structs, no bare sum(), which is too wide: sum(x)::bigint.
//   - the last `order by` is total, so that equal evidence gives equal bytes.
//
// A report of many sections, as the summary is, has one file a section in the folder
// of its own name, and puts them where it says {sections} (sections.go).
//
// The tests walk the folder and hold every report to this. Its fixture gives it rows
// with a hit and a near miss, and the rows wanted: testdata/reports/NAME.txtar, further
// ones NAME.CASE.txtar, whose form is above TestReports in reports_test.go.
//
//	go test ./queries -long -run 'EveryReport|Reports/NAME|ReportContract/NAME|OrderOfRows/NAME|Layouts'
//
// # Adding a session rule
//
// Put NN_NAME.sql into rules/sessions, NN its place in what is said of a session, the next number. It
// begins with
//
//	-- title: one line, a heading
//	-- points: N WHEN, how much it counts and in which case; a line for each N
//	-- techniques: ATT&CK techniques, T1539
//	-- kind: how somebody got in (entry), what somebody did (act), or from where
//	--   and with what (place)
//
// Then comes one SELECT of session, points and sentence, a row for each session that
// it speaks of, with no points that the header does not say. It reads session_facts,
// which has a row a session and its columns in --schema; what that does not have it
// reads from evidence.TABLE, joined by session_id.
//
// Put a fixture into testdata/reports/sessions.NAME.txtar, as of the report sessions:
// a session for each weight, and a near miss.
//
//	go test ./queries -run 'SessionRules|Reports/sessions|ReportContract/session'
//
// # Adding a view or a macro
//
// What a case means is the model: model/NAME.sql is the view NAME, with lookups of
// codes in model/lookups, and model/macros/NAME.sql is a macro. They travel with the
// program and are defined by the run, so that none needs a new case; a case file has
// them for DuckDB shells only. A view's file has the header
//
//	-- description: what a row is
//	-- source: where its facts come from
//	-- materialized: yes, if it is worked out once a run, before the first question
//	--   that reads it; `for queries`, if reports are to work it out anew
//	-- ordered by: the order in which its rows are stored then
//	-- whole: the name of the view that is the same over all evidence, of a view that
//	--   the filters narrow
//	-- judges: what it says of the whole tenant, where a reduction query knows that too
//	-- reduced by: that query, whose answer it reads in evidence.reductions; package
//	--   parquet has its columns
//	-- column NAME TYPE: its meaning, which is what --schema prints
//	-- columns of: the view whose columns it has, in place of the lines above
//	-- for each: log, export or state, where its SELECT stands once for each, with what
//	--   the table's header says in place of what stands in braces, see forEach
//
// and one SELECT, which names tables as evidence.TABLE (bare, and the filters narrow
// it) and other views as they are called. A macro's file has description, source and
//
//	-- parameters: a, b
//
// and one expression. Macros of ingest/schema/macros.sql can be called too.
//
// # Adding a part to the dossier
//
// The story of one session comes from dossier/*.sql, each one SELECT under the
// same header, by position. A part asks for the session in
// getvariable('dossier_session') and reads evidence.TABLE, for a session is
// shown whole; a column that its header calls raw is folded away. lanes.sql is
// the picture. What --explain says of a value is a line in model/lookups.
//
// Its records in the audit log are the table dossier_events. What carries no id of the
// session's, and why it stands beside it, is the table dossier_beside, what is counted
// the table dossier_numbers, made for each dossier by the files in dossier/tables.
//
// # Adding a query for other engines
//
// Put NAME.sql into portable/. It begins with title, description, position, needs and,
// perhaps, caveat, as a report does. Then comes one SELECT that Spark, PostgreSQL and
// DuckDB run alike, on the tables with their columns day and bucket: no word that one
// of them alone has, every expression of the group by written out, and a total order
// that says where NULL stands. TestPortableAnswers asks it; ENGINES=true .ci/run has
// the three engines compare their rows.
//
// # Adding to a comparison
//
// What --compare says is compare/NAME.sql, each one SELECT under the header of a report,
// by position, over the tables that Comparison makes.
//
// # Adding a filter
//
// A flag that looks at columns is a list of column names in filter.go and a
// line in conditions. What a filter can't apply to stays whole, and notes.go
// says so under each report that reads it.
package queries
