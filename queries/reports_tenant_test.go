package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// counts are the reports' numbers that the tenant's generator knows by itself:
// the report, the columns that make the key, the column summed ("" = rows are
// counted), and the place of the same numbers in contoso.json.
var counts = []struct {
	report, key, sum, truth, reason string
}{
	{"signin_list", "", "", "sign_ins.total", "a row a sign-in"},
	{"signin_list", "category", "", "sign_ins.by_category", "the category is the file's or the record's"},
	{"signin_list", "status", "", "sign_ins.by_status", "three classes"},
	{"signin_status", "status", "sign_ins", "sign_ins.by_status", "three classes"},
	{"signin_users", "user_principal_name", "sign_ins", "sign_ins.by_user.*.sign_ins", "a row a user"},
	{"signin_users", "user_principal_name", "success", "sign_ins.by_user.*.success", ""},
	{"signin_users", "user_principal_name", "failure", "sign_ins.by_user.*.failure", ""},
	{"signin_users", "user_principal_name", "interrupted", "sign_ins.by_user.*.interrupted", ""},
	{"signin_weekly", "week", "sign_ins", "sign_ins.by_week.*.sign_ins", "ISO weeks in UTC"},
	{"signin_weekly", "week", "users", "sign_ins.by_week.*.users", "all who tried"},
	{"ca_weekly", "week", "sign_ins", "sign_ins.by_week.*.sign_ins", "the same weeks"},
	{"signin_failures", "error_code", "sign_ins", "sign_ins.by_error_code", "success has no code to list"},
	{"ca_status", "conditional_access_status", "sign_ins", "sign_ins.by_conditional_access_status", ""},
	{"top_apps", "app_display_name", "sign_ins", "sign_ins.by_app.*.sign_ins", ""},
	{"top_apps", "app_display_name", "users", "sign_ins.by_app.*.users", "service principals are no users"},
	{"app_new", "app_display_name", "sign_ins", "sign_ins.by_app.*.sign_ins", "every application is listed"},
	{"app_users", "app_display_name", "sign_ins", "sign_ins.by_app.*.sign_ins", "users and service principals"},
	{"ca_policies", "policy_name", "success", "sign_ins.policies.*.success", ""},
	{"ca_policies", "policy_name", "failure", "sign_ins.policies.*.failure", ""},
	{"ca_policies", "policy_name", "not_applied", "sign_ins.policies.*.notApplied", ""},
	{"ca_policies", "policy_name", "not_enabled", "sign_ins.policies.*.notEnabled", ""},
	{"ca_policies", "policy_name", "report_only_success", "sign_ins.policies.*.reportOnlySuccess", ""},
	{"ca_policies", "policy_name", "report_only_failure", "sign_ins.policies.*.reportOnlyFailure", ""},
	{"ca_policies", "policy_name", "report_only_interrupted", "sign_ins.policies.*.reportOnlyInterrupted", ""},
	{"ca_policies", "policy_name", "report_only_not_applied", "sign_ins.policies.*.reportOnlyNotApplied", ""},
	{"ca_report_only", "policy_name", "sign_ins", "sign_ins.policies.*.reportOnlySuccess+reportOnlyFailure+reportOnlyInterrupted", "all but those it did not apply to"},
	{"audit_list", "", "", "audit_events.total", "a row a record"},
	{"audit_list", "operation", "", "audit_events.by_operation", ""},
	{"audit_list", "record_type", "", "audit_events.by_record_type", ""},
	{"audit_operations", "operation", "events", "audit_events.by_operation", ""},
	{"audit_operations", "", "by_system", "audit_events.system", "the services' own accounts"},
	{"audit_users", "user_id", "events", "audit_events.by_user", "the user list has people and services alike"},
	{"audit_logons", "operation", "events", "audit_events.logons", "nothing but sign-ins"},
	{"mailbox_activity", "", "", "audit_events.by_record_type.2+3+50", "the record types of mailboxes"},
	{"file_activity", "", "", "audit_events.by_record_type.6+14", "the record types of files"},

	{"signin_daily", "", "sign_ins", "sign_ins.total", "no day is missing"},
	{"signin_hours", "", "sign_ins", "sign_ins.total", "no hour is missing"},
	{"signin_locations", "", "sign_ins", "sign_ins.total", "nor a place"},
	{"signin_ips", "", "sign_ins", "sign_ins.total", "those without an address too"},
	{"signin_clients", "", "sign_ins", "sign_ins.total", ""},
	{"signin_devices", "", "sign_ins", "sign_ins.total", ""},
	{"signin_mfa", "", "sign_ins", "sign_ins.total", "steps do not multiply sign-ins"},
}

