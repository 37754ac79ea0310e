package queries

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// Filter says what to show. Each kind narrows further; within a kind any value
// will do. The zero value shows everything.
//
// Values are compared without regard to case, and `*` stands for any text,
// except in IPs.
type Filter struct {
	// Users are user principal names, display names or object ids. A user
	// whom the sign-ins know by several of these is found under all of them.
	Users []string
	// Sessions are session ids.
	Sessions []string
	// Apps are application names or ids.
	Apps []string
	// IPs are addresses or CIDR ranges, IPv4 or IPv6.
	IPs []string
	// Findings are ids of findings, or names of rules; Incidents are numbers. The records
	// of their evidence are shown, and of an incident all that bears its traces.
	Findings, Incidents []string
	// Columns narrow any column of the event tables.
	Columns []ColumnFilter
	// Since is inclusive, Until exclusive.
	Since, Until Moment
}

// ColumnFilter keeps the rows where the column has one of the values, or, with
// Not, none of them. The value "" stands for an empty or missing one.
type ColumnFilter struct {
	Column string
	Values []string
	Not    bool
}

// ParseColumn reads COLUMN=VALUE[,VALUE] or COLUMN!=VALUE[,VALUE]. A value
// with a comma is put in double quotes.
func ParseColumn(s string) (ColumnFilter, error) {
	column, values, ok := strings.Cut(s, "=")
	column, not := strings.CutSuffix(column, "!")
	f := ColumnFilter{Column: canonical(column), Not: not}
	if !ok || f.Column == "" {
		return f, fmt.Errorf("filter %q: want COLUMN=VALUE or COLUMN!=VALUE", s)
	}
	if values == "" {
		f.Values = []string{""}
		return f, nil
	}
	r := csv.NewReader(strings.NewReader(values))
	r.LazyQuotes = true
	var err error
	if f.Values, err = r.Read(); err != nil {
		return f, fmt.Errorf("filter %q: %w", s, err)
	}
	return f, nil
}

// Check tells what in the filter is wrong whatever the evidence: an unknown
// column, an address that is none, a period that holds nothing.
func (f Filter) Check() error {
	for _, c := range f.Columns {
		var known []string
		for _, t := range eventTables() {
			for _, column := range t.Columns {
				known = append(known, column.Name)
			}
		}
		if !slices.Contains(known, c.Column) {
			return fmt.Errorf("filter on %q: no event table has this column%s; --schema lists them", c.Column, didYouMean(c.Column, known))
		}
	}
	for _, ip := range f.IPs {
		if _, err := parseRange(ip); err != nil {
			return err
		}
	}
	if !f.Since.Time.IsZero() && !f.Until.Time.IsZero() && !f.Since.Time.Before(f.Until.Time) {
		return fmt.Errorf("nothing can lie between --since and --until: since is not before until")
	}
	return nil
}

// isZero tells that everything is shown.
func (f Filter) isZero() bool {
	return len(f.Users)+len(f.Sessions)+len(f.Apps)+len(f.IPs)+len(f.Findings)+len(f.Incidents)+len(f.Columns) == 0 && f.Since.IsZero() && f.Until.IsZero()
}

// eventTables are the tables whose rows are events: the ones that are filtered.
func eventTables() []schema.Table { return schema.Logs() }

// parents names, for each table of child rows, its column that names an event,
// that event's table, and the name's column there. Child rows are shown with
// their parent.
var parents = parentsOf(schema.Children())

type parent struct{ column, table, key string }

func parentsOf(children []schema.Table) map[string]parent {
	all := map[string]parent{}
	for _, t := range children {
		all[t.Name] = parent{t.Parent.Column, t.Parent.Table, t.Parent.Key}
	}
	return all
}

// of is the condition that a child row hangs on one of the records, a query that
// gives file_id, record and the key. A row that does not tell its record (a step
// of the AuthDetails CSV) hangs on the key.
func (p parent) of(records string) string {
	return fmt.Sprintf(`(exists (from (%s) as p where p.file_id = parent_file_id and p.record = parent_record)
		or parent_record is null and %s in (select %s from (%[1]s)))`, records, p.column, p.key)
}

// The columns that --user, --app, --session and --ip look at, in whichever
// event table has them.
var (
	userColumns    = []string{"user_principal_name", "user_display_name", "user_id", "user_key", "sign_in_identifier", "initiated_by", "targets", "object_id", "source_identity", "target_identity"}
	appColumns     = []string{"app_id", "app_display_name", "client_app_id"}
	sessionColumns = []string{"session_id"}
	ipColumns      = []string{"ip_address"}
)
