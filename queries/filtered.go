package queries

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"entrail/ingest/schema"
)

// condition is one flag of the filter, ready to be put in front of a table.
type condition struct {
	flag string                      // as typed, for notes
	sql  func(t schema.Table) string // "" = the table hasn't the column
}

// putFilters makes, in the run's own database, a view of the table's name in front
// of each table in evidence, with the rows that the filters show. No other name is
// looked for in evidence: whatever else the file holds is never asked.
func (c *Case) putFilters(ctx context.Context, newest time.Time) error {
	conditions, err := c.conditions(ctx, newest)
	if err != nil {
		return err
	}
	c.conditionsOf, c.wholeFor, c.timeless = map[string][]string{}, map[string][]string{}, map[string]int64{}
	if !c.filter.Since.IsZero() || !c.filter.Until.IsZero() {
		for _, t := range eventTables() {
			rows, err := c.all(ctx, "select count(*) from evidence."+t.Name+" where event_time is null")
			if err != nil {
				return err
			}
			c.timeless[t.Name] = rows[0][0].(int64)
		}
	}
	for _, t := range schema.Tables() {
		var narrowed string
		if slices.ContainsFunc(eventTables(), func(e schema.Table) bool { return e.Name == t.Name }) {
			for _, condition := range conditions {
				if text := condition.sql(t); text != "" {
					c.conditionsOf[t.Name] = append(c.conditionsOf[t.Name], text)
				} else {
					c.wholeFor[t.Name] = append(c.wholeFor[t.Name], condition.flag)
				}
			}
			if where := c.conditionsOf[t.Name]; len(where) > 0 {
				narrowed = strings.Join(where, " and ")
			}
		}
		if p, ok := parents[t.Name]; ok && len(conditions) > 0 {
			narrowed = p.of("select file_id, record, " + p.key + " from " + p.table)
		}
		if narrowed == "" {
			narrowed = "true"
		}
		if err := c.engine.Exec(ctx, "create view "+t.Name+" as select * from evidence."+t.Name+" where "+narrowed); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, flag := range c.wholeFor["sign_ins"] {
		if slices.Contains(c.wholeFor["audit_events"], flag) {
			c.wholeFor["sessions"] = append(c.wholeFor["sessions"], flag)
		}
	}
	if len(conditions) == 0 {
		return nil
	}
	if err := c.engine.Exec(ctx, "set variable is_filtered = true"); err != nil {
		return err
	}
	if err := c.engine.Exec(ctx, "create or replace macro "+c.sessionShown()); err != nil {
		return fmt.Errorf("say which sessions are shown: %w", err)
	}
	return nil
}

// conditions turns the filter into SQL, making the tables of wanted values
// that it needs.
func (c *Case) conditions(ctx context.Context, newest time.Time) ([]condition, error) {
	f := c.filter
	var all []condition
	wanted := func(flag string, columns, values []string) {
		patterns := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.Contains(v, "*") })
		all = append(all, condition{"--" + flag, func(t schema.Table) string {
			var any []string
			for _, column := range columns {
				if t.Has(column) {
					any = append(any, among(column, "wanted_"+flag, patterns))
				}
			}
			if len(any) == 0 {
				return ""
			}
			return "(" + strings.Join(any, " or ") + ")"
		}})
	}
	if len(f.Users) > 0 {
		if err := c.want(ctx, "wanted_user", f.Users, accountsOf(f.Users)); err != nil {
			return nil, err
		}
		wanted("user", userColumns, f.Users)
	}
	if len(f.Apps) > 0 {
		if err := c.want(ctx, "wanted_app", f.Apps, appsOf(f.Apps)); err != nil {
			return nil, err
		}
		if err := c.engine.Exec(ctx, "set variable app = true"); err != nil {
			return nil, err
		}
		wanted("app", appColumns, f.Apps)
	}
	if len(f.Sessions) > 0 {
		if err := c.want(ctx, "wanted_session", f.Sessions, ""); err != nil {
			return nil, err
		}
		wanted("session", sessionColumns, f.Sessions)
	}
	if len(f.IPs) > 0 {
		if err := c.wantAddresses(ctx); err != nil {
			return nil, err
		}
		wanted("ip", ipColumns, nil)
	}
	if len(f.Findings)+len(f.Incidents) > 0 {
		if err := c.engine.Exec(ctx, "create table wanted_record (file_id integer, record bigint)"); err != nil {
			return nil, err
		}
		all = append(all, condition{"--finding", func(schema.Table) string { return "(file_id, record) in (from wanted_record)" }})
	}
	for _, column := range f.Columns {
		all = append(all, condition{"--filter " + column.Column, func(t schema.Table) string {
			if !t.Has(column.Column) {
				return ""
			}
			text := equals(column.Column, column.Values)
			if column.Not {
				text = "not " + text
			}
			return text
		}})
	}
	bound := func(name, operator string, m Moment) error {
		if m.IsZero() || newest.IsZero() {
			return nil
		}
		text := "event_time " + operator + " " + timestamp(m.at(newest))
		all = append(all, condition{"--" + name, func(schema.Table) string { return text }})
		err := c.engine.Exec(ctx, "set variable "+name+" = "+timestamp(m.at(newest)))
		return err
	}
	if err := bound("since", ">=", f.Since); err != nil {
		return nil, err
	}
	if err := bound("until", "<", f.Until); err != nil {
		return nil, err
	}
	return all, nil
}

