// Package parquet is a case as a folder of Parquet files, which any engine reads:
//
//	FOLDER/schema.json                                      what is in it, and what it means
//	FOLDER/log=sign_ins/day=2026-10-06/bucket=3/data_0.parquet
//	FOLDER/lookups/error_codes.parquet                      what codes mean, and the indexes
//	FOLDER/reductions/first_directory_acts.parquet          what other engines reduced it to, if anything; or beside FOLDER
//
// A table is the folder log=NAME, whose rows lie in partitions: by the day of the
// event, in UTC, and by who acted. The bucket is the first hexadecimal digit of the MD5
// of the actor's name in lower case, so that every engine computes the same and a user
// is in one of them. What hangs on a record lies where the record lies. A partition
// that is not known is, as everywhere, __HIVE_DEFAULT_PARTITION__ for a day, and none for a
// bucket.
//
// Write makes such a folder of a case. Package ingest reads one; what it needs for that
// stands here: what a partition's path says (Place), which partitions are asked for
// (Choice), and whether the engine may read a file (Footer).
package parquet

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// Names in a folder.
const (
	ManifestName = "schema.json"
	Lookups      = "lookups"
	Ending       = ".parquet"

	unknownDay    = "__HIVE_DEFAULT_PARTITION__"
	unknownBucket = "none"
)

// Indexes among the lookups, by which the partitions of a user are found.
var (
	UserPartitions = schema.Table{Name: "user_partitions", Comment: "Where the records of a user lie: those that name the user, and those of the same sessions.", Columns: []schema.Column{
		{Name: "name", Type: "varchar", Comment: "a user's name or id in any log, lower case; what looks like a path isn't listed"},
		{Name: "in_log", Type: "varchar", Comment: "the table"},
		{Name: "in_bucket", Type: "varchar", Comment: "the bucket"},
		{Name: "first_day", Type: "date", Comment: "the first day there"},
		{Name: "last_day", Type: "date", Comment: "the last day there"},
	}}
	UserNames = schema.Table{Name: "user_names", Comment: "Names and ids that one account has in the logs.", Columns: []schema.Column{
		{Name: "name", Type: "varchar", Comment: "user principal name, display name, id or what was typed, lower case"},
		{Name: "other_name", Type: "varchar", Comment: "another name of the account, or its id, lower case"},
	}}
)

// IsIndexed tells that the index has a user of that name: none, a pattern, or what looks like a
// path, it has not.
func IsIndexed(user string) bool { return user != "" && !strings.ContainsAny(user, "*/") }

// format is how a manifest says what it is; layoutVersion is raised when partitions or
// names of files change.
const (
	format        = "entrail case as Parquet"
	layoutVersion = 1
)

// Manifest is schema.json.
type Manifest struct {
	Format        string      `json:"format"`
	LayoutVersion int         `json:"layout_version"`
	SchemaVersion string      `json:"schema_version"` // of the tables
	ToolVersion   string      `json:"tool_version"`
	Partitions    []Described `json:"partitions"`
	Tables        []Stored    `json:"tables"`
	Lookups       []Stored    `json:"lookups"`
}

// Described is a column, with what it means.
type Described struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // of Parquet
	Meaning string `json:"meaning"`
}

// Stored is a table or a lookup.
type Stored struct {
	Name    string      `json:"name"`
	Path    string      `json:"path"`
	Meaning string      `json:"meaning"`
	Actor   []string    `json:"actor,omitempty"` // of a log: the columns that the bucket is of
	Rows    int64       `json:"rows"`
	Files   int         `json:"files"`
	Columns []Described `json:"columns"`
}

// ReadManifest tells whether a text is the manifest of such a folder, and why it can't
// be read if it is.
func ReadManifest(text []byte) (isOne bool, err error) {
	var m Manifest
	if json.Unmarshal(text, &m) != nil || m.Format != format {
		return false, nil
	}
	if m.LayoutVersion != layoutVersion || m.SchemaVersion != schema.Version {
		return true, fmt.Errorf("the Parquet was written with layout %d and schema version %s, this entrail reads %d and %s: write it anew from the exports",
			m.LayoutVersion, m.SchemaVersion, layoutVersion, schema.Version)
	}
	return true, nil
}

// copied stands before the name of a table of the schema copies.
const copied = "copies_"

