package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// removeDuplicates takes every record that is there twice out again, keeps one
// by path and number, and lists the others in `duplicates`.
func (l *loader) removeDuplicates() error {
	// Where a record's child rows are those of another, in which place that stood.
	if err := l.exec("create or replace temp table child_places (child varchar, file_id integer, record bigint, place bigint)"); err != nil {
		return err
	}
	for _, t := range schema.Records() {
		var err error
		if t.Name == "sign_ins" {
			err = l.mergeSignIns()
			if err == nil {
				err = l.removeEqual(t.Name, withoutID, "id is null")
			}
		} else {
			err = l.removeEqual(t.Name, t.ID, "true")
		}
		switch {
		case err == nil && t.Name == "directory_audits":
			err = l.matchPortalAudits()
		case err == nil && t.Name == "provisioning_events":
			err = l.matchPortalProvisioning()
		}
		if err != nil {
			return fmt.Errorf("find the duplicates in %s: %w", t.Name, err)
		}
	}
	return nil
}

// withoutID stands for the id of a sign-in that has none: what equal bodies
// have in common, so that few are compared.
const withoutID = "concat_ws('|', event_time, user_principal_name, user_id, service_principal_id, app_id, app_display_name, ip_address)"

// removeEqual takes out records with equal id and equal body, among those of
// which the condition is true. Bodies are compared as text first; only where
// one id has several texts, Go compares them with their keys sorted and their
// scalars as text.
func (l *loader) removeEqual(table, id, condition string) error {
	err := l.exec(fmt.Sprintf(`
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
			and coalesce(%[2]s, '') in (select id from repeated)`, table, id, condition))
	if n, err := l.countIf(err, "candidates"); n == 0 {
		return err
	}
	if err := l.exec("create or replace temp table canonical (row bigint, body varchar)"); err != nil {
		return err
	}
	if err := l.compareBodies(table); err != nil {
		return err
	}
	err = l.exec(`
		create or replace temp table doubles as
		with ranked as (
			select
				c.row,
				c.id,
				c.file_id,
				c.record,
				first_value(c.file_id) over same as kept_file_id,
				first_value(c.record) over same as kept_record,
				row_number() over same as place
			from candidates as c
			join files as f using (file_id)
			left join canonical as k on k.row = c.row
			window same as (
				partition by c.id, coalesce(k.body, c.body)
				order by f.path, c.file_id, c.record
			)
		)
		select * from ranked where place > 1`)
	if err != nil {
		return err
	}
	return l.takeOut(table, "true")
}