// want makes a table of the values asked for, in lower case, and of those that
// the query more finds.
func (c *Case) want(ctx context.Context, table string, values []string, more string) error {
	if err := c.engine.Exec(ctx, "create table "+table+" (value varchar)"); err != nil {
		return err
	}
	err := c.engine.Append(table, func(add func(...driver.Value) error) error {
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
	statements := []string{"update " + table + " set value = lower(value)"}
	if more != "" {
		statements = append(statements, "insert into "+table+" "+more)
	}
	for _, s := range statements {
		if err := c.engine.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// wantFindings fills the table of the records that the findings and incidents asked for
// name. They are looked for in all evidence, so that the filters stand before.
func (c *Case) wantFindings(ctx context.Context) error {
	f := c.filter
	for _, asked := range []struct {
		values     []string
		view, sql  string
		what, list string
	}{
		{f.Findings, "finding_records", "select file_id, record from finding_records join all_findings using (finding_id) where lower(%[1]s) in (lower(finding_id), lower(finding))", "finding", "findings"},
		{f.Incidents, "incident_events", "select file_id, record from incident_events where incident::varchar = %s", "incident", "incidents"},
	} {
		for _, value := range asked.values {
			if err := c.define(ctx, false, asked.view, "all_findings"); err != nil {
				return err
			}
			rows, err := c.all(ctx, "select count(*) from ("+fmt.Sprintf(asked.sql, literal(value))+")")
			if err != nil {
				return err
			}
			if rows[0][0].(int64) == 0 {
				return fmt.Errorf("no %s %s in this evidence; --report %s lists them", asked.what, value, asked.list)
			}
			if err := c.engine.Exec(ctx, "insert into wanted_record "+fmt.Sprintf(asked.sql, literal(value))); err != nil {
				return err
			}
		}
	}
	return nil
}

// accountsOf finds the names and object ids of the accounts that the logs know
// by one of the values: the audit log may have only the one, the sign-ins only
// the other. Entra ID gives the zero id to names that are no account.
func accountsOf(users []string) string {
	return `
		with accounts as (
			select user_principal_name, user_display_name, user_id, sign_in_identifier from evidence.sign_ins
			union all
			select user_principal_name, user_display_name, user_id, null from evidence.risk_detections
			union all
			select user_principal_name, user_display_name, id, null from evidence.risky_users
		),
		meant as (
			select distinct unnest([user_principal_name, user_id]) as name
			from accounts
			where ` + equals("user_principal_name", users) +
		" or " + equals("user_display_name", users) +
		" or " + equals("user_id", users) +
		" or " + equals("sign_in_identifier", users) + `
		)
		select lower(name)
		from meant
		where name not in ('', '00000000-0000-0000-0000-000000000000')`
}

// appsOf finds the ids of the applications of the names asked for.
func appsOf(apps []string) string {
	return "select distinct lower(app_id) from evidence.sign_ins where app_id <> '' and " + equals("app_display_name", apps)
}

// wantAddresses makes the table of those addresses in evidence, as they are
// spelt there, that lie in the ranges asked for.
func (c *Case) wantAddresses(ctx context.Context) error {
	var ranges []netip.Prefix
	for _, ip := range c.filter.IPs {
		r, err := parseRange(ip)
		if err != nil {
			return err
		}
		ranges = append(ranges, r)
	}
	var parts []string
	for _, t := range eventTables() {
		for _, column := range ipColumns {
			if t.Has(column) {
				parts = append(parts, "select "+column+" as address from evidence."+t.Name)
			}
		}
	}
	rows, err := c.all(ctx, "select distinct address from ("+strings.Join(parts, " union all ")+") where address is not null")
	if err != nil {
		return err
	}
	var addresses []string
	for _, row := range rows {
		if address := row[0].(string); within(address, ranges) {
			addresses = append(addresses, address)
		}
	}
	return c.want(ctx, "wanted_ip", addresses, "")
}
