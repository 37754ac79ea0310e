package ingest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// passed is a sink that checks what it is given.
type passed struct {
	t       *testing.T
	input   []byte
	numbers map[int64]bool
}

func (p *passed) Add(_ int32, record int64, _ string, raw, body []byte) error {
	if p.numbers[record] {
		p.t.Errorf("%q: record %d comes twice", p.input, record)
	}
	p.numbers[record] = true
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
		"CreatedDateTime,UserPrincipalName,AppDisplayName\n13/12/2025,a,\xff\n2025,b\n,,,\n", "\xff\xfe\x00\x00", "PK\x03\x04", "\xd0\xcf\x11\xe0", "\x00", "#TYPE x\n",
	} {
		f.Add([]byte(text))
	}
	file := filepath.Join(f.TempDir(), "x")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		rejects, err := newRejectList(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer rejects.close()
		p := &passed{t, text, map[int64]bool{}}
		in := &inputFile{id: 1, source: source{path: "x", file: file}}
		r := &reader{ctx: t.Context(), file: in, rejects: rejects, temp: t.TempDir(), sink: func(*format) (sink, error) { return p, nil }}
		decoded, _ := decode(iotest.HalfReader(bytes.NewReader(text)))
		if err := r.read(newWindow(decoded, nil)); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if in.format == nil && in.records > 0 || in.format != nil && in.records != int64(len(p.numbers))+in.rejected {
			t.Errorf("%q: %d records, %d passed on, %d rejected", text, in.records, len(p.numbers), in.rejected)
		}
		if len(in.notes) == 0 && in.records == 0 && in.format == nil {
			t.Errorf("%q: nothing was read, and nothing says why", text)
		}
	})
}
