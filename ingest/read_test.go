package ingest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"entrail/ingest/scan"
)

// passed is a sink that checks what it is given.
type passed struct {
	t       *testing.T
	input   []byte
	records map[int64]string // raw, by number
}

func (p *passed) Add(_ int32, record int64, _ string, raw, body []byte) error {
	if p.records[record] != "" {
		p.t.Errorf("%q: record %d comes twice", p.input, record)
	}
	p.records[record] = string(raw)
	for _, text := range [][]byte{raw, body} {
		if len(text) > 0 && !(utf8.Valid(text) && json.Valid(text)) {
			p.t.Errorf("%q: record %d is no JSON in UTF-8: %q", p.input, record, text)
		}
	}
	return nil
}

// FuzzRead: whatever the bytes, each record is either passed on, as valid JSON
// in UTF-8, or rejected, and the file's count is the sum of both.
func FuzzRead(f *testing.F) {
	row := auditCSV(audit("1", "Send"), audit("2", "Send"))
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(row)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		row, utf16, "\ufeff" + row, row[:len(row)-30], audit("1", "x") + "\n" + audit("2", "y"), "[" + signIn("a") + "][" + signIn("b"),
		`{"value":[` + signIn("a") + `],"@odata.nextLink":"x"}`, `[{"category":"SignInLogs","properties":` + signIn("a") + `},{"a":1}]`,
		`[{"AuditData":"{\"CreationTime\":\"2026-10-01\",\"Id\":\"1\",\"Operation\":\"x\",\"RecordType\":1,\"U"}]`,
		`[{"Id":"1","CreatedDateTime":"03\/02\u002f2026 07:22:01","AppId":"a"},{"Id":"2","CreatedDateTime":"13/2/2026","AppId":"System.Object[]"}] {"id":"3","createdDateTime":"2/3/2026 1:00:00 AM","appId":"\ud83d"}`,
		`{"category":"UserRiskEvents","properties":{"riskType":"x","detectedDateTime":"2/3/2026 7:22:01 AM","activityDateTime":"2026-02-03T07:22:00Z"}}`,
		`["{\"Id\":1}"]`, "sep=;\nCreatedDateTime;UserPrincipalName;AppDisplayName\n03/12/2025;a;\"b\nc;d;e\n",
		`{"tables":[{"name":"P","columns":[{"name":"CreationTime"},{"name":"Id"},{"name":"Operation"},{"name":"RecordType"}],"rows":[["2026-10-01T08:00:00Z","1","x",1],["2026",],[]]}]}`,
		`{"took":1,"hits":{"total":2,"hits":[{"_source":{"event":{"original":"{\"CreationTime\":\"2026-10-01\",\"Id\":\"1\",\"Operation\":\"x\",\"RecordType\":1}"}}},{"_source":{}}]}}`,
		"<13>Oct  1 08:00:00 h x: " + audit("1", "x") + "\n<13>x\n", "WARNING: x\n\n[" + audit("1", "x") + "]\nDone\n", "_time,_raw\nx,\"" + strings.ReplaceAll(audit("1", "x"), `"`, `""`) + "\"\nx,y\n",
		"Id,CreationTime,RecordType,Operation,Parameters,Param_A\n1,2026-10-01T08:00:00,1,x,A=b | C=d,b\n", `{"Schema":[],"Results":[{"Timestamp":"2026-10-01T08:00:00Z","RawEventData":` + audit("1", "x") + `}]}`,
		"CreatedDateTime,UserPrincipalName,AppDisplayName\n13/12/2025,a,\xff\n2025,b\n,,,\n", "\xff\xfe\x00\x00", "PK\x03\x04", "\xd0\xcf\x11\xe0", "\x00", "#TYPE x\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { readText(t, text) })
}

// readText reads a file of the text, and finds fault with what can't be.
func readText(t *testing.T, text []byte) (*passed, *inputFile) {
	t.Helper()
	temp := t.TempDir()
	file := filepath.Join(temp, "x")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	rejects, err := newRejectList(temp)
	if err != nil {
		t.Fatal(err)
	}
	defer rejects.remove()
	p := &passed{t, text, map[int64]string{}}
	in := &inputFile{id: 1, source: source{path: "x", file: file}}
	r := newReader(t.Context(), in, rejects, temp)
	r.out.sink = func(*format) (sink, error) { return p, nil }
	decoded, _ := scan.Decode(iotest.HalfReader(bytes.NewReader(text)))
	if err := r.read(scan.NewWindow(decoded, make([]byte, 0, 512))); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if in.format == nil && in.records > 0 || in.format != nil && in.records != int64(len(p.records))+in.rejected {
		t.Errorf("%q: %d records, %d passed on, %d rejected", text, in.records, len(p.records), in.rejected)
	}
	if len(in.notes) == 0 && in.records == 0 && in.format == nil {
		t.Errorf("%q: nothing was read, and nothing says why", text)
	}
	return p, in
}

