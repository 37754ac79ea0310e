package duplicates

import (
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// nameless is the condition of a record whose id names nothing.
const nameless = "(id is null or id = '00000000-0000-0000-0000-000000000000')"

// unite makes one row of all the records of one event in a log: those of one id,
// and of one second where the log's records have one time, that contradict each
// other in nothing of what its header calls their identity. The fullest supplies
// the row, the others fill what it lacks, and what changes after an event is that
// of the last. Which file is loaded when, and how it is called, tells nothing:
// a later load takes the rows apart that its records belong to, see restore.
//
//	repeated        ids of several records
//	candidates      these records, with sums of what they say
//	unequal         the events of which not all say the same: only these cost much
//	details         what distinguishes their records, and which is the fullest
//	classes         records that contradict an earlier one
//	rewritten       texts of records of which each has one element of a list
//	ranked          which record stays for which
//	duplicate_rows  those that go
func (r *remover) unite(t schema.Table) error {
	columns := valueColumns(t)
	if err := r.restore(t); err != nil {
		return err
	}
	err := r.exec(`
		create or replace temp table repeated as
		select lower(id) as id
		from ` + t.Name + `
		where not ` + nameless + `
		group by all
		having count(*) > 1`)
	if n, err := r.countIf(err, "repeated"); n == 0 {
		return err
	}
	moment := "0"
	if ofOneSecond(t) {
		moment = "coalesce(epoch_us(event_time) // 1000000, 0)"
	}
	for _, statement := range []string{`
		create or replace temp table candidates as
		select
			rowid as row,
			file_id,
			record,
			lower(id) as id,
			` + moment + ` as moment,
			md5(raw) as body,
			hash(` + strings.Join(columns, ", ") + `) as content
		from ` + t.Name + `
		where lower(id) in (from repeated)`, `
		create or replace temp table unequal as
		select id, moment, row_number() over () as event
		from candidates
		group by id, moment
		having count(distinct body || content) > 1`, `
		create or replace temp table details as
		select
			c.row,
			u.event,
			c.body,
			` + identityColumns(t) + `
			row_number() over (
				partition by u.event
				order by
					f.format = 'office_activity', -- AuditData has all that this table has, and more
					` + fullness(columns) + ` desc,
					strlen(s.raw) - strlen(replace(s.raw, '":', '')) desc, -- the more names with a value
					strlen(s.raw),
					c.body,
					c.content,
					f.path,
					c.file_id,
					c.record
			) as rank
		from candidates as c
		join unequal as u using (id, moment)
		join ` + t.Name + ` as s on s.rowid = c.row
		join files as f on f.file_id = c.file_id`,
		"create or replace temp table classes (row bigint, class bigint)",
		"create or replace temp table rewritten (row bigint, raw varchar)",
	} {
		if err := r.exec(statement); err != nil {
			return err
		}
	}
	if err := r.tellApart(t); err != nil {
		return fmt.Errorf("tell records of one id apart: %w", err)
	}
	err = r.exec(`
		create or replace temp table ranked as
		select
			c.row,
			c.file_id,
			c.record,
			c.body,
			c.content,
			first_value(c.row) over event as kept_row,
			first_value(c.file_id) over event as kept_file_id,
			first_value(c.record) over event as kept_record,
			first_value(c.body) over event as kept_body,
			first_value(c.content) over event as kept_content,
			row_number() over event as place
		from candidates as c
		join files as f using (file_id)
		left join details as d using (row)
		left join classes as k using (row)
		window event as (
			partition by c.id, c.moment, coalesce(k.class, 0)
			order by d.rank, f.path, c.file_id, c.record
		)`)
	if err != nil {
		return err
	}
	err = r.exec(`
		create or replace temp table duplicate_rows as
		select
			row,
			file_id,
			record,
			kept_row,
			kept_file_id,
			kept_record,
			place,
			body = kept_body and content = kept_content as identical
		from ranked
		where place > 1`)
	if n, err := r.countIf(err, "duplicate_rows"); n == 0 {
		return err
	}
	if err := r.compare(t); err != nil {
		return err
	}
	if err := r.keepCopies(t); err != nil {
		return err
	}
	if err := r.fill(t); err != nil {
		return err
	}
	return r.moveDuplicates(t)
}

// ofOneSecond tells whether the records of an event have one time: where the
// identity of a log begins with it.
func ofOneSecond(t schema.Table) bool { return slices.Equal(t.Identity[0], []string{"event_time"}) }

// valueColumns are a table's columns but those that lead back to the source.
func valueColumns(t schema.Table) []string {
	var names []string
	for _, c := range t.Columns {
		if !slices.Contains([]string{"file_id", "record", "raw"}, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// fullness is how many columns a record of s has, and that its policies are told
// counts for more than all others.
func fullness(columns []string) string {
	var filled []string
	for _, c := range columns {
		weight := "1"
		if c == "has_policy_detail" {
			weight = "if(s.has_policy_detail, 1000, 1)"
		}
		filled = append(filled, fmt.Sprintf("if(s.%s is null, 0, %s)", c, weight))
	}
	return strings.Join(filled, " + ")
}

// identityColumns selects what must not contradict, of s, as texts i0, i1, ...
func identityColumns(t schema.Table) string {
	var b strings.Builder
	for i, c := range flatIdentity(t) {
		text := "lower(s." + c + "::varchar)"
		switch {
		case c == "user_principal_name":
			text = "home_account(s." + c + ")"
		case isTime(t, c):
			text = "(epoch_us(s." + c + ") // 1000000)::varchar"
		}
		fmt.Fprintf(&b, "%s as i%d,\n", text, i)
	}
	return b.String()
}

func isTime(t schema.Table, column string) bool {
	return slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return c.Name == column && c.Type == "timestamp" })
}

// flatIdentity lists the columns of the identity, but raw and what the records of
// an event share anyway.
func flatIdentity(t schema.Table) []string {
	var all []string
	for i, alternatives := range t.Identity {
		if i == 0 && ofOneSecond(t) || slices.Equal(alternatives, []string{"raw"}) {
			continue
		}
		all = append(all, alternatives...)
	}
	return all
}

// comparesBodies tells whether the records' texts are part of their identity.
func comparesBodies(t schema.Table) bool {
	return slices.ContainsFunc(t.Identity, func(a []string) bool { return slices.Equal(a, []string{"raw"}) })
}

// compare fills `compared` with what the duplicates that aren't identical say
// otherwise than the record that stays. A list of two hundred texts takes the engine
// far longer to plan than as many arguments of concat_ws.
func (r *remover) compare(t schema.Table) error {
	var added, lacked, differs []string
	for _, c := range valueColumns(t) {
		added = append(added, fmt.Sprintf("case when s.%[1]s is not null and k.%[1]s is null then '%[1]s' end", c))
		lacked = append(lacked, fmt.Sprintf("case when s.%[1]s is null and k.%[1]s is not null then '%[1]s' end", c))
		if c != "event_time" && c != "ip_address_raw" && c != "has_policy_detail" { // cut off, spelled otherwise, lacked
			differs = append(differs, fmt.Sprintf("case when lower(s.%[1]s::varchar) <> lower(k.%[1]s::varchar) then '%[1]s: ' || left(s.%[1]s::varchar, 200) end", c))
		}
	}
	return r.exec(`
		create or replace temp table compared as
		select
			d.row,
			nullif(concat_ws(', ', ` + strings.Join(added, ", ") + `), '') as added,
			nullif(concat_ws(', ', ` + strings.Join(lacked, ", ") + `), '') as lacked,
			nullif(concat_ws('; ', ` + strings.Join(differs, ", ") + `), '') as differs
		from duplicate_rows as d
		join ` + t.Name + ` as s on s.rowid = d.row
		join ` + t.Name + ` as k on k.file_id = d.kept_file_id and k.record = d.kept_record
		where not d.identical`)
}

// keepCopies keeps what the records of an event say by themselves, where they don't
// say the same.
func (r *remover) keepCopies(t schema.Table) error {
	statements := []string{`
		create or replace temp table differing as
		select distinct kept_row, kept_file_id, kept_record from duplicate_rows where not identical`,
		"insert into copies." + t.Name + " from " + t.Name + " where rowid in (select row from duplicate_rows where not identical)",
		"insert into copies." + t.Name + " select * replace (if(rowid in (select row from rewritten), raw, null) as raw) from " + t.Name + " where rowid in (select kept_row from differing)",
	}
	for _, c := range childrenOf(t) {
		statements = append(statements, `
			insert into copies.`+c.Name+`
			select c.*
			from `+c.Name+` as c
			join (
				select file_id, record from duplicate_rows where not identical
				union all
				select kept_file_id, kept_record from differing
			) as m on c.parent_file_id = m.file_id and c.parent_record = m.record`)
	}
	return r.execAll(statements...)
}

func childrenOf(t schema.Table) []schema.Table {
	return slices.DeleteFunc(schema.Children(), func(c schema.Table) bool { return c.Parent.Table != t.Name })
}

// fill gives the rows that stay what they lack, from the fullest record that has it,
// and of what changes the last: arg_min and arg_max pass over records that lack it.
// What this was before goes to risk_history.
func (r *remover) fill(t schema.Table) error {
	var values, set, states []string
	for _, c := range valueColumns(t) {
		set = append(set, fmt.Sprintf("%[1]s = united.%[1]s", c))
		switch {
		case slices.Contains(t.State, c):
			states = append(states, "s."+c+" is distinct from k."+c)
			values = append(values, fmt.Sprintf("arg_max(s.%[1]s, %[2]s) as %[1]s", c, lastness(t, c)))
		case c == "event_time" && ofOneSecond(t): // the others are cut off
			values = append(values, "max(s.event_time) as event_time")
		default:
			values = append(values, fmt.Sprintf("arg_min(s.%[1]s, r.place) as %[1]s", c))
		}
	}
	err := r.exec("update " + t.Name + " set raw = rewritten.raw from rewritten where " + t.Name + ".rowid = rewritten.row")
	if err != nil {
		return err
	}
	err = r.exec(`
		create or replace temp table growing as
		select distinct d.kept_row
		from duplicate_rows as d
		join compared as x using (row)
		join ` + t.Name + ` as s on s.rowid = d.row
		join ` + t.Name + ` as k on k.rowid = d.kept_row
		where x.added is not null or ` + strings.Join(append(states, "s.event_time > k.event_time"), " or "))
	if n, err := r.countIf(err, "growing"); n == 0 {
		return err
	}
	statements := []string{`
		create or replace temp table united as
		select r.kept_row, ` + strings.Join(values, ",\n") + `
		from ranked as r
		join ` + t.Name + ` as s on s.rowid = r.row
		where r.kept_row in (from growing)
		group by r.kept_row`}
	if hasRisk(t) {
		statements = append(statements, `
		insert into risk_history
		select
			r.file_id,
			r.record,
			r.kept_file_id,
			r.kept_record,
			'`+t.Name+`',
			u.id,
			u.user_principal_name,
			`+stateTime(t)+` as updated_at,
			`+riskLevel(t)+` as level,
			s.risk_state,
			s.risk_detail
		from ranked as r
		join `+t.Name+` as s on s.rowid = r.row
		join united as u using (kept_row)
		where coalesce(level, s.risk_state) is not null
			and (
				level <> `+strings.ReplaceAll(riskLevel(t), "s.", "u.")+`
				or s.risk_state <> u.risk_state
				or s.risk_detail <> u.risk_detail
			)
		qualify row_number() over (
			partition by r.kept_row, updated_at, level, s.risk_state, s.risk_detail
			order by r.place
		) = 1
		order by r.file_id, r.record`)
	}
	statements = append(statements, "update "+t.Name+" set "+strings.Join(set, ", ")+" from united where "+t.Name+".rowid = united.kept_row")
	for _, c := range childrenOf(t) {
		for _, column := range c.Parent.Repeats {
			statements = append(statements, `
			update `+c.Name+` as c
			set `+column+` = s.`+column+`
			from `+t.Name+` as s
			where s.rowid in (from growing)
				and c.parent_file_id = s.file_id
				and c.parent_record = s.record
				and c.`+column+` is distinct from s.`+column)
		}
	}
	return r.execAll(statements...)
}

// moveDuplicates moves the rows in `duplicate_rows` from the table to `duplicates`. What had
// been taken out because of one of them is now told of the one that stays.
// place there orders the duplicates of one record; itself it has the first.
func (r *remover) moveDuplicates(t schema.Table) error {
	if err := r.inherit(t); err != nil {
		return err
	}
	return r.execAll(`
		update duplicates
		set
			kept_file_id = duplicate_rows.kept_file_id,
			kept_record = duplicate_rows.kept_record,
			identical = duplicates.identical and duplicate_rows.identical
		from duplicate_rows
		where duplicates.kept_file_id = duplicate_rows.file_id
			and duplicates.kept_record = duplicate_rows.record`, `
		insert into duplicates
		select d.file_id, d.record, d.kept_file_id, d.kept_record, d.identical, c.added, c.lacked, c.differs
		from duplicate_rows as d
		left join compared as c using (row)
		order by d.file_id, d.record`,
		"delete from "+t.Name+" where rowid in (select row from duplicate_rows)")
}

// inherit gives each record with duplicates one set of child rows: its own, else
// those of the file that has most of them, where several records may each have one,
// as mv-expand writes them. The others go.
func (r *remover) inherit(t schema.Table) error {
	for _, c := range childrenOf(t) {
		repeated := []string{"k." + c.Parent.Key + " as " + c.Parent.Column}
		for _, column := range c.Parent.Repeats {
			repeated = append(repeated, "k."+column+" as "+column)
		}
		var own []string
		for _, column := range c.Columns {
			if !slices.Contains(append([]string{"parent_file_id", "parent_record", c.Parent.Column}, c.Parent.Repeats...), column.Name) {
				own = append(own, "c."+column.Name)
			}
		}
		err := r.execAll(`
			create or replace temp table members as
			select kept_file_id, kept_record, file_id, record, place
			from duplicate_rows
			union all
			select distinct kept_file_id, kept_record, kept_file_id, kept_record, 1
			from duplicate_rows`, `
			create or replace temp table offers as
			select
				m.kept_file_id,
				m.kept_record,
				m.file_id,
				min(m.place) as place,
				count(distinct hash(`+strings.Join(own, ", ")+`)) as children,
				count(*) filter (m.place = 1) as kept_children
			from members as m
			join `+c.Name+` as c on c.parent_file_id = m.file_id and c.parent_record = m.record
			group by all`, `
			create or replace temp table richest as
			select
				kept_file_id,
				kept_record,
				arg_max(file_id, children * 1000000 - place) as file_id
			from offers
			group by all
			having max(children) > max(kept_children)`, `
			create or replace temp table inherited as
			select distinct
				m.kept_file_id as parent_file_id,
				m.kept_record as parent_record,
				`+strings.Join(repeated, ", ")+`,
				`+strings.Join(own, ", ")+`
			from members as m
			join richest as h using (kept_file_id, kept_record, file_id)
			join `+c.Name+` as c on c.parent_file_id = m.file_id and c.parent_record = m.record
			join `+t.Name+` as k on k.file_id = m.kept_file_id and k.record = m.kept_record`, `
			delete from `+c.Name+`
			where rowid in (
				select c.rowid
				from `+c.Name+` as c
				join members as m on m.file_id = c.parent_file_id and m.record = c.parent_record
				left join richest as h using (kept_file_id, kept_record)
				where m.place > 1 or h.file_id is not null
			)`,
			"insert into "+c.Name+" by name from inherited",
		)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}
