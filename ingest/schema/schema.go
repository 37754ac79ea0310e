// Package schema is what a case database stores: one file a table, and the
// macros that fill the tables. It alone reads these files. Whatever else must
// know of the tables (the load, the filters, the timeline, what is covered)
// asks here.
//
// # Adding a table
//
// Put NAME.sql into tables/. It begins with
//
//	-- description: what a row is, for --schema
//	-- source: Microsoft's page about it
//	-- position: where it stands among the others
//	-- names: the columns whose text is a name, whatever it says, with a comma between
//	-- words: the columns in which Microsoft's logs speak words of their own, likewise; see
//	--   package pseudonym
//
// and, if its rows are records of a file (they have file_id and record),
//
//	-- log: what users call the log; none if it is part of another
//	-- id: the column that names a record
//	-- time: the column of its time, or `COLUMN, required` if each record must have one
//	-- timeline: no, REASON, where the records are in no timeline
//	-- bucket: of a log, the columns by which package parquet divides it, those of who acted; `A or B`: B where A is empty
//	-- snapshot: what users call the things, where a row is no event but what stood when
//	--   the file was made; it has the column snapshot_time, which the load fills
//	-- account in the file's name: the column that it fills where the records don't say whose they are
//
// and, of a log, how to get it, and what the timeline says of a record, each an
// expression over the columns:
//
//	-- get: how to export it; `-- get PART: ...` where the log has several parts
//	-- parts: the column whose values are the parts that a log is exported in, if there is one
//	-- expected: no, if few cases have the log, so that coverage does not miss it
//	-- actor: who did it: a user principal name, an application or an id
//	-- action: what was done
//	-- target: to what; no line if the log does not say
//	-- result: with what result; no line if the log does not say
//
// and what makes two records of one id the same one:
//
//	-- identity: the columns in which they must not contradict each other, with a
//	--   comma between. `A or B`: B counts where one of them has no A; raw: their
//	--   texts count. Where event_time comes first, they are of one second
//	-- state: the columns that change later, of which the last counts
//	-- state time: the column of when they changed, if there is one
//
// A table whose rows hang on the records of another names them by
// parent_file_id and parent_record, and has
//
//	-- parent: TABLE by COLUMN = COLUMN OF TABLE
//	-- repeats: the columns that are always those of the parent, with a comma between
//
// A line `--   more` continues the value above. Then comes one `create table NAME (`
// with a column a line, its meaning behind it after ` -- `, and `);` on a line of its
// own. A log has position, id, time, actor, action, get, identity and bucket, and the
// columns file_id, record, id, event_time and raw. Positions are told apart by tests.
//
// A log is in the timeline (the views events and all_events) and in coverage from
// then on, and what stood at one time in the view states: queries/model writes those
// views for each of them. The address and the session of a record are its columns
// ip_address and session_id. What the case sheet calls bad is looked for in each log by
// the rule known_bad_seen: a new one is a branch there.
//
//	go test ./ingest/schema && go test ./queries -long -run 'SchemaIsTrue|KnownBadInEveryLog'
//
// A format fills the table: package ingest says how, and its test names a column that
// none fills. Codes that the load looks up stand in codes/NAME.sql, with their rows.
// Version follows the tables; edition is raised by hand where columns stay as they
// were and what stands in them changes its meaning.
package schema

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/header"
)

// edition is raised whenever an older entrail could misread a case whose tables look
// like its own.
const edition = "12"

//go:embed tables/*.sql codes/*.sql
var files embed.FS

//go:embed macros.sql
var macrosSQL string