// TestReportsOfTenant compares the reports on the sample tenant with what its
// generator has counted by itself.
func TestReportsOfTenant(t *testing.T) {
	takesLong(t)
	path, _ := loadTenant(t)
	text, err := os.ReadFile("../testdata/contoso.json")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := LoadZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	compareCounts(t, "in UTC", askedTenant(t), text, "")
	compareCounts(t, "in Berlin", openPath(t, path, Filter{}, zone), text, "week") // weeks are counted in UTC
}

// compareCounts holds the reports to the truth, those by the key or of the
// report without left out. It returns how many numbers were compared.
func compareCounts(t *testing.T, where string, c *Case, truth []byte, without string) (compared int) {
	t.Helper()
	var known map[string]any
	if err := json.Unmarshal(truth, &known); err != nil {
		t.Fatal(err)
	}
	answers := map[string]table{} // each report is asked once
	for _, n := range counts {
		if n.key == without || n.report == without {
			continue
		}
		answer, ok := answers[n.report]
		if !ok {
			answer = wholeReport(t, c, n.report)
			answers[n.report] = answer
		}
		want := numbers(t, known, n.truth)
		if got := answer.counted(n.key, n.sum); !maps.Equal(got, want) {
			t.Errorf("%s %s: %s by %q (%s)\n got %v\nwant %v", n.report, where, n.sum, n.key, n.reason, got, want)
		}
		compared += len(want)
	}
	return compared
}

// table is a report's answer.
type table struct {
	columns []Column
	rows    [][]any
}

func wholeReport(t *testing.T, c *Case, name string) table {
	t.Helper()
	report, ok := Lookup(name)
	if !ok {
		t.Fatalf("no report is called %s", name)
	}
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	answer := table{columns: result.Columns}
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		answer.rows = append(answer.rows, slices.Clone(row))
	}
	return answer
}

// counted sums a column by a key column; zeros are left out.
func (answer table) counted(key, sum string) map[string]int64 {
	column := func(name string) int {
		return slices.IndexFunc(answer.columns, func(c Column) bool { return c.Name == name })
	}
	total := map[string]int64{}
	for _, row := range answer.rows {
		k, n := "", int64(1)
		if key != "" {
			if row[column(key)] == nil {
				continue // not in the truth: success has no error, a service no user
			}
			k = fmt.Sprint(row[column(key)])
		}
		if sum != "" {
			n, _ = row[column(sum)].(int64)
		}
		if n != 0 {
			total[k] += n
		}
	}
	return total
}

// numbers reads numbers out of contoso.json: of one place, of every name at a
// place, or with * of every name's number below it. A sum of names is joined
// by +.
func numbers(t *testing.T, truth map[string]any, path string) map[string]int64 {
	t.Helper()
	var node any = truth
	names := strings.Split(path, ".")
	for i, name := range names {
		if name == "*" {
			all := map[string]int64{}
			for key, below := range node.(map[string]any) {
				if n := sumOf(below.(map[string]any), names[i+1]); n != 0 {
					all[key] = n
				}
			}
			return all
		}
		if strings.Contains(name, "+") {
			return map[string]int64{"": sumOf(node.(map[string]any), name)}
		}
		node = node.(map[string]any)[name]
	}
	switch node := node.(type) {
	case float64:
		return map[string]int64{"": int64(node)}
	case map[string]any:
		all := map[string]int64{}
		for key := range node {
			if n := sumOf(node, key); n != 0 {
				all[key] = n
			}
		}
		return all
	}
	t.Fatalf("contoso.json has no %s", path)
	return nil
}

func sumOf(node map[string]any, names string) int64 {
	var sum int64
	for name := range strings.SplitSeq(names, "+") {
		n, _ := node[name].(float64)
		sum += int64(n)
	}
	return sum
}