// LookupTable returns the table of a folder of that name.
func LookupTable(name string) (schema.Table, bool) {
	for _, t := range Tables() {
		if t.Name == name {
			return t, true
		}
	}
	return schema.Table{}, false
}

// Tables returns the tables of a folder, each of the schema copies under its own name.
func Tables() []schema.Table {
	var all []schema.Table
	for _, t := range schema.Tables() {
		if !t.IsCodes {
			all = append(all, t)
		}
	}
	for _, t := range schema.Copied() {
		t.Comment = "What each of the records says that are one row of " + t.Name + ": columns as there."
		t.Name = copied + t.Name
		all = append(all, t)
	}
	return all
}

// InCase is the name that a table of a folder has in a case.
func InCase(name string) string {
	if table, isCopy := strings.CutPrefix(name, copied); isCopy {
		return "copies." + table
	}
	return name
}

// IsLog tells that the rows of a table are events, whose newest --since counts back from.
func IsLog(t schema.Table) bool { return t.Log != "" && !strings.HasPrefix(t.Name, copied) }

// IsWhole tells that a table is always read whole: the books of the case, what the tenant
// was reduced to, and what stood at one time, which events of any day and user are judged by.
func IsWhole(t schema.Table) bool {
	return t.Snapshot != "" || t.Name == "files" || t.Name == "rejects" || t.Name == "meta" || t.Name == "reductions"
}

// InFile is the name that a column has in a file: not that of a partition.
func InFile(column string) string {
	switch column {
	case "log", "day", "bucket":
		return column + "_"
	}
	return column
}

// Bucket is the SQL of the bucket of a log's row.
func Bucket(t schema.Table) string {
	var names []string
	for _, column := range t.Bucket {
		names = append(names, "nullif("+column+", '')")
	}
	return "coalesce(md5(lower(coalesce(" + strings.Join(names, ", ") + ")))[1], '" + unknownBucket + "')"
}

// Day is the SQL of the day of a row.
func Day(t schema.Table) string {
	if t.Time == "" {
		return "null::date"
	}
	return t.Time + "::date"
}

// Place is where a file lies.
type Place struct {
	Log    string
	Day    time.Time // midnight UTC; zero = not known
	Bucket string
}

// PlaceOf reads it from the file's path below the folder.
func PlaceOf(file string) (Place, bool) {
	var p Place
	parts := strings.Split(path.Dir(file), "/")
	if len(parts) != 3 || path.Ext(file) != Ending {
		return p, false
	}
	var day string
	for i, part := range []struct {
		key   string
		value *string
	}{{"log=", &p.Log}, {"day=", &day}, {"bucket=", &p.Bucket}} {
		var ok bool
		if *part.value, ok = strings.CutPrefix(parts[i], part.key); !ok {
			return p, false
		}
	}
	if day != unknownDay {
		var err error
		if p.Day, err = time.Parse(time.DateOnly, day); err != nil {
			return p, false
		}
	}
	return p, true
}

// selected is the SQL of a table's columns as they stand in a file: times are those of
// UTC, which Parquet says of them.
func selected(t schema.Table) string {
	var columns []string
	for _, c := range t.Columns {
		text := engine.Identifier(c.Name)
		if c.Type == "timestamp" {
			text += "::timestamptz"
		}
		columns = append(columns, text+" as "+engine.Identifier(InFile(c.Name)))
	}
	return strings.Join(columns, ", ")
}

// Rows is the SQL of the rows of a table in files of it, with the columns as a case has
// them. The files must have been checked.
func Rows(t schema.Table, files []string) string {
	var columns, names []string
	for _, c := range t.Columns {
		columns = append(columns, engine.Identifier(InFile(c.Name))+"::"+c.Type+" as "+engine.Identifier(c.Name))
	}
	for _, f := range files {
		names = append(names, engine.Literal(f))
	}
	return "select " + strings.Join(columns, ", ") + " from read_parquet([" + strings.Join(names, ", ") + "], union_by_name = true, hive_partitioning = false)"
}

// typeInFile is what Parquet calls the type of a column.
func typeInFile(name string) string {
	switch strings.ToLower(name) {
	case "integer":
		return "INT32"
	case "bigint":
		return "INT64"
	case "double":
		return "DOUBLE"
	case "boolean":
		return "BOOLEAN"
	case "timestamp":
		return "INT64 (TIMESTAMP, microseconds, UTC)"
	case "date":
		return "INT32 (DATE)"
	}
	return "BYTE_ARRAY (STRING)"
}
