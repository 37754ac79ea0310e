package duplicates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// remover takes the duplicates out of the tables of one case, after a load.
type remover struct {
	ctx    context.Context
	engine *engine.Engine
	first  int64 // the last file_id of the loads before; 0 = there were none
}

// Remove makes one row of all records that are one event, and lists the others
// in `duplicates`. Files above first are those of this load; filled are the tables
// of records that have any.
func Remove(ctx context.Context, e *engine.Engine, first int64, filled []schema.Table) error {
	r := &remover{ctx, e, first}
	// A session that an earlier load found in a text is no part of the record.
	err := r.exec("update audit_events set session_id = null, session_id_source = null where session_id_source = 'free text'")
	if err != nil {
		return err
	}
	for _, t := range filled {
		var err error
		switch {
		case t.Snapshot != "": // the same thing at another time is another record
			err = r.removeEqual(t, "concat_ws('|', snapshot_time, id)", "true")
		case t.Log == "":
			err = r.removeEqual(t, t.ID, "true")
		default:
			if err = r.unite(t); err == nil {
				err = r.removeEqual(t, withoutID(t), nameless)
			}
		}
		switch {
		case err == nil && t.Name == "directory_audits":
			err = r.matchPortalAudits(t)
		case err == nil && t.Name == "provisioning_events":
			err = r.matchPortalProvisioning(t)
		}
		if err != nil {
			return fmt.Errorf("find the duplicates in %s: %w", t.Name, err)
		}
	}
	return nil
}

// withoutID stands for the id of a record that has none: what equal bodies have in
// common, so that few are compared.
func withoutID(t schema.Table) string {
	return "concat_ws('|', event_time, " + strings.Join(flatIdentity(t), ", ") + ")"
}

// removeEqual takes out records with equal id and equal body, among those of
// which the condition is true. Bodies are compared as text first; only where
// one id has several texts, Go compares them with their keys sorted and their
// scalars as text.
func (r *remover) removeEqual(t schema.Table, id, condition string) error {
	err := r.exec(fmt.Sprintf(`
		create or replace temp table candidates as
		with repeated as (
			select coalesce(%[2]s, '') as id
			from %[1]s
			where file_id is not null and %[3]s
			group by all
			having count(*) > 1
		)
		select
			rowid as row,
			coalesce(%[2]s, '') as id,
			file_id,
			record,
			md5(raw) as body
		from %[1]s
		where file_id is not null and %[3]s
			and coalesce(%[2]s, '') in (select id from repeated)`, t.Name, id, condition))
	if n, err := r.countIf(err, "candidates"); n == 0 {
		return err
	}
	if err := r.exec("create or replace temp table canonical (row bigint, body varchar)"); err != nil {
		return err
	}
	if err := r.compareBodies(t.Name); err != nil {
		return err
	}
	err = r.exec(`
		create or replace temp table duplicate_rows as
		with ranked as (
			select
				c.row,
				c.id,
				c.file_id,
				c.record,
				first_value(c.file_id) over copies as kept_file_id,
				first_value(c.record) over copies as kept_record,
				row_number() over copies as place
			from candidates as c
			join files as f using (file_id)
			left join canonical as k on k.row = c.row
			window copies as (
				partition by c.id, coalesce(k.body, c.body)
				order by c.body, f.path, c.file_id, c.record
			)
		)
		select *, true as identical from ranked where place > 1`)
	if err == nil {
		err = r.compare(t)
	}
	if err != nil {
		return err
	}
	return r.moveDuplicates(t)
}

// compareBodies fills `canonical` for the candidates whose id has several texts.
func (r *remover) compareBodies(table string) error {
	rows, err := r.engine.Query(r.ctx, `
		with unequal as (
			select id
			from candidates
			group by all
			having count(distinct body) > 1
		)
		select c.row, t.raw
		from candidates as c
		join `+table+` as t on t.rowid = c.row
		where c.id in (select id from unequal)`)
	if err != nil {
		return err
	}
	var values []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			rows.Close()
			return err
		}
		text, _ := v[1].(string)
		values = append(values, fmt.Sprintf("(%d, '%s')", v[0], canonicalSum(text)))
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for some := range slices.Chunk(values, 5000) {
		if err := r.exec("insert into canonical values " + strings.Join(some, ", ")); err != nil {
			return err
		}
	}
	return nil
}

func (r *remover) exec(statement string, args ...any) error {
	return r.engine.Exec(r.ctx, statement, args...)
}

func (r *remover) execAll(statements ...string) error {
	for _, s := range statements {
		if err := r.exec(s); err != nil {
			return err
		}
	}
	return nil
}

// countIf is the number of rows of a table that has just been made, unless that
// went wrong.
func (r *remover) countIf(err error, table string) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.engine.Count(r.ctx, table)
}
