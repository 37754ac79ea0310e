package duplicates

import "entrail/ingest/schema"

// matchPortalProvisioning takes out the rows of the portal's CSV that are there
// from JSON too, which holds more: equal change id, time to the second, action
// and status, and no other id. Where either side has several of them nobody
// knows which is which, and all stay.
func (r *remover) matchPortalProvisioning(t schema.Table) error {
	err := r.exec(`
		create or replace temp table duplicate_rows as
		with keyed as (
			select
				p.rowid as row,
				p.id,
				p.file_id,
				p.record,
				f.path,
				f.format = 'portal_provisioning' as is_csv,
				lower(p.change_id) as change,
				date_trunc('second', p.event_time) as second,
				lower(p.action) as action,
				p.status
			from provisioning_events as p
			join files as f using (file_id)
			where p.change_id is not null
		),
		pairs as (
			select
				c.row,
				c.id,
				c.file_id,
				c.record,
				c.path,
				j.file_id as kept_file_id,
				j.record as kept_record,
				count(*) over (partition by c.row) as choices,
				count(*) over (partition by j.row, c.file_id) as rivals
			from keyed as c
			join keyed as j using (change, second, action, status)
			where c.is_csv
				and not j.is_csv
				and coalesce(c.id = j.id, true)
		)
		select
			row,
			id,
			file_id,
			record,
			kept_file_id,
			kept_record,
			1 + row_number() over (partition by kept_file_id, kept_record order by path, file_id, record) as place,
			false as identical
		from pairs
		where choices = 1 and rivals = 1`)
	if n, err := r.countIf(err, "duplicate_rows"); n == 0 {
		return err
	}
	if err := r.compare(t); err != nil {
		return err
	}
	return r.moveDuplicates(t)
}