// Table is one table or view of a case, as --schema prints it. What stands
// below Columns is empty for views.
type Table struct {
	Name    string
	Comment string
	Columns []Column

	Log          string   // of a log: what users call it
	Snapshot     string   // of a table of what stood at one time: what users call the things
	NamedByFile  string   // of the same: the column of the account, which the file's name may say; may be empty
	ID           string   // of records: the column that names one
	Time         string   // of records: the column of the time; may be empty
	TimeRequired bool     // a record without a time is damaged
	Timeline     Timeline // of a log: what the timeline says of a record
	NoTimeline   string   // of other tables with records or files: why they are in none
	Bucket       []string // of a log: the columns by which package parquet divides it, of which the first that is filled does
	Exports      []Export // of a log: how to get it
	Parts        string   // of a log: the column that tells the parts apart in which it is exported; may be empty
	IsRare       bool     // few cases have the log
	Parent       Parent   // of a table whose rows hang on another's records

	Identity  [][]string // of a log: the columns that tell two records of one id apart; of several the first that both have
	State     []string   // of a log: the columns that change after the event
	StateTime string     // of a log: the column of when they changed; may be empty

	IsCodes bool // what codes mean, the same in every case

	Names, Words []string // columns of names, and of words of Microsoft's: see package pseudonym

	Position int    // its place among the tables
	sql      string // what makes it, its rows included
}

// SQL is what makes the table, its rows included.
func (t Table) SQL() string { return t.sql }

// Column is one column of a Table.
type Column struct {
	Name, Type, Comment string
}

// Parent is the table that the rows of another hang on.
type Parent struct {
	Table   string
	Column  string   // of the child: names the parent
	Key     string   // of the parent: the same name
	Repeats []string // columns of the child that are those of the parent
}

// Timeline is what the timeline says of a record, in expressions over its columns.
type Timeline struct {
	Actor, Action  string
	Target, Result string // empty = the log does not say
}

// Export says how to get a log, or one part of it.
type Export struct{ Part, From string }

// Macro is a function of SQL that the load uses.
type Macro struct {
	Name, Comment string
	SQL           string // NAME(PARAMETERS) as EXPRESSION, to stand after `create macro`
}

// Has tells whether the table has the column.
func (t Table) Has(column string) bool {
	return slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Name == column })
}

var tables, macros = mustReadTables(), readMacros()

// Version says which tables a case has: the edition, and a sum of their columns and
// types. A case of another Version is refused.
var Version = edition + "-" + sumOf(tables)

func sumOf(tables []Table) string {
	sum := sha256.New()
	for _, t := range tables {
		fmt.Fprintln(sum, t.Name)
		for _, c := range t.Columns {
			fmt.Fprintln(sum, c.Name, c.Type)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:4])
}

// Tables returns every table: those of the evidence by position, then those of codes.
func Tables() []Table { return slices.Clone(tables) }

// Lookup returns the table of that name.
func Lookup(name string) (Table, bool) {
	for _, t := range tables {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}

// Logs returns the tables that are a log each: those that filters narrow.
func Logs() []Table { return where(func(t Table) bool { return t.Log != "" }) }

// Records returns the tables that a record of a file can land in, a parent
// before its children.
func Records() []Table { return where(func(t Table) bool { return t.ID != "" }) }

// Children returns the tables whose rows hang on records of another.
func Children() []Table { return where(func(t Table) bool { return t.Parent.Table != "" }) }

// Macros returns the macros of the load, each after those that it calls.
func Macros() []Macro { return slices.Clone(macros) }

func where(is func(Table) bool) []Table {
	return slices.DeleteFunc(Tables(), func(t Table) bool { return !is(t) })
}

// CreateTables makes the empty tables and those of codes in the database that is
// the engine's default.
func CreateTables(ctx context.Context, e *engine.Engine) error {
	for _, t := range tables {
		for statement := range strings.SplitSeq(t.sql, ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if err := e.Exec(ctx, statement); err != nil {
				return fmt.Errorf("create table %s: %w", t.Name, err)
			}
		}
	}
	return createCopies(ctx, e)
}

// CreateMacros makes the macros of the load in the same database.
func CreateMacros(ctx context.Context, e *engine.Engine) error {
	for _, m := range macros {
		if err := e.Exec(ctx, "create macro "+m.SQL); err != nil {
			return fmt.Errorf("create macro %s: %w", m.Name, err)
		}
	}
	return nil
}

// mustReadTables panics on a bad header: the files are part of the program, and
// a test walks them all.
func mustReadTables() []Table {
	all := append(mustReadFolder("tables"), mustReadFolder("codes")...)
	for i, t := range all {
		if p := t.Parent.Table; p != "" && !slices.ContainsFunc(all[:i], func(o Table) bool { return o.Name == p }) {
			panic(fmt.Sprintf("%s.sql: the parent %s has no lower position", t.Name, p))
		}
	}
	return all
}

func mustReadFolder(folder string) []Table {
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err)
	}
	var all []Table
	for _, e := range entries {
		text, err := files.ReadFile(folder + "/" + e.Name())
		if err != nil {
			panic(err)
		}
		t, err := parse(strings.TrimSuffix(path.Base(e.Name()), ".sql"), string(text))
		if err != nil {
			panic(err)
		}
		t.IsCodes = folder == "codes"
		all = append(all, t)
	}
	slices.SortStableFunc(all, func(a, b Table) int { return a.Position - b.Position })
	return all
}

