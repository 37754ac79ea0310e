package queries

import (
	"encoding/csv"
	"fmt"
	"regexp"
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
	// Networks are numbers of autonomous systems, with or without AS before. A log that does
	// not tell the network is narrowed by the addresses that sign-ins had in it.
	Networks []string
	// UserAgents are user agents.
	UserAgents []string
	// NotUsers, NotApps and NotIPs leave out what Users, Apps and IPs of the same
	// values would show.
	NotUsers, NotApps, NotIPs []string
	// Findings are ids of findings, or names of rules; Incidents are numbers. The records
	// of their evidence are shown, and of an incident all that bears its traces.
	Findings, Incidents []string
	// Columns narrow by a column of the tables that a question reads, else by one
	// that it shows; see Inapplicable.
	Columns []ColumnFilter
	// Since is inclusive, Until exclusive.
	Since, Until Moment
}

// ColumnFilter keeps the rows where the column has one of the values, or, with
// Not, none of them. The value "" stands for an empty or missing one, and a CIDR
// range for each address in it.
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

// String is the filter as it is typed.
func (f ColumnFilter) String() string {
	var values []string
	for _, v := range f.Values[:min(len(f.Values), fewValues)] {
		if strings.ContainsAny(v, `,"`) {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		values = append(values, v)
	}
	if len(f.Values) > fewValues {
		values = append(values, fmt.Sprintf("and %d more", len(f.Values)-fewValues))
	}
	if f.Not {
		return f.Column + "!=" + strings.Join(values, ",")
	}
	return f.Column + "=" + strings.Join(values, ",")
}

// fitsNothing tells whether one of the values stands for a missing one.
func (f ColumnFilter) fitsNothing() bool {
	return slices.ContainsFunc(f.Values, func(v string) bool { return strings.Trim(v, "*") == "" })
}

// ranges are those of the values that are CIDR ranges.
func (f ColumnFilter) ranges() []string {
	var ranges []string
	for _, v := range f.Values {
		if isRange(v) {
			ranges = append(ranges, v)
		}
	}
	return ranges
}

// maxPatterns is how many values with a * a flag may have: each is compared with
// every row.
const maxPatterns = 500

// Check tells what in the filter is wrong whatever the evidence and the question: an
// address that is none, a period that holds nothing, more patterns than can be compared.
func (f Filter) Check() error {
	for _, ip := range slices.Concat(f.IPs, f.NotIPs) {
		if _, err := parseRange(ip); err != nil {
			return err
		}
	}
	for _, n := range f.Networks {
		if !networkNumber.MatchString(n) {
			return fmt.Errorf("network %q: want the number of one, such as AS64496", n)
		}
	}
	lists := [][]string{f.Users, f.Sessions, f.Apps, f.UserAgents, f.NotUsers, f.NotApps}
	for _, c := range f.Columns {
		lists = append(lists, c.Values)
	}
	for _, list := range lists {
		n := 0
		for _, v := range list {
			if strings.Contains(v, "*") {
				n++
			}
		}
		if n > maxPatterns {
			return fmt.Errorf("%d values with a * stand in one list, the most is %d; give names without a *", n, maxPatterns)
		}
	}
	if !f.Since.Time.IsZero() && !f.Until.Time.IsZero() && !f.Since.Time.Before(f.Until.Time) {
		return fmt.Errorf("nothing can lie between --since and --until: since is not before until")
	}
	return nil
}

// networkNumber is the number of an autonomous system as it is typed.
var networkNumber = regexp.MustCompile(`^(?i:as)? ?([0-9]{1,10})$`)

// isZero tells that everything is shown.
func (f Filter) isZero() bool {
	return len(f.Users)+len(f.Sessions)+len(f.Apps)+len(f.IPs)+len(f.Networks)+len(f.UserAgents)+len(f.NotUsers)+len(f.NotApps)+len(f.NotIPs)+len(f.Findings)+len(f.Incidents)+len(f.Columns) == 0 && f.Since.IsZero() && f.Until.IsZero()
}

// isEventTable tells that the rows of a table are events: those that are filtered.
func isEventTable(name string) bool {
	return slices.ContainsFunc(schema.Logs(), func(t schema.Table) bool { return t.Name == name })
}

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

// The columns that --user, --app, --session, --ip and --user-agent look at, in whichever
// event table has them.
var (
	userColumns    = []string{"user_principal_name", "user_display_name", "user_id", "user_key", "sign_in_identifier", "initiated_by", "targets", "object_id", "source_identity", "target_identity", "sender_address", "recipient_address", "caller"}
	appColumns     = []string{"app_id", "app_display_name", "client_app_id"}
	sessionColumns = []string{"session_id"}
	ipColumns      = []string{"ip_address"}
	agentColumns   = []string{"user_agent"}
)
