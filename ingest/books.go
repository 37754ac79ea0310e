package ingest

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// warnTimeless tells of the files with records that should have a time, and whose
// time is none: they are in no timeline.
func (l *loader) warnTimeless() error {
	byID := map[int64]*inputFile{}
	for _, f := range l.files {
		byID[int64(f.id)] = f
	}
	for _, table := range l.filled {
		if !table.TimeRequired {
			continue
		}
		rows, err := l.engine.Query(l.ctx, "select file_id::bigint, count(*), min(record) from "+table.Name+" where event_time is null and file_id > $1 group by all", l.first)
		if err != nil {
			return err
		}
		for rows.Next() {
			v, err := rows.Values()
			if err != nil {
				rows.Close()
				return err
			}
			f := byID[v[0].(int64)]
			if f == nil || f.timesWarned {
				continue
			}
			if len(f.losses) == 0 && !f.unreadable {
				l.summary.Damaged++
			}
			f.noteLoss("%s loaded without a time, for there is none that can be read; record %d is the first", were(v[1].(int64), "record"), v[2])
			l.options.Warn(f.source.path + ": " + f.losses[len(f.losses)-1])
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// listFiles writes the rows of `files`, with the counts still open.
func (l *loader) listFiles() error {
	err := l.engine.Append("files", func(add func(...driver.Value) error) error {
		for _, f := range l.files {
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
	if err := l.replaceEmpty(); err != nil {
		return err
	}
	if err := l.stampSnapshots(); err != nil {
		return err
	}
	if err := l.exec("insert into loading select file_id from files where file_id > $1 and format not in ('zip', 'tar', 'parquet')", l.first); err != nil {
		return err
	}
	for _, t := range l.filled {
		time := t.Time
		if time == "" {
			time = "null::timestamp"
		}
		if err := l.exec(fmt.Sprintf(`
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

// stampSnapshots says when what the files of this load hold stood so. Programs put
// the time into the names of their files; that of the file itself is lost when it is
// copied by hand.
func (l *loader) stampSnapshots() error {
	for _, t := range l.filled {
		if t.Snapshot == "" {
			continue
		}
		if err := l.exec(`
			update `+t.Name+`
			set snapshot_time = coalesce(snapshot_time, name_time(files.path), files.modified_at)
			from files
			where files.file_id = `+t.Name+`.file_id and files.file_id > $1`, l.first); err != nil {
			return fmt.Errorf("when %s stood: %w", t.Snapshot, err)
		}
		if t.NamedByFile == "" {
			continue
		}
		if err := l.exec(`
			update `+t.Name+`
			set `+t.NamedByFile+` = account_in(files.path)
			from files
			where files.file_id = `+t.Name+`.file_id and files.file_id > $1 and `+t.NamedByFile+` is null`, l.first); err != nil {
			return fmt.Errorf("whose %s these are: %w", t.Snapshot, err)
		}
	}
	return nil
}

// replaceEmpty takes the rows of earlier loads out again that tell of a file of
// which nothing was loaded then, and that was read anew.
func (l *loader) replaceEmpty() error {
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
		if err := l.exec(statement, l.first); err != nil {
			return fmt.Errorf("replace what was listed before: %w", err)
		}
	}
	return nil
}

// account counts for every file what became of its records, and fails unless
// that is what the census counted.
func (l *loader) account() error {
	if err := l.listRejects(); err != nil {
		return err
	}
	tables := []string{"select null::integer as file_id, 0 as n where false"}
	for _, t := range l.filled {
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
		if err := l.exec(statement); err != nil {
			return err
		}
	}
	if err := l.settleParquet(); err != nil {
		return err
	}
	if err := l.balance(); err != nil {
		return err
	}
	if err := l.exec("insert into meta values ('load', $1, $2, $3::timestamp)", l.options.CommandLine, l.options.Version, l.options.Now.UTC()); err != nil {
		return err
	}
	return l.summarise()
}

// balance fails unless every record that the census counted is loaded, a
// duplicate or rejected.
func (l *loader) balance() error {
	rows, err := l.engine.Query(l.ctx, `
		select path, records, loaded, duplicates, rejected
		from files
		where records <> loaded + duplicates + rejected
		order by file_id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var wrong []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return err
		}
		wrong = append(wrong, fmt.Sprintf("%v: %v records were counted, but %v loaded, %v duplicates and %v rejected", v...))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("compare the counts: %w", err)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the books don't balance, please report it: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (l *loader) summarise() error {
	rows, err := l.engine.Query(l.ctx, `
		select
			coalesce(sum(records), 0)::bigint,
			coalesce(sum(loaded), 0)::bigint,
			coalesce(sum(duplicates), 0)::bigint,
			coalesce(sum(rejected), 0)::bigint
		from files
		where file_id > $1`, l.first)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return err
		}
		s := &l.summary
		s.Records, s.Loaded, s.Duplicates, s.Rejected = v[0].(int64), v[1].(int64), v[2].(int64), v[3].(int64)
	}
	return rows.Err()
}
