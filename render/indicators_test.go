package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"entrail/queries"
)

// TestIndicators: what STIX and MISP say of the rows of the report, hostile ones too,
// and what they leave out.
func TestIndicators(t *testing.T) {
	seen := time.Date(2026, 10, 6, 7, 41, 8, 0, time.UTC)
	row := func(kind, value string, ordinary any) []any {
		return []any{kind, value, nil, seen, seen, ordinary, "password_spray"}
	}
	columns := []queries.Column{
		column("type", queries.Text), column("value", queries.Text), column("name", queries.Text),
		column("first_seen", queries.Time), column("last_seen", queries.Time),
		column("ordinary", queries.Text), column("findings", queries.Text),
	}
	rows := [][]any{
		row("ip address", "203.0.113.7", nil),
		row("ip address", "2001:db8::7", nil),
		row("ip address", "192.0.2.1", "in use before the incident"), // an office
		row("ip address", "no address", nil),
		row("ASN", "AS64500", nil),
		row("user agent", `it's \ "odd"`, nil),
		row("session id", "4b22", nil),
		row("email address", "drop@evil.example", nil),
		row("domain", "evil.example", nil),
		row("mail rule", ".", nil),
		row("file hash", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b", nil),
	}
	write := func(format func(*bytes.Buffer, Document) error, name string) string {
		t.Helper()
		d := document(result(queries.Report{Name: name}, columns, rows...))
		var b bytes.Buffer
		if err := format(&b, d); err != nil {
			return err.Error()
		}
		return b.String()
	}
	stix := func(b *bytes.Buffer, d Document) error { return STIX(b, d) }
	misp := func(b *bytes.Buffer, d Document) error { return MISP(b, d) }

	var bundle struct {
		Objects []struct{ ID, Pattern string }
	}
	text := write(stix, "indicators")
	if err := json.Unmarshal([]byte(text), &bundle); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"[ipv4-addr:value = '203.0.113.7']",
		"[ipv6-addr:value = '2001:db8::7']",
		"[autonomous-system:number = 64500]",
		`[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'it\'s \\ "odd"']`,
		"[x-m365-session-id:value = '4b22']",
		"[email-addr:value = 'drop@evil.example']",
		"[domain-name:value = 'evil.example']",
		"[x-m365-mail-rule:value = '.']",
		"[file:hashes.'SHA-256' = '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b']",
	}
	ids := map[string]bool{}
	for i, o := range bundle.Objects {
		if i >= len(want) || o.Pattern != want[i] {
			t.Errorf("pattern %d is %s", i, o.Pattern)
		}
		// a UUID of version 5
		if ids[o.ID] || len(o.ID) != len("indicator--")+36 || o.ID[len("indicator--")+14] != '5' {
			t.Errorf("id %s", o.ID)
		}
		ids[o.ID] = true
	}
	if len(bundle.Objects) != len(want) {
		t.Errorf("%d objects, want %d", len(bundle.Objects), len(want))
	}
	if again := write(stix, "indicators"); again != text {
		t.Error("the same rows give other bytes")
	}

	var event struct {
		Event struct {
			Attribute []struct{ Type, Value string }
		}
	}
	if err := json.Unmarshal([]byte(write(misp, "indicators")), &event); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range event.Event.Attribute {
		got = append(got, a.Type+" "+a.Value)
	}
	if all := strings.Join(got, "; "); !strings.Contains(all, "ip-src 203.0.113.7; ip-src 2001:db8::7") || !strings.Contains(all, "AS 64500; user-agent it's") || strings.Contains(all, "192.0.2.1") {
		t.Errorf("attributes %s", all)
	}
	if got := write(stix, "findings"); !strings.Contains(got, "holds the report indicators and nothing else") {
		t.Errorf("another report: %s", got)
	}
}