// TestReadWithoutItsStart: wherever a file lost its start, the whole records
// that it still has are read, and it is said that something is missing.
func TestReadWithoutItsStart(t *testing.T) {
	takesLong(t)
	t.Parallel()
	indented := func(text string) string {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	policies := `"appliedConditionalAccessPolicies":[{"id":"p","displayName":"\u00e4 {b}, [\"c\"]","enforcedGrantControls":["Mfa",null,true,-1.5e3]}],"ü":"ö"`
	list := signIn("id-1", policies) + "," + signIn("id-2") + "," + signIn("id-3")
	wrapped := func(id string) string {
		text, err := json.Marshal(audit(id, "Send", `"Parameters":[{"Name":"To","Value":"a\"b"}]`))
		if err != nil {
			t.Fatal(err)
		}
		return `{"Identity":"x","AuditData":` + string(text) + `,"ResultIndex":1}`
	}
	diagnostic := `{"time":"2026-10-01T08:00:00Z","category":"SignInLogs","properties":` + signIn("id-1", policies) + `},{"time":"x","category":"SignInLogs","properties":` + signIn("id-2") + `}`
	for _, test := range []struct{ text, opener, reason string }{
		{"[" + list + "]", `"id"`, "an array on one line"},
		{indented("[" + list + "]"), `"id"`, "over many lines"},
		{`{"@odata.context":"x","value":[` + list + `],"@odata.nextLink":"y"}`, `"id"`, "a page"},
		{indented(`{"value":[` + list + `]}`), `"id"`, "over many lines"},
		{strings.ReplaceAll(list, `},{"id":"id`, "}\n{\"id\":\"id"), `"id"`, "JSON lines"},
		{"[" + signIn("id-1") + "][" + signIn("id-2") + "]", `"id"`, "arrays one behind the other"},
		{"[" + wrapped("id-1") + "," + wrapped("id-2") + "," + wrapped("id-3") + "]", `"Identity"`, "records as texts in others"},
		{`{"records":[` + diagnostic + `]}`, `"time"`, "diagnostic settings"},
		{indented("[" + diagnostic + "]"), `"time"`, "over many lines"},
	} {
		starts := map[string]int{} // where each record starts
		for _, id := range []string{"id-1", "id-2", "id-3"} {
			if at := strings.Index(test.text, id); at >= 0 {
				starts[id] = strings.LastIndexByte(test.text[:strings.LastIndex(test.text[:at], test.opener)], '{')
			}
		}
		first := strings.IndexByte(test.text, '{')
		step := 41 // with -long at each letter
		if *long {
			step = 1
		}
		for cut := 1; cut < len(test.text)-5; cut += step {
			p, in := readText(t, []byte(test.text[cut:]))
			var read []string
			for _, raw := range p.records {
				read = append(read, raw)
			}
			all, whole := strings.Join(read, " "), 0
			for id, at := range starts {
				if at >= cut {
					whole++
					if !strings.Contains(all, id) {
						t.Fatalf("%s: cut to %q..., %q is lost: %q", test.reason, test.text[cut:min(cut+40, len(test.text))], id, in.notes)
					}
				}
			}
			if len(read) > whole+1 { // what stands in another may still be whole
				t.Errorf("%s: cut to %q..., %d records of %d", test.reason, test.text[cut:min(cut+40, len(test.text))], len(read), whole)
			}
			if strings.HasPrefix(strings.TrimLeft(test.text[cut:], "\n["), "{"+test.opener) {
				continue // nothing tells that there was more
			}
			if whole > 0 && cut > first && len(in.losses) == 0 && in.rejected == 0 {
				t.Errorf("%s: cut to %q..., nothing is said", test.reason, test.text[cut:min(cut+40, len(test.text))])
			}
		}
	}
}

// TestReadNearMisses: a record in a text of something else is none of a log.
func TestReadNearMisses(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"an example:\n" + signIn("a") + "\n", "a description"},
		{"It's called \"sign-in\":\n```json\n" + signIn("a") + "\n```\n", "one with quotes"},
		{"when;who;what\n2026-10-01;adele;" + signIn("a") + "\n", "a table of something else"},
		{"2026-10-01 adele wrote: " + signIn("a") + "\n", "a note with a date, which no program's log begins with"},
		{"\x01SQLite\x00\n" + signIn("a"), "a database"},
		{"\"a\":1,\"list\":" + signIn("a") + "}", "the record is a value of what was cut off"},
		{"\"a\":1},{\"b\":2},{\"c\":3}]", "the end of JSON of something else"},
	} {
		if p, in := readText(t, []byte(test.text)); in.format != nil || len(p.records) > 0 || !strings.Contains(strings.Join(in.notes, ""), "not recognised") {
			t.Errorf("%s: %q was read: %q", test.reason, test.text, in.notes)
		}
	}
}

// TestManyLoneQuotes: a row is looked through once, however many quotes it has that
// close nothing. The time for twice the size was four times as long: a minute here.
func TestManyLoneQuotes(t *testing.T) {
	const header = "CreationDate,UserIds,Operations,AuditData\n"
	start := time.Now()
	c := load(t, write(t, "x.csv", header+`"`+strings.Repeat(`,"x`, 1<<18)))
	c.want("select records, rejected from files", "1|1")
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("1 MiB of quotes took %v", took)
	}
}
