package queries

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"entrail/ingest"
	"entrail/ingest/duplicates"
	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// Comparison is two cases of one tenant, of which the other was exported before this one,
// laid side by side. Both are read as data.
//
// What two exports say of one event is told as in one case that holds both: package
// duplicates, which is the rule. Records that are equal in every byte and column need no
// rule; of the others, those of both sides become one case, where it is applied.
//
//	here, other     the two cases, read only
//	evidence        the records that are not equal on both sides, those of other with
//	                file_ids above all of here
//	compared_sides  which record is of which side, and its counterpart if it has one
//	compared_verdicts  which record a note of the case sheet is about, see verdicts
//	compared_*      the reports, made by compare/*.sql
type Comparison struct {
	engine  *engine.Engine
	zone    *time.Location
	folder  string
	lone    []string // states that only one of the two has
	isNoted bool     // the case sheet has notes

	// UnmatchedNotes are sentences, one a note of the case sheet that nothing in either
	// case is what it is about.
	UnmatchedNotes []string
}

// Comparisons are the reports of a comparison, by position: compare/NAME.sql, with the
// header of any report, and one SELECT over the tables above.
var Comparisons = mustReadFolder(compareFiles, "compare/*.sql", "compare")

//go:embed compare/*.sql
var compareFiles embed.FS

// Compare compares the case at path with an earlier one, with the verdicts of the case
// sheet beside what it names. It writes into o.Temp alone.
func Compare(ctx context.Context, path, earlier string, sheet CaseSheet, o engine.Options, zone *time.Location) (*Comparison, error) {
	if !ingest.IsDatabase(earlier) {
		return nil, fmt.Errorf("--compare %s: the file is no case database; entrail EARLIER/ --db FILE makes one of an export", earlier)
	}
	notes, err := readComparedNotes(ctx, path, earlier, sheet, o)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(o.Temp, "compare-")
	if err != nil {
		return nil, fmt.Errorf("make room for the comparison: %w", err)
	}
	e, err := engine.New(ctx, o)
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	c := &Comparison{engine: e, zone: zone, folder: folder, isNoted: len(sheet.Notes) > 0, UnmatchedNotes: notes.unmatched}
	if err := c.prepare(ctx, path, earlier); err != nil {
		c.Close()
		return nil, err
	}
	if err := c.findVerdicts(ctx, sheet, notes); err != nil {
		c.Close()
		return nil, fmt.Errorf("look for what the notes of the case sheet are about: %w", err)
	}
	return c, nil
}

// Close frees the comparison and what it wrote.
func (c *Comparison) Close() error {
	return errors.Join(c.engine.Close(), os.RemoveAll(c.folder))
}

func (c *Comparison) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if err := c.engine.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *Comparison) prepare(ctx context.Context, path, earlier string) error {
	if err := c.engine.Create(ctx, filepath.Join(c.folder, "both.duckdb")); err != nil {
		return err
	}
	if err := ingest.CreateTables(ctx, c.engine); err != nil {
		return err
	}
	for name, file := range map[string]string{"here": path, "other": earlier} {
		if err := c.engine.AttachAs(ctx, file, name); err != nil {
			return err
		}
	}
	if err := c.engine.Lock(ctx); err != nil {
		return err
	}
	for _, name := range []string{"here", "other"} {
		if err := schema.Check(ctx, c.engine, name); err != nil {
			if name == "other" {
				return fmt.Errorf("--compare %s: %w", earlier, err)
			}
			return fmt.Errorf("open case %s: %w", path, err)
		}
	}
	if err := c.unite(ctx); err != nil {
		return fmt.Errorf("compare with %s: %w", earlier, err)
	}
	return nil
}

