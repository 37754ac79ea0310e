package queries

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// condition is one flag of the filter, ready to be put in front of a table.
type condition struct {
	flag   string                      // as typed, for notes
	what   string                      // what a table must have to be narrowed by it, in words
	filter *ColumnFilter               // of --filter; else nil
	table  string                      // of wanted values, of --filter; empty = none
	isTime bool                        // every event table has a time
	fits   bool                        // whether it lets the rows of a table through that lacks what it looks at
	sql    func(t schema.Table) string // "" = the table lacks what it looks at
}

// onColumn is the SQL of a --filter on that column.
func (c condition) onColumn() string {
	text := matches(engine.Identifier(c.filter.Column), c.filter.Values, c.table)
	if c.filter.Not {
		return "not " + text
	}
	return text
}

// Filters stand in front of a case's tables.
type Filters struct {
	c      *Case
	filter Filter
	begun  []beginning // of session ids, where --session gave no more

	conditions   []condition         // each flag and each --filter one
	isNarrowed   bool                // the tables are those that narrow made,
	off          []int               // with these conditions left off,
	conditionsOf map[string][]string // and by table, the SQL of the others
	timeless     map[string]int64    // by table: rows without a time, where times are asked for
	counts       map[string]int64    // rows a table, by its name or evidence.NAME; see count
	without      []rules.Rule        // that were asked for and found nothing
}

// narrow makes, in the run's own database, a view of the table's name in front of
// each table in evidence, with the rows that the filters show. No other name is
// looked for in evidence: whatever else the file holds is never asked. Conditions
// that are in off act elsewhere, and not on the tables.
//
// What was worked out of other rows is forgotten.
func (fs *Filters) narrow(ctx context.Context, off []int) error {
	if fs.isNarrowed && slices.Equal(off, fs.off) {
		return nil
	}
	if fs.isNarrowed {
		for name := range fs.c.defined {
			if !isNeverFiltered(name) {
				delete(fs.c.defined, name)
			}
		}
		for name := range fs.counts {
			if !strings.HasPrefix(name, "evidence.") {
				delete(fs.counts, name)
			}
		}
	}
	fs.isNarrowed, fs.off, fs.conditionsOf = true, off, map[string][]string{}
	if err := fs.c.engine.Together(ctx, func() error { return fs.makeViews(ctx) }); err != nil {
		return err
	}
	if len(fs.conditions) == 0 {
		return nil
	}
	isFiltered := "null"
	if len(fs.conditions) > len(off) {
		isFiltered = "true"
	}
	isOfIncident := len(fs.filter.Incidents) > 0
	if err := fs.c.engine.Exec(ctx, fmt.Sprintf("set variable is_filtered = %s; set variable is_of_incident = %t", isFiltered, isOfIncident)); err != nil {
		return err
	}
	if err := fs.c.engine.Exec(ctx, "create or replace macro "+fs.sessionShown()); err != nil {
		return fmt.Errorf("say which sessions are shown: %w", err)
	}
	if fs.c.findings.isLookedFor {
		if err := fs.c.engine.Exec(ctx, "create or replace macro "+fs.findingShown()); err != nil {
			return fmt.Errorf("say which findings are shown: %w", err)
		}
	}
	return nil
}