// takeOut moves the rows in `doubles` from the table to `duplicates`. What had
// been taken out because of one of them is now told of the one that stays.
// place there orders the doubles of one record; itself it has the first.
func (l *loader) takeOut(table, identical string) error {
	if err := l.inherit(table); err != nil {
		return err
	}
	for _, statement := range []string{
		fmt.Sprintf(`
			update duplicates
			set
				kept_file_id = doubles.kept_file_id,
				kept_record = doubles.kept_record,
				identical = duplicates.identical and %s
			from doubles
			where duplicates.kept_file_id = doubles.file_id
				and duplicates.kept_record = doubles.record`, identical),
		fmt.Sprintf(`
			insert into duplicates
			select file_id, record, kept_file_id, kept_record, %s
			from doubles
			order by file_id, record`, identical),
		"delete from " + table + " where rowid in (select row from doubles)",
	} {
		if err := l.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// inherit gives each record with doubles one set of child rows: its own, else
// that of the first double that has any. The others go.
func (l *loader) inherit(table string) error {
	for _, c := range schema.Children() {
		if c.Parent.Table != table {
			continue
		}
		repeated := []string{c.Parent.Column + " = p." + c.Parent.Key}
		for _, column := range c.Parent.Repeats {
			repeated = append(repeated, column+" = p."+column)
		}
		for _, statement := range []string{`
			create or replace temp table members as
			with all_members as (
				select kept_file_id, kept_record, file_id, record, place
				from doubles
				union all
				select distinct kept_file_id, kept_record, kept_file_id, kept_record, 1
				from doubles
			)
			select m.* replace (coalesce(p.place, m.place) as place)
			from all_members as m
			left join child_places as p
				on p.child = '` + c.Name + `' and p.file_id = m.file_id and p.record = m.record`, `
			create or replace temp table heirs as
			select
				kept_file_id,
				kept_record,
				arg_min(file_id, place) as file_id,
				arg_min(record, place) as record
			from members as m
			where exists (
				from ` + c.Name + ` as c where c.parent_file_id = m.file_id and c.parent_record = m.record
			)
			group by all`,
			`delete from ` + c.Name + `
			where rowid in (
				select c.rowid
				from ` + c.Name + ` as c
				join members as m on m.file_id = c.parent_file_id and m.record = c.parent_record
				anti join heirs as h on h.file_id = m.file_id and h.record = m.record
			)`,
			`update ` + c.Name + `
			set parent_file_id = h.kept_file_id, parent_record = h.kept_record, ` + strings.Join(repeated, ", ") + `
			from heirs as h
			join ` + table + ` as p on p.file_id = h.kept_file_id and p.record = h.kept_record
			where ` + c.Name + `.parent_file_id = h.file_id
				and ` + c.Name + `.parent_record = h.record
				and (h.file_id <> h.kept_file_id or h.record <> h.kept_record)`,
		} {
			if err := l.exec(statement); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
		}
	}
	return nil
}

// compareBodies fills `canonical` for the candidates whose id has several texts.
func (l *loader) compareBodies(table string) error {
	rows, err := l.engine.Query(l.ctx, `
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
		if err := l.exec("insert into canonical values " + strings.Join(some, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// canonicalSum is the same for two JSON texts that say the same: white space,
// the order of keys, and whether a scalar is a number or its text don't count.
// Of a key that is there twice, both values do. A text that is no JSON stands
// for itself.
func canonicalSum(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	canonical, err := appendCanonical(nil, d)
	if err != nil {
		canonical = []byte(text)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16])
}

// appendCanonical appends the decoder's next value.
func appendCanonical(dst []byte, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		type member struct {
			key   string
			value []byte
		}
		var members []member
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := appendCanonical(nil, d)
			if err != nil {
				return nil, err
			}
			members = append(members, member{key.(string), value})
		}
		slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		dst = append(dst, '{')
		for _, m := range members {
			dst = append(appendScalar(dst, m.key), m.value...)
		}
		dst = append(dst, '}')
		_, err = d.Token()
	case json.Delim('['):
		dst = append(dst, '[')
		for d.More() {
			if dst, err = appendCanonical(dst, d); err != nil {
				return nil, err
			}
		}
		dst = append(dst, ']')
		_, err = d.Token()
	case nil:
		dst = append(dst, 'n')
	default:
		dst = appendScalar(dst, fmt.Sprint(token))
	}
	return dst, err
}

// appendScalar writes the length first, so that no text can look like two.
func appendScalar(dst []byte, s string) []byte {
	dst = fmt.Appendf(dst, "%d:", len(s))
	return append(dst, s...)
}

// mergeSignIns makes one row of the records of one sign-in: equal id, time to
// the second, user or service principal, application, error code and address.
// The fullest stays; the others, in their order, fill what it lacks. What each
// of them says by itself goes to sign_in_copies where they differ, so that a
// record of a later load finds its place among them: in whatever order the
// files are loaded, the row is the same.
func (l *loader) mergeSignIns() error {
	columns, err := l.columns("sign_ins")
	if err != nil {
		return err
	}
	err = l.exec(`
		create or replace temp table repeated as
		select id
		from sign_ins
		where id is not null
		group by all
		having count(*) > 1`)
	if n, err := l.countIf(err, "repeated"); n == 0 {
		return err
	}
	if err := l.viewOwn(columns); err != nil {
		return err
	}
	var filled, says, first, fill []string
	for _, c := range columns {
		filled = append(filled, fmt.Sprintf("(%s is not null)::integer", c.name))
		says = append(says, c.text())
		first = append(first, fmt.Sprintf("arg_min(o.%[1]s, r.place) filter (o.%[1]s is not null) as %[1]s", c.name))
		fill = append(fill, fmt.Sprintf("%[1]s = merged.%[1]s", c.name))
	}
	for _, statement := range []string{`
		create or replace temp table ranked as
		with candidates as (
			select
				row,
				file_id,
				record,
				id,
				date_trunc('second', event_time) as second,
				coalesce(user_id, service_principal_id) as who,
				app_id,
				error_code,
				ip_address,
				coalesce(has_policy_detail, false)::integer * 1000 + ` + strings.Join(filled, " + ") + ` as fullness,
				md5([` + strings.Join(says, ", ") + `]::varchar) as content
			from own
		)
		select
			c.row,
			c.id,
			c.file_id,
			c.record,
			c.content,
			first_value(c.row) over same as kept_row,
			first_value(c.file_id) over same as kept_file_id,
			first_value(c.record) over same as kept_record,
			first_value(c.content) over same as kept_content,
			row_number() over same as place
		from candidates as c
		join files as f using (file_id)
		window same as (
			partition by c.id, c.second, c.who, c.app_id, c.error_code, c.ip_address
			order by c.fullness desc, f.path, c.file_id, c.record
		)`, `
		create or replace temp table candidates as
		with alike as (
			select row, kept_row
			from ranked
			where place > 1 and row is not null and content = kept_content
		)
		select a.row, a.kept_row as id, md5(s.raw) as body
		from (from alike union select kept_row, kept_row from alike) as a
		join sign_ins as s on s.rowid = a.row`,
		"create or replace temp table canonical (row bigint, body varchar)",
	} {
		if err := l.exec(statement); err != nil {
			return err
		}
	}
	if err := l.compareBodies("sign_ins"); err != nil {
		return err
	}
	for _, statement := range []string{`
		create or replace temp table equal_rows as
		with bodies as (
			select c.row, c.id, coalesce(k.body, c.body) as body
			from candidates as c
			left join canonical as k using (row)
		)
		select b.row
		from bodies as b
		join bodies as kept on kept.row = b.id
		where b.row <> b.id and b.body = kept.body`, `
		create or replace temp table doubles as
		select * exclude (content, kept_content), row in (from equal_rows) as is_equal
		from ranked
		where place > 1 and row is not null`, `
		create or replace temp table differing as
		select distinct kept_row
		from ranked
		where place > 1 and (row is null or row not in (from equal_rows))`, `
		create or replace temp table merged as
		select r.kept_row, ` + strings.Join(first, ",\n") + `
		from ranked as r
		join own as o using (file_id, record)
		where r.kept_row in (from differing)
		group by r.kept_row`, `
		create or replace temp table told as
		select
			o.file_id,
			o.record,
			o.id,
			json_merge_patch('{}', to_json({` + strings.Join(named(columns), ", ") + `})) as says,
			exists (
				from sign_in_policies as c where c.parent_file_id = o.file_id and c.parent_record = o.record
			) as has_policies,
			exists (
				from sign_in_steps as c where c.parent_file_id = o.file_id and c.parent_record = o.record
			) as has_steps
		from own as o
		join ranked as r using (file_id, record)
		where r.kept_row in (from differing)
			and not exists (from sign_in_copies as c where c.file_id = o.file_id and c.record = o.record)`, `
		insert into child_places
		select c.child, k.file_id, k.record, min(d.place)
		from ranked as k
		join ranked as d using (kept_row)
		join (
			select file_id, record, 'sign_in_policies' as child from sign_in_copies where has_policies
			union all
			select file_id, record, 'sign_in_steps' from sign_in_copies where has_steps
		) as c on c.file_id = d.file_id and c.record = d.record
		where k.row is not null
			and exists (from sign_in_copies as o where o.file_id = k.file_id and o.record = k.record)
		group by all`,
		"insert into sign_in_copies from told order by file_id, record",
		"update sign_ins set " + strings.Join(fill, ", ") + " from merged where sign_ins.rowid = merged.kept_row",
	} {
		if err := l.exec(statement); err != nil {
			return err
		}
	}
	return l.takeOut("sign_ins", "is_equal")
}

// viewOwn makes the relation of what each record of the repeated sign-ins says
// by itself. row is where it is in sign_ins, NULL if it was taken out.
func (l *loader) viewOwn(columns []column) error {
	var names, said, structure []string
	for _, c := range columns {
		names = append(names, "s."+c.name)
		said = append(said, fmt.Sprintf("f.%s::%s", c.name, c.kind))
		structure = append(structure, fmt.Sprintf("%q: \"VARCHAR\"", c.name))
	}
	err := l.exec(`
		create or replace temp view own as
		select s.rowid as row, s.file_id, s.record, ` + strings.Join(names, ", ") + `
		from sign_ins as s
		where s.id in (from repeated)
			and not exists (from sign_in_copies as c where c.file_id = s.file_id and c.record = s.record)
		union all
		select s.rowid, c.file_id, c.record, ` + strings.Join(said, ", ") + `
		from (
			select file_id, record, from_json(says, '{` + strings.Join(structure, ", ") + `}') as f
			from sign_in_copies
			where id in (from repeated)
		) as c
		left join sign_ins as s on s.file_id = c.file_id and s.record = c.record`)
	return err
}

// column is one of a table.
type column struct{ name, kind string }

// text is the column's value as text. In which case a session's id is written
// tells nothing, and is evened out once it is loaded.
func (c column) text() string {
	if c.name == "session_id" {
		return "lower(session_id)"
	}
	return c.name + "::varchar"
}

// columns lists a table's columns but those that lead back to the source.
func (l *loader) columns(table string) ([]column, error) {
	rows, err := l.engine.Query(l.ctx, `
		select name, type
		from pragma_table_info($1)
		where name not in ('file_id', 'record', 'raw')
		order by cid`, "evidence."+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []column
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return nil, err
		}
		all = append(all, column{v[0].(string), v[1].(string)})
	}
	return all, rows.Err()
}

// named lists the columns as members of a structure of texts.
func named(columns []column) []string {
	var members []string
	for _, c := range columns {
		members = append(members, fmt.Sprintf("%s: o.%[1]s::varchar", c.name))
	}
	return members
}

// matchPortalAudits takes out the rows of the portal's audit CSV, which has no
// record id and holds less, that are there from JSON too: equal time to the
// second (closer if both tell), correlation id, service, activity and result,
// and the same target and initiator by name or by object id. Where one file has
// more such rows than there are records from JSON, some of them are other
// events, nobody knows which, and all of them stay. A row is judged with the
// file that it is from, so that it counts for nothing what was loaded before.
func (l *loader) matchPortalAudits() error {
	err := l.exec(`
		create or replace temp table doubles as
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
			) as place
		from placed
		join agreeing as a using (row, choice)`)
	if n, err := l.countIf(err, "doubles"); n == 0 {
		return err
	}
	return l.takeOut("directory_audits", "false")
}

// objectID is the first of the values at the body's paths that is there.
func objectID(paths ...string) string {
	var values []string
	for _, path := range paths {
		values = append(values, fmt.Sprintf("filled(lower(trim(body ->> '$.%s')))", path))
	}
	return "coalesce(" + strings.Join(values, ", ") + ")"
}
