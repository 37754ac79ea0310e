package duplicates

import "entrail/ingest/schema"

// restore takes the rows apart that earlier loads made of several records, where
// this load has records of their ids: each record stands in the log again, with
// what it says by itself and what hangs on it, as if it had come with this load. So
// are rows of this load: those of Parquet were made of several before it was written.
func (r *remover) restore(t schema.Table) error {
	if r.first == 0 {
		return nil
	}
	err := r.exec(`
		create or replace temp table revisited as
		select lower(id) as id from `+t.Name+` where file_id > $1 and not `+nameless+`
		intersect
		select lower(id) from `+t.Name+` where file_id <= $1`, r.first)
	if n, err := r.countIf(err, "revisited"); n == 0 {
		return err
	}
	err = r.exec(`
		create or replace temp table united_before as
		select rowid as row, file_id, record
		from ` + t.Name + `
		where lower(id) in (from revisited)`)
	if err != nil {
		return err
	}
	statements := []string{`
		create or replace temp table own as
		select c.* replace (coalesce(c.raw, s.raw) as raw)
		from copies.` + t.Name + ` as c
		left join ` + t.Name + ` as s on s.file_id = c.file_id and s.record = c.record
		where lower(c.id) in (from revisited)`,
		"delete from copies." + t.Name + " where lower(id) in (from revisited)", `
		delete from ` + t.Name + `
		where rowid in (select u.row from united_before as u semi join own as o on o.file_id = u.file_id and o.record = u.record)`,
		"insert into " + t.Name + " from own", `
		create or replace temp table twins as
		select d.file_id, d.record, d.kept_file_id, d.kept_record
		from duplicates as d
		join united_before as u on u.file_id = d.kept_file_id and u.record = d.kept_record
		where d.identical and not exists (from own as o where o.file_id = d.file_id and o.record = d.record)`, `
		insert into ` + t.Name + `
		select s.* replace (w.file_id as file_id, w.record as record)
		from ` + t.Name + ` as s
		join twins as w on s.file_id = w.kept_file_id and s.record = w.kept_record`,
	}
	for _, c := range childrenOf(t) {
		statements = append(statements, `
		delete from `+c.Name+`
		where rowid in (
			select c.rowid from `+c.Name+` as c semi join own as o on o.file_id = c.parent_file_id and o.record = c.parent_record
		)`, `
		insert into `+c.Name+`
		select c.* from copies.`+c.Name+` as c semi join own as o on o.file_id = c.parent_file_id and o.record = c.parent_record`, `
		delete from copies.`+c.Name+`
		where rowid in (
			select c.rowid from copies.`+c.Name+` as c semi join own as o on o.file_id = c.parent_file_id and o.record = c.parent_record
		)`, `
		insert into `+c.Name+`
		select c.* replace (w.file_id as parent_file_id, w.record as parent_record)
		from `+c.Name+` as c
		join twins as w on c.parent_file_id = w.kept_file_id and c.parent_record = w.kept_record`)
	}
	return r.execAll(append(statements, `
		delete from duplicates
		where rowid in (
			select d.rowid
			from duplicates as d
			semi join (select file_id, record from own union all select file_id, record from twins) as r
				on r.file_id = d.file_id and r.record = d.record
		)`, `
		delete from risk_history
		where rowid in (
			select h.rowid
			from risk_history as h
			semi join united_before as u on u.file_id = h.kept_file_id and u.record = h.kept_record
		)`)...)
}