// parse reads the file of one table.
func parse(name, text string) (Table, error) {
	t := Table{Name: name}
	fields, body, err := header.Read(name, text)
	if err != nil {
		return t, err
	}
	_, sql, found := strings.Cut(body, "create table "+name+" (\n")
	columns, _, closed := strings.Cut(sql, "\n);\n")
	if !found || !closed {
		return t, fmt.Errorf("%s.sql: want `create table %s (`, a column a line, and `);`", name, name)
	}
	t.sql = body
	for line := range strings.Lines(columns) {
		definition, meaning, _ := strings.Cut(strings.TrimSpace(line), " -- ")
		if meaning == "" {
			return t, fmt.Errorf("%s.sql: %q: want the column's meaning behind it, ` -- meaning`", name, definition)
		}
		column, typeName, _ := strings.Cut(strings.TrimSuffix(definition, ","), " ")
		t.Columns = append(t.Columns, Column{column, typeName, meaning})
	}
	for _, f := range fields {
		if err := t.set(f.Key, f.Value); err != nil {
			return t, fmt.Errorf("%s.sql: %w", name, err)
		}
	}
	return t, t.check()
}

// set takes one line of the header.
func (t *Table) set(key, value string) (err error) {
	_, part, isPart := strings.Cut(key, "get ")
	switch {
	case key == "description":
		t.Comment = value
	case key == "source":
		t.Comment += " " + value
	case key == "position":
		t.Position, err = strconv.Atoi(value)
	case key == "names":
		t.Names = strings.Split(value, ", ")
	case key == "words":
		t.Words = strings.Split(value, ", ")
	case key == "log":
		t.Log = value
	case key == "id":
		t.ID = value
	case key == "time":
		var required string
		t.Time, required, t.TimeRequired = strings.Cut(value, ", ")
		if t.TimeRequired && required != "required" {
			err = fmt.Errorf("time %q: want COLUMN or `COLUMN, required`", value)
		}
	case key == "timeline":
		var no bool
		if t.NoTimeline, no = strings.CutPrefix(value, "no, "); !no {
			err = fmt.Errorf("timeline %q: want `no, REASON`, or the lines actor and action", value)
		}
	case key == "actor":
		t.Timeline.Actor = value
	case key == "action":
		t.Timeline.Action = value
	case key == "target":
		t.Timeline.Target = value
	case key == "result":
		t.Timeline.Result = value
	case key == "bucket":
		t.Bucket = strings.Split(value, " or ")
	case key == "snapshot":
		t.Snapshot = value
	case key == "account in the file's name":
		t.NamedByFile = value
	case key == "get" || isPart:
		t.Exports = append(t.Exports, Export{part, value})
	case key == "parts":
		t.Parts = value
	case key == "expected":
		if t.IsRare = value == "no"; !t.IsRare {
			err = fmt.Errorf("expected %q: want no, or no such line", value)
		}
	case key == "identity":
		for column := range strings.SplitSeq(value, ", ") {
			t.Identity = append(t.Identity, strings.Split(column, " or "))
		}
	case key == "state":
		t.State = strings.Split(value, ", ")
	case key == "state time":
		t.StateTime = value
	case key == "parent":
		fields := strings.Fields(value)
		if len(fields) != 5 || fields[1] != "by" || fields[3] != "=" {
			return fmt.Errorf("parent %q: want TABLE by COLUMN = COLUMN OF TABLE", value)
		}
		t.Parent.Table, t.Parent.Column, t.Parent.Key = fields[0], fields[2], fields[4]
	case key == "repeats":
		t.Parent.Repeats = strings.Split(value, ", ")
	default:
		err = fmt.Errorf("unknown header key %q", key)
	}
	return err
}