// makeViews makes the views in front of the tables, without the conditions in off.
func (fs *Filters) makeViews(ctx context.Context) error {
	for _, t := range schema.Tables() {
		narrowed := "true"
		if isEventTable(t.Name) {
			for i, condition := range fs.conditions {
				if slices.Contains(fs.off, i) {
					continue
				}
				text := condition.sql(t)
				if text == "" {
					text = fmt.Sprint(condition.fits)
				}
				fs.conditionsOf[t.Name] = append(fs.conditionsOf[t.Name], text)
			}
			if where := fs.conditionsOf[t.Name]; len(where) > 0 {
				narrowed = strings.Join(where, " and ")
			}
		}
		if p, ok := parents[t.Name]; ok && len(fs.conditions) > len(fs.off) {
			narrowed = p.of("select file_id, record, " + p.key + " from " + p.table)
		}
		if err := fs.c.engine.Exec(ctx, "create or replace view "+t.Name+" as select * from evidence."+t.Name+" where "+narrowed); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return nil
}

// countTimeless counts the rows of each table that no bound of time can show.
func (fs *Filters) countTimeless(ctx context.Context) error {
	fs.timeless = map[string]int64{}
	if fs.filter.Since.IsZero() && fs.filter.Until.IsZero() {
		return nil
	}
	for _, t := range schema.Logs() {
		rows, err := fs.c.all(ctx, "select count(*) from evidence."+t.Name+" where event_time is null")
		if err != nil {
			return err
		}
		fs.timeless[t.Name] = rows[0][0].(int64)
	}
	return nil
}

// makeConditions turns the filter into SQL, making the tables of wanted values
// that it needs.
func (fs *Filters) makeConditions(ctx context.Context, newest time.Time) error {
	f := fs.filter
	named := func(flag, what string, columns, values []string, not bool) {
		patterns := patternsOf(values)
		table := "wanted_" + strings.ReplaceAll(flag, "-", "_")
		fs.conditions = append(fs.conditions, condition{flag: "--" + flag, what: what, fits: not, sql: func(t schema.Table) string {
			var any []string
			for _, column := range columns {
				if t.Has(column) {
					any = append(any, among(column, table, patterns))
				}
			}
			if len(any) == 0 {
				return ""
			}
			text := "(" + strings.Join(any, " or ") + ")"
			if not {
				text = "not " + text
			}
			return text
		}})
	}
	for _, list := range []struct {
		flag    string
		not     bool
		values  []string
		what    string
		columns []string
	}{
		{"user", false, f.Users, "user", userColumns},
		{"not-user", true, f.NotUsers, "user", userColumns},
		{"app", false, f.Apps, "application", appColumns},
		{"not-app", true, f.NotApps, "application", appColumns},
		{"session", false, f.Sessions, "session", sessionColumns},
		{"ip", false, f.IPs, "address", ipColumns},
		{"not-ip", true, f.NotIPs, "address", ipColumns},
		{"user-agent", false, f.UserAgents, "user agent", agentColumns},
	} {
		if len(list.values) == 0 {
			continue
		}
		values, table := list.values, "wanted_"+strings.ReplaceAll(list.flag, "-", "_")
		var more []string
		switch list.what {
		case "user":
			homes := homesOf(table, values)
			more = []string{homes, accountsOf(table, values), homes}
		case "application":
			more = []string{appsOf(values)}
		case "address":
			var err error
			if values, err = fs.addressesWithin(ctx, addressesLogged(), values); err != nil {
				return err
			}
		}
		if err := fs.want(ctx, table, values, more...); err != nil {
			return err
		}
		if list.flag == "app" {
			if err := fs.c.engine.Exec(ctx, "set variable app = true"); err != nil {
				return err
			}
		}
		named(list.flag, list.what, list.columns, values, list.not)
	}
	if err := fs.wantNetworks(ctx); err != nil {
		return err
	}
	if len(f.Findings)+len(f.Incidents) > 0 {
		if err := fs.c.engine.Exec(ctx, "create table wanted_record (file_id integer, record bigint)"); err != nil {
			return err
		}
		flag := "--finding"
		if len(f.Findings) == 0 {
			flag = "--incident"
		}
		fs.conditions = append(fs.conditions, condition{flag: flag, what: "record", isTime: true, sql: func(schema.Table) string {
			return "(file_id, record) in (from wanted_record)"
		}})
	}
	for i, column := range f.Columns {
		one := condition{flag: "--filter " + column.String(), what: "column " + column.Column, filter: &f.Columns[i], fits: column.fitsNothing() != column.Not}
		ranges := column.ranges()
		if len(ranges) > 0 || len(column.Values) > fewLiterals {
			one.table = fmt.Sprintf("wanted_filter_%d", i)
			if err := fs.want(ctx, one.table, column.Values); err != nil {
				return err
			}
		}
		if len(ranges) > 0 {
			var parts []string
			for _, t := range schema.Logs() {
				if t.Has(column.Column) {
					parts = append(parts, "select "+column.Column+"::varchar as value from evidence."+t.Name)
				}
			}
			if len(parts) > 0 {
				if err := fs.wantWithin(ctx, one.table, strings.Join(parts, " union all "), ranges); err != nil {
					return err
				}
			}
		}
		one.sql = func(t schema.Table) string {
			if !t.Has(column.Column) {
				return ""
			}
			return one.onColumn()
		}
		fs.conditions = append(fs.conditions, one)
	}
	bound := func(name, operator string, m Moment) error {
		if m.IsZero() || newest.IsZero() {
			return nil
		}
		text := "event_time " + operator + " " + timestamp(m.at(newest))
		fs.conditions = append(fs.conditions, condition{flag: "--" + name, what: "time", isTime: true, sql: func(schema.Table) string { return text }})
		return fs.c.engine.Exec(ctx, "set variable "+name+" = "+timestamp(m.at(newest)))
	}
	if err := bound("since", ">=", f.Since); err != nil {
		return err
	}
	return bound("until", "<", f.Until)
}

// networkColumn is where a log tells the network.
const networkColumn = "autonomous_system_number"

// wantNetworks makes the condition of --asn.
func (fs *Filters) wantNetworks(ctx context.Context) error {
	if len(fs.filter.Networks) == 0 {
		return nil
	}
	var numbers []string
	for _, n := range fs.filter.Networks {
		numbers = append(numbers, networkNumber.FindStringSubmatch(n)[1])
	}
	const networks, addresses = "wanted_asn", "wanted_asn_addresses"
	inNetwork := among(networkColumn+"::varchar", networks, nil)
	if err := fs.want(ctx, networks, numbers); err != nil {
		return err
	}
	if err := fs.want(ctx, addresses, nil, "select distinct ip_address from evidence.sign_ins where ip_address is not null and "+inNetwork); err != nil {
		return err
	}
	fs.conditions = append(fs.conditions, condition{flag: "--asn", what: "address", sql: func(t schema.Table) string {
		switch {
		case t.Has(networkColumn):
			return inNetwork
		case t.Has("ip_address"):
			return among("ip_address", addresses, nil)
		}
		return ""
	}})
	return nil
}

// want makes a table of the values asked for, in lower case, and of those that
// further queries find, each after the one before.
func (fs *Filters) want(ctx context.Context, table string, values []string, more ...string) error {
	if err := fs.c.engine.Exec(ctx, "create table "+table+" (value varchar)"); err != nil {
		return err
	}
	if err := fs.wantMore(ctx, table, values); err != nil {
		return err
	}
	for _, query := range more {
		if err := fs.c.engine.Exec(ctx, "insert into "+table+" "+query); err != nil {
			return err
		}
	}
	return nil
}

// wantMore puts further values into a table of values asked for.
func (fs *Filters) wantMore(ctx context.Context, table string, values []string) error {
	err := fs.c.engine.Append(table, func(add func(...driver.Value) error) error {
		for _, v := range values {
			if err := add(strings.ToValidUTF8(v, "\uFFFD")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return fs.c.engine.Exec(ctx, "update "+table+" set value = lower(value)")
}

// wantWithin puts into a table of values asked for those of a query's one column that
// hold an address in the ranges.
func (fs *Filters) wantWithin(ctx context.Context, table, query string, ranges []string) error {
	values, err := fs.addressesWithin(ctx, query, ranges)
	if err != nil {
		return err
	}
	return fs.wantMore(ctx, table, values)
}

// WantFindings looks for the findings and incidents that the filter asks for, in all
// evidence, and shows their records from then on. It runs the rules, and so comes after all
// that these go by: Geolocate, Know, AddRules.
func (fs *Filters) WantFindings(ctx context.Context) error {
	if err := fs.wantFindings(ctx); err != nil {
		return fmt.Errorf("apply the filters: %w", err)
	}
	return nil
}

// wantFindings fills the table of their records.
func (fs *Filters) wantFindings(ctx context.Context) error {
	f := fs.filter
	for _, asked := range []struct {
		values     []string
		view, sql  string
		what, list string
	}{
		{f.Findings, "finding_records", "select file_id, record from finding_records join all_findings using (finding_id) where " + bearsName, "finding", "findings"},
		{f.Incidents, "incident_events", "select file_id, record from incident_events where incident::varchar = %s", "incident", "incidents"},
	} {
		for _, value := range asked.values {
			if err := fs.c.define(ctx, false, asked.view, "all_findings"); err != nil {
				return err
			}
			rule, isRule := fs.c.findings.rule(value)
			if isRule = isRule && asked.what == "finding"; isRule {
				value = rule.Name
			}
			rows, err := fs.c.all(ctx, "select count(*) from ("+fmt.Sprintf(asked.sql, literal(value))+")")
			if err != nil {
				return err
			}
			if rows[0][0].(int64) == 0 {
				if !isRule {
					return fmt.Errorf("no %s %s in this evidence%s; --report %s lists them", asked.what, value, fs.c.sheet.judging(), asked.list)
				}
				fs.without = append(fs.without, rule) // which is an answer, and no mistake
			}
			if err := fs.c.engine.Exec(ctx, "insert into wanted_record "+fmt.Sprintf(asked.sql, literal(value))); err != nil {
				return err
			}
		}
	}
	return nil
}

// accountsLogged is the query of the names that a record has of one account.
const accountsLogged = `
	select user_principal_name, user_display_name, user_id, sign_in_identifier from evidence.sign_ins
	union all
	select user_principal_name, user_display_name, user_id, null from evidence.risk_detections
	union all
	select user_principal_name, user_display_name, id, null from evidence.risky_users`

// isAccount is the condition that a name is some account's: Entra ID gives the zero id
// to those that are not.
const isAccount = "name not in ('', '00000000-0000-0000-0000-000000000000')"

// accountsOf finds the names and object ids of the accounts that the logs know
// by one of the values, which are in the table: the audit log may have only the one,
// the sign-ins only the other.
func accountsOf(table string, users []string) string {
	patterns := patternsOf(users)
	var any []string
	for _, column := range []string{"user_principal_name", "user_display_name", "user_id", "sign_in_identifier"} {
		any = append(any, among(column, table, patterns))
	}
	return `
		with accounts as (` + accountsLogged + `),
		meant as (
			select distinct unnest([user_principal_name, user_id]) as name
			from accounts
			where ` + strings.Join(any, " or ") + `
		)
		select lower(name)
		from meant
		where ` + isAccount
}

// homesOf finds the other names of the guests among the values, which are in the table:
// sign-ins have a guest under the name at home, the audit log under the one that the
// tenant made of it (home_account).
func homesOf(table string, users []string) string {
	return `
		with guests as (` + guestsLogged() + `)
		select name from guests where ` + among("home", table, patternsOf(users)) + `
		union
		select home from guests where ` + among("name", table, patternsOf(users)) + `
		union
		select home_account(value) from ` + table + ` where value like '%#ext#%'`
}

// guestsLogged is the query of the names of guests in the logs, with those at home.
func guestsLogged() string {
	return `
		select distinct lower(name) as name, home_account(name) as home
		from (` + namesLogged(func(column string) string { return column + " ilike '%#ext#%'" }, func(schema.Table) string { return "" }) + `)
		where name ilike '%#ext#%'`
}

// namesLogged is the query of the names that the logs have in the columns of users, where
// the condition on the column holds, with further columns of a log.
func namesLogged(where func(column string) string, further func(schema.Table) string) string {
	var parts []string
	for _, t := range schema.Logs() {
		for _, column := range userColumns {
			if !t.Has(column) {
				continue
			}
			name := column
			if column == "targets" { // a comma-joined list
				name = `unnest(string_split_regex(targets, '\s*,\s*'))`
			}
			parts = append(parts, "select "+name+" as name"+further(t)+" from evidence."+t.Name+" where "+where(column))
		}
	}
	return strings.Join(parts, " union all ")
}

// patternsOf are those of the values in which * stands for any text.
func patternsOf(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.Contains(v, "*") })
}

// actsOnApps finds what was done to the applications asked for, which their own records do
// not tell: a consent, a new secret. The other filters narrow it.
func (fs *Filters) actsOnApps() string {
	patterns := patternsOf(fs.filter.Apps)
	named := "(" + among("name", "wanted_app", patterns) + " or lower(name) in (select lower(app_display_name) from app_names where " + among("app_id", "wanted_app", nil) + "))"
	acts := `
		select r.file_id, r.record
		from (select act_id, unnest(records) as r from directory_acts)
		where act_id in (
			select act_id
			from (select act_id, unnest(list_transform(targets, t -> t.target) || list_transform(targets, t -> t.target_id) || [target]) as name from directory_acts)
			where ` + named + `
		)`
	var all []string
	for _, name := range []string{"audit_events", "directory_audits"} {
		t, _ := schema.Lookup(name)
		where := "(file_id, record) in (" + acts + ")"
		for i, condition := range fs.conditions {
			if text := condition.sql(t); text != "" && condition.flag != "--app" && !slices.Contains(fs.off, i) {
				where += " and " + text
			}
		}
		all = append(all, "select file_id, record from evidence."+name+" where "+where)
	}
	return strings.Join(all, " union all ")
}

// appsOf finds the ids of the applications of the names asked for.
func appsOf(apps []string) string {
	return "select distinct lower(app_id) from evidence.sign_ins where app_id <> '' and " + equals("app_display_name", apps)
}

// addressesLogged is the query of all addresses in evidence, as they are spelt there.
func addressesLogged() string {
	var parts []string
	for _, t := range schema.Logs() {
		for _, column := range ipColumns {
			if t.Has(column) {
				parts = append(parts, "select "+column+" as address from evidence."+t.Name)
			}
		}
	}
	return strings.Join(parts, " union all ")
}

// addressesWithin are those values of a query's one column that hold an address in
// one of the ranges: the value is one, or a list of them.
func (fs *Filters) addressesWithin(ctx context.Context, query string, texts []string) ([]string, error) {
	var ranges []netip.Prefix
	for _, text := range texts {
		r, err := parseRange(text)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, r)
	}
	rows, err := fs.c.all(ctx, "select distinct value from ("+query+") as given (value) where value is not null")
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, row := range rows {
		text := row[0].(string)
		isWithin := func(address string) bool { return within(address, ranges) }
		if isWithin(text) || slices.ContainsFunc(strings.Split(text, ","), isWithin) {
			addresses = append(addresses, text)
		}
	}
	return addresses, nil
}

// count counts the rows of a table once.
func (fs *Filters) count(ctx context.Context, table string) (int64, error) {
	if n, ok := fs.counts[table]; ok {
		return n, nil
	}
	rows, err := fs.c.all(ctx, "select count(*) from "+table)
	if err != nil {
		return 0, err
	}
	fs.counts[table] = rows[0][0].(int64)
	return fs.counts[table], nil
}
