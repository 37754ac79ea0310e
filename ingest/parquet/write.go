package parquet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// groupRows is how many rows stand in a group: one with the records of sign-ins then
// takes some hundred megabytes less than with the engine's own number.
const groupRows = 15 * 2_048

// Lookup is a table that stands beside the logs.
type Lookup struct {
	schema.Table
	SQL string // its SELECT, from evidence.TABLE
}

// Options are what Write needs to know besides the case and the folder.
type Options struct {
	Engine  engine.Options
	Lookups []Lookup
	Macros  []string // that they call: what stands after `create macro`
	Version string   // of the tool
}

// Written tells what Write made.
type Written struct {
	Manifest Manifest
	Files    int
	Bytes    int64
}

// Write writes the whole case into a folder that is there and empty. The engine that
// does may write in that folder, and nowhere else. Equal cases give equal bytes.
func Write(ctx context.Context, casePath, folder string, o Options) (Written, error) {
	var w Written
	folder, err := filepath.Abs(folder)
	if err != nil {
		return w, err
	}
	o.Engine.Threads = 1 // several would share the rows among files as they come
	e, err := engine.New(ctx, o.Engine)
	if err != nil {
		return w, err
	}
	defer e.Close()
	if err := e.Attach(ctx, casePath); err != nil {
		return w, err
	}
	if err := e.Confine(ctx, folder); err != nil {
		return w, err
	}
	if err := schema.Check(ctx, e, "evidence"); err != nil {
		return w, fmt.Errorf("open case %s: %w", casePath, err)
	}
	for _, m := range o.Macros {
		if err := e.Exec(ctx, "create macro "+m); err != nil {
			return w, fmt.Errorf("define a macro: %w", err)
		}
	}
	if err := findPlaces(ctx, e); err != nil {
		return w, fmt.Errorf("find the partitions: %w", err)
	}
	w.Manifest = Manifest{
		Format: format, LayoutVersion: layoutVersion, SchemaVersion: schema.Version, ToolVersion: o.Version,
		Partitions: []Described{
			{"log", "string", "the table"},
			{"day", "date", "day of the event in UTC, of what stood at one time the day of the snapshot; what hangs on a record has its day; NULL = no time is known"},
			{"bucket", "string", "first hexadecimal digit of the MD5 of who acted in lower case: the user principal name, else an id, whatever the first filled column of the table's actor says; none = nobody is named, and of tables that are no log; what hangs on a record has its bucket"},
		},
	}
	for _, t := range Tables() {
		s, err := w.table(ctx, e, t, folder)
		if err != nil {
			return w, fmt.Errorf("write %s as Parquet: %w", t.Name, err)
		}
		w.Manifest.Tables = append(w.Manifest.Tables, s)
	}
	if err := os.Mkdir(filepath.Join(folder, Lookups), 0o777); err != nil {
		return w, err
	}
	lookups := o.Lookups
	for _, t := range schema.Tables() {
		if t.IsCodes {
			lookups = append(lookups, Lookup{t, "select * from evidence." + t.Name + " order by all"})
		}
	}
	for _, l := range lookups {
		s, err := w.lookup(ctx, e, l, folder)
		if err != nil {
			return w, fmt.Errorf("write %s as Parquet: %w", l.Name, err)
		}
		w.Manifest.Lookups = append(w.Manifest.Lookups, s)
	}
	return w, w.manifest(folder)
}

// findPlaces makes the table of the partition of each record, for what hangs on it.
func findPlaces(ctx context.Context, e *engine.Engine) error {
	if err := e.Exec(ctx, "create temp table places (file_id integer, record bigint, day date, bucket varchar)"); err != nil {
		return err
	}
	for _, t := range schema.Records() {
		if err := e.Exec(ctx, "insert into places select file_id, record, day, bucket from ("+placed(t, t.Name)+") where file_id is not null"); err != nil {
			return err
		}
	}
	return e.Exec(ctx, `
		insert into places
		select d.file_id, d.record, p.day, p.bucket
		from evidence.duplicates as d
		join places as p on p.file_id = d.kept_file_id and p.record = d.kept_record`)
}

