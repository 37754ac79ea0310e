package ingest

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// books account for the files of a load: every record that was counted in one is loaded, a
// duplicate or rejected, or the load fails.
type books struct {
	ctx    context.Context
	engine *engine.Engine

	files  []*inputFile   // of this load
	first  int64          // their numbers are greater: those up to it are of exports read before, or from Parquet
	filled []schema.Table // of records, those that have any
}

// warnTimeless tells of the files with records that should have a time, and whose
// time is none: they are in no timeline.
func (b *books) warnTimeless(o *outcome) error {
	byID := map[int64]*inputFile{}
	for _, f := range b.files {
		byID[int64(f.id)] = f
	}
	for _, table := range b.filled {
		if !table.TimeRequired {
			continue
		}
		rows, err := b.engine.All(b.ctx, "select file_id::bigint, count(*), min(record) from "+table.Name+" where event_time is null and file_id > $1 group by all", b.first)
		if err != nil {
			return err
		}
		for _, v := range rows {
			f := byID[v[0].(int64)]
			if f == nil || f.timesWarned {
				continue
			}
			wasWhole := len(f.losses) == 0 && !f.unreadable
			f.noteLoss("%s loaded without a time, for there is none that can be read; record %d is the first", were(v[1].(int64), "record"), v[2])
			loss := f.losses[len(f.losses)-1]
			if wasWhole {
				o.damaged(f.source.path, loss)
			} else {
				o.warn(f.source.path + ": " + loss)
			}
		}
	}
	return nil
}

// list writes the rows of `files`, with the counts still open.
func (b *books) list() error {
	err := b.engine.Append("files", func(add func(...driver.Value) error) error {
		for _, f := range b.files {
			var format, sum, modified, encoding, note any
			switch {
			case f.format != nil:
				format = f.format.name
			case f.source.archive != "":
				format = f.source.archive
			}
			if f.sha256 != "" {
				sum = f.sha256
			}
			if !f.source.modified.IsZero() {
				modified = f.source.modified.UTC()
			}
			if f.encoding != "" && f.format != nil {
				encoding = f.encoding
			}
			if len(f.notes) > 0 {
				note = strings.ToValidUTF8(strings.Join(f.notes, "; "), "\ufffd")
			}
			err := add(
				f.id, strings.ToValidUTF8(f.source.path, "\ufffd"), sum, f.size, modified, format, encoding,
				f.records, int64(0), int64(0), f.rejected, nil, nil, note,
			)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := b.replaceEmpty(); err != nil {
		return err
	}
	if err := b.stampSnapshots(); err != nil {
		return err
	}
	return b.listTimes()
}

// stampSnapshots says when what the files of this load hold stood so. Programs put
// the time into the names of their files; that of the file itself is lost when it is
// copied by hand.
func (b *books) stampSnapshots() error {
	for _, t := range b.filled {
		if t.Snapshot == "" {
			continue
		}
		if err := b.engine.Exec(b.ctx, `
			update `+t.Name+`
			set snapshot_time = coalesce(snapshot_time, name_time(files.path), files.modified_at)
			from files
			where files.file_id = `+t.Name+`.file_id and files.file_id > $1`, b.first); err != nil {
			return fmt.Errorf("when %s stood: %w", t.Snapshot, err)
		}
		if t.NamedByFile == "" {
			continue
		}
		if err := b.engine.Exec(b.ctx, `
			update `+t.Name+`
			set `+t.NamedByFile+` = account_in(files.path)
			from files
			where files.file_id = `+t.Name+`.file_id and files.file_id > $1 and `+t.NamedByFile+` is null`, b.first); err != nil {
			return fmt.Errorf("whose %s these are: %w", t.Snapshot, err)
		}
	}
	return nil
}

// replaceEmpty takes the rows of earlier loads out again that tell of a file of
// which nothing was loaded then, and that was read anew.
func (b *books) replaceEmpty() error {
	for _, statement := range []string{
		`create or replace temp table replaced as
			select before.file_id
			from files as before
			join files as anew
				on before.sha256 is not distinct from anew.sha256
				and (before.sha256 is not null or before.path = anew.path)
			where before.file_id <= $1
				and anew.file_id > $1
				and before.loaded + before.duplicates = 0`,
		"delete from rejects where file_id in (select file_id from replaced) and file_id <= $1",
		"delete from files where file_id in (select file_id from replaced) and file_id <= $1",
	} {
		if err := b.engine.Exec(b.ctx, statement, b.first); err != nil {
			return fmt.Errorf("replace what was listed before: %w", err)
		}
	}
	return nil
}

// listTimes notes the first and last time of each file, as long as all its records are
// there, duplicates too.
func (b *books) listTimes() error {
	if err := b.engine.Exec(b.ctx, "insert into loading select file_id from files where file_id > $1 and format not in ('zip', 'tar', 'parquet')", b.first); err != nil {
		return err
	}
	for _, t := range b.filled {
		time := t.Time
		if time == "" {
			time = "null::timestamp"
		}
		if err := b.engine.Exec(b.ctx, fmt.Sprintf(`
			insert into file_times
			select file_id, min(%[2]s), max(%[2]s)
			from %[1]s
			where file_id in (select file_id from loading)
			group by all`, t.Name, time)); err != nil {
			return err
		}
	}
	return nil
}

// count counts for every file what became of its records.
func (b *books) count() error {
	tables := []string{"select null::integer as file_id, 0 as n where false"}
	for _, t := range b.filled {
		tables = append(tables, "select file_id, count(*) as n from "+t.Name+" where file_id is not null group by all")
	}
	for _, statement := range []string{
		`update files
		set loaded = coalesce(counted.n, 0)
		from (
			select files.file_id, sum(n)::bigint as n
			from files
			left join (` + strings.Join(tables, " union all ") + `) using (file_id)
			group by all
		) as counted
		where counted.file_id = files.file_id`,
		`update files
		set duplicates = counted.n
		from (
			select f.file_id, count(d.file_id) as n
			from files as f
			left join duplicates as d using (file_id)
			group by all
		) as counted
		where counted.file_id = files.file_id`,
		`update files
		set first_event = times.first_event, last_event = times.last_event
		from (
			select file_id, min(first_event) as first_event, max(last_event) as last_event
			from file_times
			group by all
		) as times
		where times.file_id = files.file_id`,
	} {
		if err := b.engine.Exec(b.ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// balance fails unless every record that the census counted is loaded, a
// duplicate or rejected.
func (b *books) balance() error {
	rows, err := b.engine.All(b.ctx, `
		select path, records, loaded, duplicates, rejected
		from files
		where records <> loaded + duplicates + rejected
		order by file_id`)
	if err != nil {
		return fmt.Errorf("compare the counts: %w", err)
	}
	var wrong []string
	for _, v := range rows {
		wrong = append(wrong, fmt.Sprintf("%v: %v records were counted, but %v loaded, %v duplicates and %v rejected", v...))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the books don't balance, please report it: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// sum adds the records of the files up.
func (b *books) sum(s *Summary) error {
	rows, err := b.engine.All(b.ctx, `
		select
			coalesce(sum(records), 0)::bigint,
			coalesce(sum(loaded), 0)::bigint,
			coalesce(sum(duplicates), 0)::bigint,
			coalesce(sum(rejected), 0)::bigint
		from files
		where file_id > $1`, b.first)
	for _, v := range rows {
		s.Records, s.Loaded, s.Duplicates, s.Rejected = v[0].(int64), v[1].(int64), v[2].(int64), v[3].(int64)
	}
	return err
}
