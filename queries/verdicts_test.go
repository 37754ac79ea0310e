package queries

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// bearsNotes says of every report by what its rows bear the notes of the case sheet, or why
// they can't.
var bearsNotes = map[string]struct{ by, reason string }{
	"findings":           {"its own", "it judges by them"},
	"incidents":          {"its own", "the verdicts on its findings"},
	"sessions":           {"its own", "a session and its users"},
	"session_events":     {"its own", "records"},
	"timeline":           {"its own", "records, of which two may be one row"},
	"signin_list":        {"its own", "records"},
	"audit_list":         {"file_id:record", "records"},
	"directory_changes":  {"file_id:record", "records"},
	"file_activity":      {"file_id:record", "records"},
	"mailbox_activity":   {"file_id:record", "records"},
	"mailbox_changes":    {"file_id:record", "records"},
	"mail_trace":         {"file_id:record", "records"},
	"provisioning":       {"file_id:record", "records"},
	"risk_history":       {"file_id:record, user_principal_name", "what a record was before, of a user"},
	"risky_users":        {"file_id:record", "records"},
	"signin_risk":        {"file_id:record", "records"},
	"ca_detail":          {"file_id:record", "records"},
	"contradictions":     {"file_id:record", "records"},
	"duplicates":         {"file_id:record, kept_file_id:kept_record", "a record that was left out, and the one in its place"},
	"mail_exposure":      {"record, session_ids, who, ip_addresses", "a message, which has no note, by what touched it"},
	"still_open":         {"evidence, object", "what was made, or by whom"},
	"indicators":         {"value", "sessions and addresses; an agent has no note"},
	"blast_radius":       {"value, account", "what leads to an account, and the account"},
	"would_have_stopped": {"session_id, user_principal_name, ip_address", "the sign-in that was stopped"},
	"token_lineage":      {"session_id, user_principal_name, issued_ip_address, used_ip_address", "a token"},
	"signin_ips":         {"ip_address", "an address: notes on its users are of other rows"},
	"signin_users":       {"user_principal_name, user", "a user"},
	"signin_legacy":      {"user_principal_name", "a user"},
	"audit_users":        {"user_id", "a user"},
	"coverage_users":     {"user", "a user"},
	"app_users":          {"user_principal_name", "a user of an application"},
	"ca_blocked":         {"user_principal_name", "a user"},
	"ca_report_only":     {"user_principal_name", "a user"},

	"summary":                 {"", "sentences and numbers of many records"},
	"story":                   {"", "sentences on an incident, which lists its verdicts"},
	"totals":                  {"", "numbers"},
	"open_questions":          {"", "sentences on what is not in the files"},
	"findings_not_looked_for": {"", "rules, not findings"},
	"files":                   {"", "a file has no note"},
	"coverage":                {"", "logs"},
	"coverage_daily":          {"", "days"},
	"app_new":                 {"", "applications: notes are on what they did"},
	"app_weekly":              {"", "weeks"},
	"top_apps":                {"", "applications"},
	"audit_logons":            {"", "kinds of logons"},
	"audit_operations":        {"", "operations"},
	"ca_breakdown":            {"", "values of a dimension"},
	"ca_gaps":                 {"", "applications by country"},
	"ca_policies":             {"", "policies"},
	"ca_status":               {"", "statuses"},
	"ca_weekly":               {"", "weeks"},
	"signin_clients":          {"", "kinds of clients"},
	"signin_daily":            {"", "days"},
	"signin_devices":          {"", "devices: what is trusted stands in the sheet's lists"},
	"signin_failures":         {"", "error codes"},
	"signin_hours":            {"", "hours"},
	"signin_locations":        {"", "places"},
	"signin_mfa":              {"", "kinds of second factors"},
	"signin_status":           {"", "statuses"},
	"signin_weekly":           {"", "weeks"},
}

// TestReportsTakeNotes keeps the list above whole, and true.
func TestReportsTakeNotes(t *testing.T) {
	for _, r := range Reports() {
		said, ok := bearsNotes[r.Name]
		if !ok {
			t.Errorf("%s: do its rows name a record, a session, a user or an address? Say `-- notes on:`, or here why not", r.Name)
			continue
		}
		if by := strings.Join(r.NotesOn, ", "); by != strings.TrimPrefix(said.by, "its own") {
			t.Errorf("%s bears notes by %q, want %q: %s", r.Name, by, said.by, said.reason)
		}
	}
}