// TestIndicatorsWithVerdicts: a verdict of the case sheet goes with the indicator, and
// changes nothing else about it.
func TestIndicatorsWithVerdicts(t *testing.T) {
	at := time.Date(2026, 10, 6, 7, 41, 8, 0, time.UTC)
	columns := []queries.Column{
		column("type", queries.Text), column("value", queries.Text), column("name", queries.Text),
		column("first_seen", queries.Time), column("last_seen", queries.Time),
		column("ordinary", queries.Text), column("findings", queries.Text),
	}
	row := func(value string) []any {
		return []any{"ip address", value, nil, at, at, nil, "password_spray"}
	}
	noted := append(columns[:len(columns):len(columns)], column("verdict", queries.Text), column("note", queries.Text))
	const hostile = "our \x1b[31mscanner\u202e\n\"x\""
	plain := document(result(queries.Report{Name: "indicators"}, columns, row("203.0.113.1"), row("203.0.113.2"), row("203.0.113.3")))
	judged := document(result(queries.Report{Name: "indicators"}, noted,
		append(row("203.0.113.1"), "benign", hostile), append(row("203.0.113.2"), nil, nil), append(row("203.0.113.3"), "confirmed", nil)))
	write := func(format func(io.Writer, Document) error, d Document) (text string) {
		t.Helper()
		var b bytes.Buffer
		if err := format(&b, d); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	type object struct {
		ID, Type, Pattern, Content, Abstract string
		IndicatorTypes                       []string `json:"indicator_types"`
		Labels                               []string
		ObjectRefs                           []string `json:"object_refs"`
	}
	read := func(text string) (all []object) {
		t.Helper()
		var bundle struct{ Objects []object }
		if err := json.Unmarshal([]byte(text), &bundle); err != nil {
			t.Fatal(err)
		}
		return bundle.Objects
	}
	without, with := read(write(STIX, plain)), read(write(STIX, judged))
	if len(without) != 3 || len(with) != 5 {
		t.Fatalf("%d objects without notes and %d with two, want 3 and 5", len(without), len(with))
	}
	for i, at := range []int{0, 2, 3} { // each note stands behind its indicator
		if with[at].ID != without[i].ID || with[at].Pattern != without[i].Pattern {
			t.Errorf("indicator %d is another with a note: %+v", i+1, with[at])
		}
	}
	for _, want := range []struct {
		at                   int
		kind, label, content string
	}{
		{1, "benign", "benign", "the case sheet says: benign, our "},
		{4, "malicious-activity", "confirmed", "the case sheet says: confirmed"},
	} {
		note, indicator := with[want.at], with[want.at-1]
		if note.Type != "note" || note.Labels[0] != want.label || !strings.HasPrefix(note.Content, want.content) || note.ObjectRefs[0] != indicator.ID || indicator.IndicatorTypes[0] != want.kind {
			t.Errorf("the note %+v on %+v", note, indicator)
		}
		if strings.ContainsAny(note.Content, "\x1b\u202e\n") {
			t.Errorf("what could act stands in %q", note.Content)
		}
	}
	if with[2].IndicatorTypes[0] != "malicious-activity" {
		t.Errorf("an indicator without a verdict is %v", with[2].IndicatorTypes)
	}

	var event struct {
		Event struct {
			Attribute []struct {
				Comment string
				Tag     []struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal([]byte(write(MISP, judged)), &event); err != nil {
		t.Fatal(err)
	}
	a := event.Event.Attribute
	if len(a) != 3 || len(a[0].Tag) != 1 || a[0].Tag[0].Name != `entrail:verdict="benign"` || !strings.Contains(a[0].Comment, "; the case sheet says: benign, our ") ||
		len(a[1].Tag) != 0 || strings.Contains(a[1].Comment, "case sheet") || a[2].Tag[0].Name != `entrail:verdict="confirmed"` || !strings.HasSuffix(a[2].Comment, "; the case sheet says: confirmed") {
		t.Errorf("attributes %+v", a)
	}
	if text := write(MISP, plain); strings.Contains(text, "Tag") || strings.Contains(text, "case sheet") {
		t.Errorf("without notes: %s", text)
	}
}

// TestIndicatorsForOthers: what the case sheet trusts, and what is ordinary, is in no list for
// other programs, unless it is confirmed; of the rest MISP is told to detect what is one's own, and not benign.
func TestIndicatorsForOthers(t *testing.T) {
	at := time.Date(2026, 10, 6, 7, 41, 8, 0, time.UTC)
	columns := []queries.Column{
		column("type", queries.Text), column("value", queries.Text), column("name", queries.Text),
		column("first_seen", queries.Time), column("last_seen", queries.Time),
		column("ordinary", queries.Text), column("known", queries.Text), column("findings", queries.Text),
		column("verdict", queries.Text), column("note", queries.Text),
	}
	row := func(kind, value string, known, verdict any) []any {
		return []any{kind, value, nil, at, at, nil, known, "password_spray", verdict, nil}
	}
	ordinary := func(kind, value string, known, verdict any) []any {
		r := row(kind, value, known, verdict)
		r[5] = "in use before the incident"
		return r
	}
	d := document(result(queries.Report{Name: "indicators"}, columns,
		row("ip address", "203.0.113.1", nil, nil),
		row("ip address", "203.0.113.2", "trusted", nil),
		row("ip address", "203.0.113.3", "trusted", "confirmed"),
		row("ip address", "203.0.113.4", "bad", nil),
		row("ip address", "203.0.113.5", nil, "benign"),
		row("ASN", "AS64500", "trusted", nil),
		row("ASN", "AS64501", nil, nil),
		row("application", "a1", "trusted", nil),
		row("device", "d1", "trusted", nil),
		row("domain", "evil.example", nil, nil),
		row("email address", "x@evil.example", nil, nil),
		row("user agent", "axios/1.7", "bad", nil),
		row("session id", "s1", nil, nil),
		row("file hash", "d41d8cd98f00b204e9800998ecf8427e", nil, nil),
		ordinary("ip address", "203.0.113.6", nil, nil),
		ordinary("ip address", "203.0.113.7", "bad", nil),
		ordinary("ip address", "203.0.113.8", nil, "confirmed")))
	var stix, misp bytes.Buffer
	if err := errors.Join(STIX(&stix, d), MISP(&misp, d)); err != nil {
		t.Fatal(err)
	}
	for _, trusted := range []string{"203.0.113.2", "203.0.113.6", "64500", "'a1'", "'d1'"} {
		if strings.Contains(stix.String(), trusted) {
			t.Errorf("STIX has %s, which is trusted or ordinary", trusted)
		}
	}
	var event struct {
		Event struct {
			Attribute []struct {
				Value string
				ToIDS bool `json:"to_ids"`
			}
		}
	}
	if err := json.Unmarshal(misp.Bytes(), &event); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range event.Event.Attribute {
		got = append(got, fmt.Sprint(a.Value, " ", a.ToIDS))
	}
	want := []string{
		"203.0.113.1 true", "203.0.113.3 true", "203.0.113.4 true", "203.0.113.5 false", "64501 false", "evil.example true",
		"x@evil.example true", "axios/1.7 false", "s1 false", "d41d8cd98f00b204e9800998ecf8427e true", "203.0.113.7 true", "203.0.113.8 true",
	}
	if one, other := strings.Join(want, "; "), strings.Join(got, "; "); one != other {
		t.Errorf("MISP has\n%s, want\n%s", other, one)
	}
}
