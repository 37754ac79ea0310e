package tenant

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
)

func TestTokenID(t *testing.T) {
	// fbff2233-4455-6677-8899-aabbccddee00, its first three groups reversed,
	// encoded with Python's uuid and base64.
	g := GUID{0xfb, 0xff, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x00}
	if got := g.String(); got != "fbff2233-4455-6677-8899-aabbccddee00" {
		t.Error(got)
	}
	if got := g.TokenID(); got != "MyL_-1VEd2aImaq7zN3uAA" {
		t.Error(got)
	}
}

func first[T any](n int, list iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range list {
			if n--; n < 0 || !yield(v) {
				return
			}
		}
	}
}

func TestPortalCSVColumns(t *testing.T) {
	tenant := New(Options{})
	for _, test := range []struct {
		columns  int
		category Category
		reason   string
	}{
		{44, Interactive, "2023"},
		{49, Interactive, "April 2024"},
		{54, NonInteractive, "October 2024"},
		{55, Interactive, "November 2024, the session id"},
		{57, NonInteractive, "2025"},
		{22, ServicePrincipal, "service principals"},
		{22, ManagedIdentity, "managed identities"},
	} {
		var out bytes.Buffer
		if err := WritePortalCSV(&out, test.columns, first(5, tenant.SignIns(test.category))); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 6 || len(rows[0]) != test.columns {
			t.Errorf("%s: %d rows of %d columns, %v", test.reason, len(rows), len(rows[0]), err)
		}
		if has := slices.Contains(rows[0], "Session ID"); has != (test.columns >= 55) {
			t.Errorf("%s: has a session id: %v", test.reason, has)
		}
	}
	if err := WritePortalCSV(io.Discard, 56, tenant.SignIns(Interactive)); err == nil {
		t.Error("56 columns: no error")
	}
}

// TestPortalCSVFormulas checks the apostrophe that the portal sets: one token id
// in 64 begins with -.
func TestPortalCSVFormulas(t *testing.T) {
	var out bytes.Buffer
	if err := WritePortalCSV(&out, 57, New(Options{}).SignIns(NonInteractive)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), `"-`) || !strings.Contains(out.String(), `"'-`) {
		t.Error("a cell begins with - unguarded, or none begins with it at all")
	}
}

