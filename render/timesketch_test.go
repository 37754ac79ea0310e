package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

// timesketchDocument has a row of each kind that Timesketch is particular about.
func timesketchDocument() (d Document, timeline, findings *queries.Result) {
	amsterdam := time.FixedZone("CEST", 2*60*60)
	at := time.Date(2026, 10, 6, 9, 41, 8, 0, amsterdam)
	log := func(when any, action, target string) []any {
		return []any{when, "sign_ins", "adele@contoso.com", action, target, "203.0.113.7", "success", "4b22", "8d91", int64(1), int64(7), "adele@contoso.com did " + action + " on " + target}
	}
	columns := []queries.Column{
		column("event_time", queries.Time), column("source", queries.Text), column("actor", queries.Text), column("action", queries.Text),
		column("target", queries.Text), column("ip_address", queries.Text), column("result", queries.Text), column("session_id", queries.Text),
		column("id", queries.Text), column("file_id", queries.Integer), column("record", queries.Integer), column("message", queries.Text),
	}
	timeline = result(queries.Report{Name: "timeline"}, columns,
		log(at, "sign-in", "Office 365"),
		log(at.Add(1500*time.Microsecond), "sign-in", "a fraction of a second"),
		log(time.Date(2026, 12, 1, 8, 0, 0, 0, time.FixedZone("CET", 60*60)), "sign-in", "another offset"),
		log(at, "=cmd|'/c calc'!A1", "two\nlines, \"quoted\" \x1b[31m\u202e"),
		log(nil, "sign-in", "no time"),
		log(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "sign-in", "too early"),
		log(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), "sign-in", "too late"),
		[]any{at, "audit_events", nil, "New-InboxRule", nil, nil, nil, nil, nil, int64(1), int64(8), nil},
	)
	finding := func(last time.Time) []any {
		return []any{"high", "inbox_rule_hides", "Inbox rule hides mail", "A rule moves mail to RSS Feeds", "adele@contoso.com", at, last, "f1", "1:8"}
	}
	findings = result(queries.Report{Name: "findings"}, []queries.Column{
		column("severity", queries.Text), column("finding", queries.Text), column("title", queries.Text), column("what", queries.Text),
		column("who", queries.Text), column("first_seen", queries.Time), column("last_seen", queries.Time), column("finding_id", queries.Text), column("evidence", queries.Text),
	}, finding(at), finding(at.Add(time.Hour)))
	return document(timeline, findings), timeline, findings
}

// What Timesketch's import asks for (see timesketch.go), asked of both forms.
func TestTimesketch(t *testing.T) {
	want := []struct{ message, datetime, desc, reason string }{
		{"adele@contoso.com did sign-in on Office 365", "2026-10-06T07:41:08.000000+00:00", "Event logged", "UTC, whatever the page's zone"},
		{"a fraction of a second", "2026-10-06T07:41:08.001500+00:00", "Event logged", "the form is the first one's"},
		{"another offset", "2026-12-01T07:00:00.000000+00:00", "Event logged", "one offset in the file"},
		{"two\nlines, \"quoted\"", "2026-10-06T07:41:08.000000+00:00", "Event logged", "what would part a row does not"},
		{"New-InboxRule", "2026-10-06T07:41:08.000000+00:00", "Event logged", "a message, which Timesketch must have, where --columns leaves it out"},
		{"Finding (high): Inbox rule hides mail. A rule moves mail to RSS Feeds", "2026-10-06T07:41:08.000000+00:00", "Finding, first seen", "lasted no time: one event"},
		{"Finding (high)", "2026-10-06T07:41:08.000000+00:00", "Finding, first seen", "lasted an hour"},
		{"Finding (high)", "2026-10-06T08:41:08.000000+00:00", "Finding, last seen", "lasted an hour"},
	}
	for path, read := range map[string]func(*testing.T, []byte) []map[string]any{"x.csv": readTimesketchCSV, "x.jsonl": readTimesketchJSONL} {
		t.Run(path, func(t *testing.T) {
			f, ok := Lookup("timesketch", path)
			if !ok {
				t.Fatal("no such format")
			}
			d, timeline, findings := timesketchDocument()
			var b bytes.Buffer
			if err := f.Write(&b, d); err != nil {
				t.Fatal(err)
			}
			events := read(t, b.Bytes())
			if len(events) != len(want) {
				t.Fatalf("%d events, want %d:\n%s", len(events), len(want), b.String())
			}
			for i, e := range events {
				for name := range e {
					if strings.HasPrefix(name, "_") || name == "label" || name == "tag" || name == "timestamp" {
						t.Errorf("Timesketch takes %s out, or reads it in a way of its own", name)
					}
				}
				w := want[i]
				if message, _ := e["message"].(string); !strings.Contains(message, w.message) || e["datetime"] != w.datetime || e["timestamp_desc"] != w.desc {
					t.Errorf("%s: event %d is %q, %v, %v", w.reason, i, e["message"], e["datetime"], e["timestamp_desc"])
				}
			}
			if got := events[5]; got["severity"] != "high" || got["finding"] != "inbox_rule_hides" || got["source"] != "findings" || got["actor"] != "adele@contoso.com" || got["evidence"] != "1:8" {
				t.Errorf("the fields of a finding are %v", got)
			}
			if got := events[0]; got["actor"] != "adele@contoso.com" || got["session_id"] != "4b22" {
				t.Errorf("the fields of an event are %v", got)
			}
			if got := strings.Join(timeline.Notes, " "); !strings.HasPrefix(got, "3 rows have no time") {
				t.Errorf("what was left out is not counted: %q", got)
			}
			if len(findings.Notes) > 0 {
				t.Errorf("notes of findings: %v", findings.Notes)
			}
			if f.Write(&b, document(result(queries.Report{Name: "sessions"}, nil))) == nil {
				t.Error("a report that it has no events of is not refused")
			}
		})
	}
}

// TestTimesketchVerdicts: where the case sheet has notes, events have its verdicts; else no
// field is added, though timeline has the columns.
func TestTimesketchVerdicts(t *testing.T) {
	columns := []queries.Column{column("event_time", queries.Time), column("message", queries.Text), column("verdict", queries.Text), column("note", queries.Text)}
	at := time.Date(2026, 10, 6, 9, 41, 8, 0, time.UTC)
	for _, isNoted := range []bool{true, false} {
		d := document(result(queries.Report{Name: "timeline"}, columns, []any{at, "a", "benign", "our scanner"}, []any{at, "b", nil, nil}))
		d.Noted = isNoted
		var b bytes.Buffer
		if err := TimesketchCSV(&b, d); err != nil {
			t.Fatal(err)
		}
		events := readTimesketchCSV(t, b.Bytes())
		verdict, hasVerdict := events[0]["verdict"]
		if hasVerdict != isNoted || isNoted && (verdict != "benign" || events[0]["note"] != "our scanner" || events[1]["verdict"] != "") {
			t.Errorf("with notes %v: %v", isNoted, events)
		}
	}
}

func readTimesketchCSV(t *testing.T, text []byte) []map[string]any {
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var events []map[string]any
	for _, line := range lines[1:] {
		e := map[string]any{}
		for i, name := range lines[0] {
			e[name] = line[i]
		}
		events = append(events, e)
	}
	return events
}

func readTimesketchJSONL(t *testing.T, text []byte) []map[string]any {
	var events []map[string]any
	for line := range bytes.Lines(text) {
		e := map[string]any{}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}