// checkNotes holds a report's columns to that list.
func checkNotes(t *testing.T, r Report, columns []string) {
	t.Helper()
	said := bearsNotes[r.Name]
	if isOwn := slices.Contains(columns, "verdict") || slices.Contains(columns, "verdicts"); isOwn != (said.by == "its own") {
		t.Errorf("it has a verdict of its own: %v; want %q: %s", isOwn, said.by, said.reason)
	}
	if said.by == "" && isOfRecords(columns) {
		t.Error("each row has a file and a record, and bears no note")
	}
	for _, on := range r.NotesOn {
		for name := range strings.SplitSeq(on, ":") {
			if !slices.Contains(columns, name) {
				t.Errorf("notes on %s: there is no such column", name)
			}
		}
	}
}

// TestVerdictsStandBesideRows puts a note on one thing that each report names, and wants its
// verdict on the rows that name it, on no other, and nothing else changed.
func TestVerdictsStandBesideRows(t *testing.T) {
	takesLong(t)
	const files = `insert into files (file_id, path, sha256) select n, n || '.json', lpad(n::varchar, 64, '0') from range(1, 100) as r(n) where n not in (select file_id from files)`
	misses := 0
	for _, r := range Reports() {
		if len(r.NotesOn) == 0 {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			fixtures, err := filepath.Glob("testdata/reports/" + r.Name + ".*txtar")
			if err != nil || len(fixtures) == 0 {
				t.Fatalf("no fixture, %v", err)
			}
			archive, err := txtar.ParseFile(fixtures[0])
			if err != nil {
				t.Fatal(err)
			}
			f := readFixture(t, archive)
			f.sheet.Notes = nil
			f.rows = append(f.rows, files, "update files set sha256 = lpad(file_id::varchar, 64, '0')")
			c := f.open(t)
			columns, plain := askedAs(t, c, r)
			thing, notes := "", []Note(nil)
			for _, row := range plain {
				if thing == "" {
					thing, notes = noteOn(r, columns, row)
				}
			}
			if thing == "" {
				t.Fatalf("no row names anything in %v", r.NotesOn)
			}
			if err := c.Sheet().Know(context.Background(), CaseSheet{Notes: notes}); err != nil {
				t.Fatal(err)
			}
			noted, rows := askedAs(t, c, r)
			if want := append(slices.Clone(columns), "verdict", "note"); !slices.Equal(noted, want) || len(rows) != len(plain) {
				t.Fatalf("%d rows of %v with notes, %d of %v without", len(rows), noted, len(plain), columns)
			}
			hits := 0
			for i, row := range rows {
				want := append(slices.Clone(plain[i]), "", "")
				if slices.Contains(thingsOf(r, columns, plain[i]), thing) {
					hits++
					want[len(columns)], want[len(columns)+1] = "open", "ask"
				} else {
					misses++
				}
				if !slices.Equal(row, want) {
					t.Errorf("note on %s, row %d\n got %q\nwant %q", thing, i+1, row, want)
				}
			}
			if hits == 0 {
				t.Errorf("no row names %s", thing)
			}
		})
	}
	if misses == 0 {
		t.Error("each row of each fixture names the thing: nothing tells that others have no verdict")
	}
}

// askedAs asks a report, and has its values as a fixture has them.
func askedAs(t *testing.T, c *Case, r Report) (columns []string, rows [][]string) {
	t.Helper()
	result, err := c.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range result.Columns {
		columns = append(columns, c.Name)
	}
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, pick(t, result.Columns, row, columns))
	}
	return columns, rows
}

var placeOfRecord = regexp.MustCompile(`^\d+:\d+$`)

// thingsOf is what a row names, in lower case.
func thingsOf(r Report, columns, row []string) []string {
	var things []string
	for _, on := range r.NotesOn {
		var cells []string
		for name := range strings.SplitSeq(on, ":") {
			cells = append(cells, row[slices.Index(columns, name)])
		}
		for _, thing := range strings.Fields(strings.ReplaceAll(strings.ToLower(strings.Join(cells, ":")), ",", " ")) {
			if thing != ":" {
				things = append(things, thing)
			}
		}
	}
	return things
}

// noteOn is a note on the first thing that a row names.
func noteOn(r Report, columns, row []string) (thing string, notes []Note) {
	things := thingsOf(r, columns, row)
	if len(things) == 0 {
		return "", nil
	}
	thing, n := things[0], Note{Verdict: "open", Text: "ask"}
	_, noAddress := netip.ParseAddr(thing)
	switch {
	case placeOfRecord.MatchString(thing):
		file, record, _ := strings.Cut(thing, ":")
		n.Record = fmt.Sprintf("%064s:%s", file, record)
	case noAddress == nil:
		n.Address = thing
	case strings.Contains(thing, "@"):
		n.User = thing
	default:
		n.Session = thing
	}
	return thing, []Note{n}
}