func TestPortalJSONStyles(t *testing.T) {
	tenant := New(Options{})
	var pretty, line, page bytes.Buffer
	for _, err := range []error{
		WritePortalJSON(&pretty, first(3, tenant.SignIns(Interactive)), Pretty),
		WritePortalJSON(&line, first(3, tenant.SignIns(Interactive)), OneLine),
		WriteGraphPage(&page, first(3, tenant.SignIns(Interactive)), Pretty),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(line.String(), "\n") || !strings.HasPrefix(pretty.String(), "[\n  {\n    \"id\"") {
		t.Errorf("laid out as %.40q and %.40q", line.String(), pretty.String())
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, pretty.Bytes()); err != nil || compact.String() != line.String() {
		t.Errorf("the two styles differ in more than white space (%v)", err)
	}
	var v struct {
		Context string `json:"@odata.context"`
		Value   []json.RawMessage
	}
	if err := json.Unmarshal(page.Bytes(), &v); err != nil || v.Context == "" || len(v.Value) != 3 {
		t.Errorf("page: %d values, %v", len(v.Value), err)
	}
}

func TestCmdletCSV(t *testing.T) {
	tenant := New(Options{})
	for _, columns := range []int{10, 13} {
		var out bytes.Buffer
		if err := WriteCmdletCSV(&out, columns, first(50, tenant.AuditEvents())); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "\r\n"); n != 51 || strings.Count(out.String(), "\n") != n {
			t.Errorf("%d columns: %d lines", columns, n)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		data := slices.Index(rows[0], "AuditData")
		for _, row := range rows[1:] {
			if len(row) != columns || !json.Valid([]byte(row[data])) || strings.Contains(strings.ReplaceAll(row[data], `\/`, ""), "/") {
				t.Errorf("%d columns: %q", columns, row)
			}
		}
	}
	if err := WriteCmdletCSV(io.Discard, 11, tenant.AuditEvents()); err == nil {
		t.Error("11 columns: no error")
	}
}

func TestPowerShellLayout(t *testing.T) {
	const compact = `{"a":"it's <b>","list":[1,{"x":[]}],"none":{},"d":"\/Date(1)\/"}`
	want := strings.Join([]string{
		`{`,
		`    "a":  "it\u0027s \u003cb\u003e",`,
		`    "list":  [`,
		`                 1,`,
		`                 {`,
		`                     "x":  [`,
		``,
		`                           ]`,
		`                 }`,
		`             ],`,
		`    "none":  {`,
		``,
		`             },`,
		`    "d":  "\/Date(1)\/"`,
		`}`,
	}, "\r\n")
	if got := string(powerShellIndent([]byte(compact), 0)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCmdletJSON(t *testing.T) {
	tenant := New(Options{})
	for n, opening := range map[int]byte{1: '{', 2: '[', 9: '['} {
		for _, parsed := range []bool{true, false} {
			var out, lines bytes.Buffer
			if err := WriteCmdletJSON(&out, first(n, tenant.AuditEvents()), parsed); err != nil {
				t.Fatal(err)
			}
			if err := WriteAuditDataLines(&lines, first(n, tenant.AuditEvents())); err != nil {
				t.Fatal(err)
			}
			text := out.Bytes()
			if text[0] != opening {
				t.Errorf("%d records begin with %q", n, text[0])
			}
			if n == 1 {
				text = []byte("[" + out.String() + "]")
			}
			var records []struct{ AuditData any }
			if err := json.Unmarshal(text, &records); err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(strings.TrimSpace(lines.String()), "\n") {
				got := records[i].AuditData
				if parsed {
					b, _ := json.Marshal(got)
					got = string(b)
				}
				if canonical(t, got.(string)) != canonical(t, line) {
					t.Errorf("record %d of %d (parsed: %v): %s\nis not %s", i, n, parsed, got, line)
				}
			}
		}
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestDirectoryLog(t *testing.T) {
	tenant := New(Options{})
	n := 0
	for range tenant.DirectoryEvents() {
		n++
	}
	var table, list bytes.Buffer
	if err := WriteDirectoryCSV(&table, tenant.DirectoryEvents()); err != nil {
		t.Fatal(err)
	}
	if err := WriteDirectoryJSON(&list, tenant.DirectoryEvents(), Pretty); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != n+1 || len(rows[0]) != 86 || rows[0][85] != "AdditionalDetail6Value" {
		t.Errorf("%d rows of %d columns for %d events, %v", len(rows), len(rows[0]), n, err)
	}
	var audits []struct {
		ActivityDisplayName string
		TargetResources     []struct {
			ModifiedProperties []struct{ DisplayName, OldValue, NewValue string }
		}
	}
	if err := json.Unmarshal(list.Bytes(), &audits); err != nil || len(audits) != n {
		t.Fatalf("%d audits for %d events, %v", len(audits), n, err)
	}
	consent := 0
	for i, a := range audits {
		if rows[i+1][4] != a.ActivityDisplayName || strings.HasSuffix(a.ActivityDisplayName, ".") {
			t.Errorf("event %d is %q in CSV, %q in JSON", i, rows[i+1][4], a.ActivityDisplayName)
		}
		for _, p := range a.TargetResources[0].ModifiedProperties {
			if !json.Valid([]byte(p.OldValue)) || !json.Valid([]byte(p.NewValue)) {
				t.Errorf("%s: values %s and %s", p.DisplayName, p.OldValue, p.NewValue)
			}
			if p.DisplayName == "ConsentAction.Permissions" && strings.Contains(p.NewValue, "Mail.ReadWrite") {
				consent++
			}
		}
	}
	if consent != 1 {
		t.Errorf("%d consents to read mail", consent)
	}
}

func TestPurviewCSV(t *testing.T) {
	var out bytes.Buffer
	if err := WritePurviewCSV(&out, first(40, New(Options{}).AuditEvents())); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 41 || len(rows[0]) != 8 {
		t.Fatalf("%d rows of %d columns, %v", len(rows), len(rows[0]), err)
	}
	for _, row := range rows[1:] {
		var data struct {
			Id, Operation, UserId string
			RecordType            json.Number
		}
		if err := json.Unmarshal([]byte(row[5]), &data); err != nil {
			t.Fatal(err)
		}
		if got := []string{data.Id, data.RecordType.String(), data.Operation, data.UserId}; !slices.Equal(got, []string{row[0], row[2], row[3], row[4]}) {
			t.Errorf("columns %q of a record with %q", row[:5], got)
		}
	}
}

func TestMonitorFormats(t *testing.T) {
	tenant := New(Options{})
	for _, c := range []Category{Interactive, NonInteractive, ServicePrincipal, ManagedIdentity} {
		var out bytes.Buffer
		if err := WriteDiagnosticLines(&out, first(30, tenant.SignIns(c))); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 30 {
			t.Errorf("%s: %d lines", c, len(lines))
		}
		for _, line := range lines {
			var v struct {
				ResultType string
				Properties struct {
					CreatedDateTime string
					Status          struct{ ErrorCode json.Number }
				}
			}
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatal(err)
			}
			if v.ResultType != v.Properties.Status.ErrorCode.String() || len(v.Properties.CreatedDateTime) != len("2026-09-14T08:19:41.1234567+00:00") {
				t.Errorf("%s: %s", c, line)
			}
		}
	}
	var out bytes.Buffer
	if err := WriteLogAnalyticsCSV(&out, first(30, tenant.SignIns(Interactive))); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) != 31 {
		t.Errorf("Log Analytics: %d rows, byte order mark: %v, %v", len(rows), marked, err)
	}
	policies := slices.Index(rows[0], "ConditionalAccessPolicies")
	if cell := rows[1][policies]; !json.Valid([]byte(cell)) || !strings.Contains(cell, "\n") {
		t.Errorf("policies: %q", cell)
	}
}
