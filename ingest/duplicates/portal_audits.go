package duplicates

import (
	"fmt"
	"strings"

	"entrail/ingest/schema"
)

// matchPortalAudits takes out the rows of the portal's audit CSV, which has no
// record id and holds less, that are there from JSON too: equal time to the
// second (closer if both tell), correlation id, service, activity and result,
// and the same target and initiator by name or by object id. Where one file has
// more such rows than there are records from JSON, some of them are other
// events, nobody knows which, and all of them stay. A row is judged with the
// file that it is from, so that it counts for nothing what was loaded before.
func (r *remover) matchPortalAudits(t schema.Table) error {
	err := r.exec(`
		create or replace temp table duplicate_rows as
		with keyed as (
			select
				d.rowid as row,
				d.id,
				d.file_id,
				d.record,
				f.path,
				f.format = 'portal_audits' as is_csv,
				d.event_time,
				date_trunc('second', d.event_time) as second,
				lower(d.correlation_id) as correlation,
				lower(coalesce(d.service, '')) as service,
				lower(d.activity) as activity,
				lower(coalesce(d.result, '')) as result,
				lower(d.targets) as targets,
				lower(d.initiated_by) as initiator,
				json_text(d.raw) as body
			from directory_audits as d
			join files as f using (file_id)
		),
		-- The texts are opened only where there is something to compare.
		named as materialized (
			select
				* exclude (body),
				case
					when is_csv then ` + objectID("Target1ObjectId") + `
					else ` + objectID("targetResources[0].id", "properties.targetResources[0].id", "TargetResources[0].Id") + `
				end as target_id,
				case
					when is_csv then ` + objectID("ActorObjectId", "ActorServicePrincipalId") + `
					else ` + objectID("initiatedBy.user.id", "properties.initiatedBy.user.id", "InitiatedBy.User.Id",
		"initiatedBy.app.servicePrincipalId", "properties.initiatedBy.app.servicePrincipalId", "InitiatedBy.App.ServicePrincipalId") + `
				end as initiator_id
			from keyed
			where correlation in (select correlation from keyed where is_csv)
				and correlation in (select correlation from keyed where not is_csv)
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
				j.path as kept_path,
				c.targets as csv_targets,
				j.targets as json_targets,
				c.initiator as csv_initiator,
				j.initiator as json_initiator,
				c.target_id as csv_target_id,
				j.target_id as json_target_id,
				c.initiator_id as csv_initiator_id,
				j.initiator_id as json_initiator_id
			from named as c
			join named as j using (second, correlation, service, activity, result)
			where c.is_csv
				and not j.is_csv
				and (
					c.event_time = c.second
					or j.event_time = j.second
					or abs(epoch_us(c.event_time) - epoch_us(j.event_time)) < 1000
				)
		),
		agreeing as (
			select
				*,
				row_number() over (partition by row order by kept_path, kept_file_id, kept_record) as choice,
				count(*) over (partition by row) as choices
			from pairs
			where coalesce(
					csv_target_id = json_target_id,
					csv_targets is not distinct from json_targets
						or starts_with(json_targets, csv_targets || ', ') -- the CSV has room for three
						or false
				)
				and coalesce(
					nullif(csv_initiator_id = json_initiator_id, false),
					csv_initiator = json_initiator,
					csv_initiator_id = json_initiator_id,
					true
				)
		),
		-- The first choice names the rows among which the file can't tell.
		alike as (
			select row, file_id, record, path, kept_file_id, kept_record, choices
			from agreeing
			where choice = 1
		),
		-- A row stands for the equal ones of other files too.
		held as (
			select row, file_id, kept_file_id, kept_record, choices
			from alike
			union all
			select a.row, d.file_id, a.kept_file_id, a.kept_record, a.choices
			from alike as a
			join duplicates as d on d.kept_file_id = a.file_id and d.kept_record = a.record
		),
		counted as (
			select row, choices, count(*) over (partition by file_id, kept_file_id, kept_record) as records
			from held
		),
		placed as (
			select
				row,
				row_number() over (partition by file_id, kept_file_id, kept_record order by record) as choice
			from alike
			where row not in (select row from counted where records > choices)
		)
		select
			a.row,
			a.id,
			a.file_id,
			a.record,
			a.kept_file_id,
			a.kept_record,
			1 + row_number() over (
				partition by a.kept_file_id, a.kept_record
				order by a.path, a.file_id, a.record
			) as place,
			false as identical
		from placed
		join agreeing as a using (row, choice)`)
	if n, err := r.countIf(err, "duplicate_rows"); n == 0 {
		return err
	}
	if err := r.compare(t); err != nil {
		return err
	}
	return r.moveDuplicates(t)
}

// objectID is the first of the values at the body's paths that is there.
func objectID(paths ...string) string {
	var values []string
	for _, path := range paths {
		values = append(values, fmt.Sprintf("filled(lower(trim(body ->> '$.%s')))", path))
	}
	return "coalesce(" + strings.Join(values, ", ") + ")"
}