// check tells what the header lacks, or names that is no column.
func (t *Table) check() error {
	for _, column := range slices.Concat([]string{t.ID, t.Time, t.StateTime, t.NamedByFile, t.Parts, t.Parent.Column}, t.Parent.Repeats, t.State, t.Bucket, t.Names, t.Words, slices.Concat(t.Identity...)) {
		if column != "" && !t.Has(column) {
			return fmt.Errorf("%s.sql: the header names %s, which is no column", t.Name, column)
		}
	}
	isChild := t.Parent.Table != ""
	switch {
	case t.Comment == "" || strings.HasPrefix(t.Comment, " "): // a source alone
		return fmt.Errorf("%s.sql: no description", t.Name)
	case t.Has("file_id") && t.Log == "" && t.NoTimeline == "":
		return fmt.Errorf("%s.sql: has file_id, so it is a log, or needs `-- timeline: no, REASON`", t.Name)
	case t.Log != "" && (t.Timeline.Actor == "" || t.Timeline.Action == "" || len(t.Exports) == 0 || t.NoTimeline != ""):
		return fmt.Errorf("%s.sql: a log needs `-- actor`, `-- action` and `-- get`, and is in the timeline", t.Name)
	case t.Log == "" && (t.Timeline != Timeline{} || len(t.Exports) > 0):
		return fmt.Errorf("%s.sql: actor, action, target, result and get are of a log", t.Name)
	case t.Log != "" && (t.ID != "id" || t.Time != "event_time"):
		return fmt.Errorf("%s.sql: the columns of a log's record and time are id and event_time", t.Name)
	case t.Snapshot != "" && (t.Log != "" || t.ID != "id" || t.Time != "snapshot_time"):
		return fmt.Errorf("%s.sql: what stood at one time is no log, and its columns are id and snapshot_time", t.Name)
	case (t.Log != "") != (len(t.Identity) > 0):
		return fmt.Errorf("%s.sql: a log needs `-- identity`, another table has none", t.Name)
	case (t.Log != "") != (len(t.Bucket) > 0):
		return fmt.Errorf("%s.sql: a log needs `-- bucket`, another table has none", t.Name)
	case isChild != t.Has("parent_record") || isChild != t.Has("parent_file_id"):
		return fmt.Errorf("%s.sql: parent_file_id and parent_record go with `-- parent`", t.Name)
	case t.ID != "" && !(t.Has("file_id") && t.Has("record") && t.Has("raw")):
		return fmt.Errorf("%s.sql: a table with `-- id` has file_id, record and raw", t.Name)
	}
	return nil
}

// readMacros cuts macros.sql. The comment right above a macro is its description.
func readMacros() []Macro {
	var all []Macro
	for part := range strings.SplitSeq(macrosSQL, ";\n") {
		above, definition, ok := strings.Cut(part, "create macro ")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(definition, "(")
		above = above[strings.LastIndex(above, "\n\n")+1:]
		var words []string
		for line := range strings.Lines(above) {
			words = append(words, strings.Fields(strings.TrimPrefix(line, "--"))...)
		}
		all = append(all, Macro{name, strings.Join(words, " "), strings.TrimRight(definition, ";\n")})
	}
	return all
}