// placed is a SELECT of the rows of a table with their day and bucket.
func placed(t schema.Table, name string) string {
	from := "evidence." + InCase(name) + " as t"
	byRecord := func(fileID, record string) string {
		return "select t.*, p.day, coalesce(p.bucket, '" + unknownBucket + "') as bucket from " + from +
			" left join places as p on p.file_id = t." + fileID + " and p.record = t." + record
	}
	switch {
	case t.Parent.Table != "":
		parent, _ := schema.Lookup(t.Parent.Table)
		// A row that names its parent by the id alone lies with the first of that id.
		return fmt.Sprintf(`
			select t.*, coalesce(p.day, k.day, %[1]s) as day, coalesce(p.bucket, k.bucket, '%[2]s') as bucket
			from %[3]s
			left join places as p on p.file_id = t.parent_file_id and p.record = t.parent_record
			left join (
				select
					%[4]s as parent_key,
					arg_min(%[5]s, (file_id, record)) as day,
					arg_min(%[6]s, (file_id, record)) as bucket
				from evidence.%[7]s
				where %[4]s in (select %[8]s from evidence.%[9]s where parent_record is null)
				group by all
			) as k on t.parent_record is null and k.parent_key = t.%[8]s`,
			Day(t), unknownBucket, from, t.Parent.Key, Day(parent), Bucket(parent), parent.Name, t.Parent.Column, InCase(name))
	case strings.HasPrefix(name, copied), name == "duplicates":
		return byRecord("file_id", "record")
	case t.Has("kept_file_id"):
		return byRecord("kept_file_id", "kept_record")
	case len(t.Bucket) > 0:
		return "select *, " + Day(t) + " as day, " + Bucket(t) + " as bucket from " + from
	}
	return "select *, " + Day(t) + " as day, '" + unknownBucket + "' as bucket from " + from
}

// order is a total order of a table's rows.
func order(t schema.Table) string {
	if t.Has("raw") && t.Parent.Table == "" {
		return "day, bucket, " + t.Time + ", file_id, record"
	}
	columns := []string{"day", "bucket"}
	for _, c := range t.Columns {
		columns = append(columns, engine.Identifier(c.Name))
	}
	return strings.Join(columns, ", ")
}

// table writes one table.
func (w *Written) table(ctx context.Context, e *engine.Engine, t schema.Table, folder string) (Stored, error) {
	s := Stored{Name: t.Name, Path: "log=" + t.Name, Meaning: t.Comment, Actor: t.Bucket, Columns: described(t)}
	rows, err := e.Count(ctx, "evidence."+InCase(t.Name))
	if err != nil || rows == 0 {
		return s, err
	}
	if err := e.Exec(ctx, fmt.Sprintf(`
		copy (
			select %s, day, bucket
			from (%s)
			order by %s
		)
		to %s (format parquet, compression zstd, row_group_size %d, partition_by (day, bucket))`,
		selected(t), placed(t, t.Name), order(t), engine.Literal(filepath.Join(folder, s.Path)), groupRows)); err != nil {
		return s, err
	}
	if err := w.count(&s, folder); err != nil {
		return s, err
	}
	if s.Rows != rows {
		return s, fmt.Errorf("the case has %d rows, %d were written; this must not be: please report it", rows, s.Rows)
	}
	return s, nil
}

// lookup writes one lookup.
func (w *Written) lookup(ctx context.Context, e *engine.Engine, l Lookup, folder string) (Stored, error) {
	s := Stored{Name: l.Name, Path: Lookups + "/" + l.Name + Ending, Meaning: l.Comment, Columns: described(l.Table)}
	if err := e.Exec(ctx, fmt.Sprintf("copy (%s) to %s (format parquet, compression zstd)", l.SQL, engine.Literal(filepath.Join(folder, filepath.FromSlash(s.Path))))); err != nil {
		return s, err
	}
	return s, w.count(&s, folder)
}

// count counts the rows of a table in its files, apart from the engine.
func (w *Written) count(s *Stored, folder string) error {
	return filepath.WalkDir(filepath.Join(folder, filepath.FromSlash(s.Path)), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		footer, err := ReadFooter(file, info.Size())
		s.Rows += footer.Rows
		s.Files++
		w.Files++
		w.Bytes += info.Size()
		return err
	})
}

func described(t schema.Table) []Described {
	var all []Described
	for _, c := range t.Columns {
		all = append(all, Described{InFile(c.Name), typeInFile(c.Type), c.Comment})
	}
	return all
}

// manifest writes schema.json.
func (w *Written) manifest(folder string) error {
	file, err := os.Create(filepath.Join(folder, ManifestName))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	w.Files++
	return errors.Join(encoder.Encode(w.Manifest), file.Close())
}