// unite applies the rule of package duplicates to what is not equal on both sides.
func (c *Comparison) unite(ctx context.Context) error {
	err := c.exec(ctx,
		"set variable last_here = (select coalesce(max(file_id), 0) from here.main.files)",
		"insert into evidence.files from here.main.files",
		"insert into evidence.files select * replace (file_id + getvariable('last_here')::integer as file_id) from other.main.files",
		`create temp table compared_sides (
			source varchar, side varchar, file_id integer, record bigint, id varchar, second timestamp,
			to_file_id integer, to_record bigint, is_equal boolean
		)`,
		"create temp table compared_changes (source varchar, file_id integer, record bigint, differs varchar)",
		`create temp table compared_states (
			change varchar, kind varchar, what varchar, differs varchar, id varchar, snapshot_time timestamp, earlier_snapshot_time timestamp,
			file_id integer, record bigint, earlier_file_id integer, earlier_record bigint
		)`)
	if err != nil {
		return err
	}
	for _, t := range schema.Logs() {
		if err := c.take(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	for _, t := range schema.Tables() {
		if t.Snapshot == "" {
			continue
		}
		if err := c.compareStates(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	events, _ := lookupRelation("events")
	if err := c.exec(ctx, "create temp table compared_events as\n"+events.SQL); err != nil {
		return err
	}
	filled, err := schema.Filled(ctx, c.engine, schema.Logs())
	if err != nil {
		return err
	}
	if err := duplicates.Remove(ctx, c.engine, 0, filled); err != nil {
		return err
	}
	if err := c.pair(ctx); err != nil {
		return err
	}
	for _, t := range filled {
		if err := c.findChanges(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

// take notes the records of a log on both sides, and copies those that are not equal on both.
func (c *Comparison) take(ctx context.Context, t schema.Table) error {
	for _, side := range []string{"here", "other"} {
		rows, err := c.engine.All(ctx, "select count(*) <> count(distinct (file_id, record)) from "+side+".main."+t.Name)
		if err != nil {
			return err
		}
		if rows[0][0] == true {
			return errors.New("two rows are one record of one file: somebody has changed the case database; load the exports again into a new case")
		}
	}
	var said []string
	for _, column := range t.Columns {
		if column.Name != "file_id" && column.Name != "record" {
			said = append(said, column.Name)
		}
	}
	content := "sha256(row(" + strings.Join(said, ", ") + ")::varchar)"
	return c.exec(ctx, `
		create or replace temp table compared_here as
		select file_id, record, `+content+` as content from here.main.`+t.Name, `
		create or replace temp table compared_other as
		select file_id, record, `+content+` as content from other.main.`+t.Name, `
		insert into compared_sides
		select '`+t.Name+`', 'here', t.file_id, t.record, lower(t.id), date_trunc('second', t.event_time), null, null, h.content in (select content from compared_other)
		from here.main.`+t.Name+` as t
		join compared_here as h on h.file_id = t.file_id and h.record = t.record
		union all
		select '`+t.Name+`', 'other', t.file_id + getvariable('last_here'), t.record, lower(t.id), date_trunc('second', t.event_time), null, null, o.content in (select content from compared_here)
		from other.main.`+t.Name+` as t
		join compared_other as o on o.file_id = t.file_id and o.record = t.record`, `
		insert into evidence.`+t.Name+`
		select t.*
		from here.main.`+t.Name+` as t
		semi join (from compared_sides where source = '`+t.Name+`' and side = 'here' and not is_equal) as s
			on s.file_id = t.file_id and s.record = t.record
		union all
		select t.* replace (t.file_id + getvariable('last_here')::integer as file_id)
		from other.main.`+t.Name+` as t
		semi join (from compared_sides where source = '`+t.Name+`' and side = 'other' and not is_equal) as s
			on s.file_id = t.file_id + getvariable('last_here') and s.record = t.record`)
}

// pair gives each record its counterpart: one of the other side in the same event; else, of
// one id and second, the one that contradicts it.
func (c *Comparison) pair(ctx context.Context) error {
	return c.exec(ctx, `
		create temp table compared_pairs as
		with
		members as (
			select kept_file_id, kept_record, file_id, record from evidence.duplicates
			union all
			select distinct kept_file_id, kept_record, kept_file_id, kept_record from evidence.duplicates
		),
		placed as (
			select m.*, s.source, s.side
			from members as m
			join compared_sides as s on s.file_id = m.file_id and s.record = m.record and not s.is_equal
		)
		select
			a.source,
			a.file_id,
			a.record,
			arg_min(b.file_id, (b.file_id, b.record)) as to_file_id,
			arg_min(b.record, (b.file_id, b.record)) as to_record
		from placed as a
		join placed as b on b.kept_file_id = a.kept_file_id and b.kept_record = a.kept_record and b.side <> a.side and b.source = a.source
		group by all`, `
		update compared_sides as s
		set to_file_id = p.to_file_id, to_record = p.to_record
		from compared_pairs as p
		where p.source = s.source and p.file_id = s.file_id and p.record = s.record`, `
		create temp table compared_contradictions as
		with
		alone as (
			select
				*,
				row_number() over (partition by source, side, id, second order by file_id, record) as place,
			from compared_sides
			where not is_equal and to_file_id is null and id <> '00000000-0000-0000-0000-000000000000'
		)
		select a.source, a.file_id, a.record, b.file_id as to_file_id, b.record as to_record
		from alone as a
		join alone as b on b.source = a.source and b.id = a.id and b.second is not distinct from a.second and b.place = a.place and b.side <> a.side`)
}

// compareStates compares what stood in two states, where both have some of the kind: each
// thing as it stood last.
func (c *Comparison) compareStates(ctx context.Context, t schema.Table) error {
	key := []string{"lower(id)"}
	if t.NamedByFile != "" { // an id is one of that account alone
		key = append(key, "lower("+t.NamedByFile+")")
	}
	rows, err := c.engine.All(ctx, "select exists (from here.main."+t.Name+"), exists (from other.main."+t.Name+")")
	if err != nil {
		return err
	}
	switch here, other := rows[0][0] == true, rows[0][1] == true; {
	case here != other:
		c.lone = append(c.lone, t.Snapshot)
		return nil
	case !here:
		return nil
	}
	var differs, what []string
	for _, column := range t.Columns {
		if slices.Contains([]string{"file_id", "record", "raw", "id", "snapshot_time"}, column.Name) {
			continue
		}
		differs = append(differs, differing(column.Name))
		if column.Type == "varchar" && len(what) < 4 {
			what = append(what, fmt.Sprintf("coalesce(h.%[1]s, o.%[1]s)", column.Name))
		}
	}
	last := func(side string) string {
		return "(select *, concat_ws('|', " + strings.Join(key, ", ") + ") as key from " + side + ".main." + t.Name +
			" qualify row_number() over (partition by key order by snapshot_time desc, file_id, record) = 1)"
	}
	return c.exec(ctx, `
		insert into compared_states
		with
		told as (
			select
				case when o.key is null then 'came' when h.key is null then 'disappeared' else 'changed' end as change,
				`+engine.Literal(t.Snapshot)+`,
				concat_ws(' · ', `+strings.Join(what, ", ")+`),
				case when h.key is not null and o.key is not null then nullif(concat_ws('; ', `+strings.Join(differs, ",\n")+`), '') end as differs,
				coalesce(h.id, o.id),
				h.snapshot_time,
				o.snapshot_time,
				h.file_id,
				h.record,
				o.file_id,
				o.record
			from `+last("here")+` as h
			full join `+last("other")+` as o on o.key = h.key
		)
		from told
		where change <> 'changed' or differs is not null`)
}

// differing says of a column of h, that of this case, and o what it was and is, where that
// is not the same.
func differing(column string) string {
	return fmt.Sprintf("case when lower(h.%[1]s::varchar) is distinct from lower(o.%[1]s::varchar) then '%[1]s: ' || coalesce(left(o.%[1]s::varchar, 200), '(nothing)') || ' → ' || coalesce(left(h.%[1]s::varchar, 200), '(nothing)') end", column)
}

// findChanges says for each record of this case that has a counterpart which columns have
// another value there.
func (c *Comparison) findChanges(ctx context.Context, t schema.Table) error {
	var differs []string
	for _, column := range t.Columns {
		// The raw text and the bare form of an address are the export's, not the event's.
		if !slices.Contains([]string{"file_id", "record", "raw", "ip_address_raw"}, column.Name) {
			differs = append(differs, differing(column.Name))
		}
	}
	return c.exec(ctx, `
		insert into compared_changes
		with
		pairs as (
			select source, file_id, record, to_file_id, to_record from compared_pairs
			union all
			from compared_contradictions
		)
		select
			p.source,
			p.file_id,
			p.record,
			nullif(concat_ws('; ', `+strings.Join(differs, ",\n")+`), '')
		from pairs as p
		join here.main.`+t.Name+` as h on h.file_id = p.file_id and h.record = p.record
		join other.main.`+t.Name+` as o on o.file_id + getvariable('last_here') = p.to_file_id and o.record = p.to_record
		where p.source = '`+t.Name+`'`)
}

// Run asks one of Comparisons. Its rows are read before the next is asked for.
func (c *Comparison) Run(ctx context.Context, r Report) (*Result, error) {
	if len(r.NotesOn) > 0 && !c.isNoted {
		r.SQL = "select * exclude (verdict, note) from (\n" + r.SQL + "\n)"
	}
	rows, err := c.engine.Query(ctx, r.SQL)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", r.Name, err)
	}
	result := answered(r, rows)
	result.IsWhole = true
	if r.Name == "compare_states" && len(c.lone) > 0 {
		result.Notes = []string{"Not compared, as only one of the exports has them: " + strings.Join(c.lone, ", ")}
	}
	result.Rows = func(yield func([]any, error) bool) {
		defer rows.Close()
		each(rows, c.zone, yield)
	}
	return result, nil
}
