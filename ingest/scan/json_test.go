package scan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

// scannedJSON lists what a scanner finds: the text of each record, or "!reason".
func scannedJSON(text string) (found []string, s *JSON) {
	s = NewJSON(NewWindow(iotest.OneByteReader(strings.NewReader(text)), nil), hasA)
	for {
		r, ok := s.Next()
		if !ok {
			return found, s
		}
		if r.Reason != "" {
			found = append(found, fmt.Sprintf("!%d:%s", r.Line, r.Reason))
			continue
		}
		found = append(found, fmt.Sprintf("%d:%s", r.Line, r.Text))
	}
}

// hasA stands for what tells a record from the objects in it.
func hasA(t *JSONText) bool { return t.Member("a") != nil }

func TestJSONScanner(t *testing.T) {
	tests := []struct {
		text   string
		want   []string // "line:text", or "!line:part of the reason"
		reason string
	}{
		{`[{"a":1},{"a":2}]`, []string{`1:{"a":1}`, `1:{"a":2}`}, "an array on one line"},
		{"[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n", []string{"2:{\n    \"a\": 1\n  }", "5:{\n    \"a\": 2\n  }"}, "a pretty array"},
		{"{\"a\":1}\n\n{\"a\":2}\r\n", []string{`1:{"a":1}`, `3:{"a":2}`}, "JSON lines with a blank one"},
		{`{"a":1}`, []string{`1:{"a":1}`}, "ConvertTo-Json of one record: a bare object"},
		{`{"a":1}{"a":2}`, []string{`1:{"a":1}`, `1:{"a":2}`}, "objects with nothing between them"},
		{`[{"a":1}][{"a":2}]`, []string{`1:{"a":1}`, `1:{"a":2}`}, "arrays appended to one another"},
		{`{"@odata.context":"x","value":[{"a":1},{"a":2}],"@odata.nextLink":"y"}`, []string{`1:{"a":1}`, `1:{"a":2}`}, "a Graph page"},
		{"{\"value\":[{\"a\":1}]}\n{\"value\":[{\"a\":2}]}", []string{`1:{"a":1}`, `2:{"a":2}`}, "two pages"},
		{`{"records":[{"a":1}]}`, []string{`1:{"a":1}`}, "Event Hub"},
		{`{"id":"x","value":[{"a":1}]}`, []string{`1:{"id":"x","value":[{"a":1}]}`}, "a record that has a list called value is no page"},
		{`["{\"a\":1}","{\"a\":2}"]`, []string{`1:{"a":1}`, `1:{"a":2}`}, "records as texts"},
		{`[[{"a":1}],[{"a":2}]]`, []string{`1:{"a":1}`, `1:{"a":2}`}, "arrays in an array"},
		{`[]`, nil, "an export without records"},
		{"{\"a\":1}\n{\"a\":2,,}\n{\"a\":3}\n", []string{`1:{"a":1}`, `!2:quoted name`, `3:{"a":3}`}, "a broken line costs itself only"},
		{"{\"a\":1\n{\"a\":2}\n{\"a\":3}\n", []string{`!1:comma`, `2:{"a":2}`, `3:{"a":3}`}, "a line without its end costs itself only"},
		{`[{"a":1},{"a":2`, []string{`1:{"a":1}`, `!1:does not end`}, "a download that was cut off"},
		{`[{"a":1},{"a":"x"y},{"a":3}]`, []string{`1:{"a":1}`, `!1:comma or }`, `1:{"a":3}`}, "a broken element of an array on one line"},
		{"[\n{\"a\":1},\n{\"a\":{\"b\":2},\n{\"a\":3}\n]", []string{`2:{"a":1}`, `!3:quoted name`, `4:{"a":3}`}, "a lost brace does not swallow the next record"},
		{"[\n{\"a\":1},\n{\"a\":\"x},\n{\"a\":3}\n]", []string{`2:{"a":1}`, `!3:`, `4:{"a":3}`}, "nor does a lost quote"},
		{`[{"a":x},{"a":2}]`, []string{`!1:where a JSON value`, `1:{"a":2}`}, "the first record is the broken one: nothing tells yet how others start"},
		{`[{"a":1},{"a":x},{"b":2,"a":3}]`, []string{`1:{"a":1}`, `!1:where a JSON value`, `1:{"b":2,"a":3}`}, "the record behind it starts with another name"},
		{`[{"a":1},{"a":x,"l":[{"b":1},{"b":2}]},{"a":3}]`, []string{`1:{"a":1}`, `!1:where a JSON value`, `1:{"a":3}`}, "objects inside a broken record are none"},
		{`[{"b":1,"a":1},{"b":x,"l":[{"b":1},{"b":2}]},{"b":3,"a":3}]`, []string{`1:{"b":1,"a":1}`, `!1:where a JSON value`, `1:{"b":3,"a":3}`}, "not even if they start as records do"},
		{`[{"b":1,"a":1},{"a":x},{"b":y},{"a":3}]`, []string{`1:{"b":1,"a":1}`, `!1:where a JSON value`, `!1:where a JSON value`, `1:{"a":3}`}, "two broken ones"},
		{`[{"b":1,"a":1},{"b":2,"l":[{"b":1},{"b":2`, []string{`1:{"b":1,"a":1}`, `!1:does not end`}, "cut off in one that does"},
		{`{"a":"x"{"a":2}`, []string{`!1:comma`, `1:{"a":2}`}, "nor between a text and the next"},
		{`{"b":1,"a":1{"a":2}`, []string{`!1:comma`, `1:{"a":2}`}, "nothing between it and the next"},
		{`["{\"a\":x}","{\"a\":2}"]`, []string{`!1:a record in a text: `, `1:{"a":2}`}, "a broken record in a text"},
		{`["{\"a\":1,"{\"a\":2}","{\"a\":3}"]`, []string{`!1:`, `1:{"a":2}`, `1:{"a":3}`}, "a text without its quote"},
		{`{"value":[{"a":1}],"@odata.nextLink":"x?{y}]"}{"a":2}`, []string{`1:{"a":1}`, `1:{"a":2}`}, "brackets in what follows a page's list"},
		{`{"value":[{"a":1}],"count":{"a":1}}{"a":2}`, []string{`1:{"a":1}`, `1:{"a":2}`}, "an object there"},
		{`{"value":[{"a":1}],"@odata.nextLi`, []string{`1:{"a":1}`}, "cut off there"},
		{`{"value":[[{"a":1}],[{"a":2}]]}{"a":3}`, []string{`1:{"a":1}`, `1:{"a":2}`, `1:{"a":3}`}, "a page of lists"},
		{`[{"value":[{"a":1}]},{"value":[{"a":2}]}]`, []string{`1:{"a":1}`, `1:{"a":2}`}, "a list of pages"},
		{"{\"a\":1}\nnoise\n{\"a\":2}\n", []string{`1:{"a":1}`, `!2:where a record`, `3:{"a":2}`}, "a line of something else"},
	}
	for _, tt := range tests {
		got, _ := scannedJSON(tt.text)
		ok := len(got) == len(tt.want)
		for i := 0; ok && i < len(got); i++ {
			if place, part, bad := strings.Cut(tt.want[i], ":"); bad && strings.HasPrefix(place, "!") {
				ok = strings.HasPrefix(got[i], place+":") && strings.Contains(got[i], part)
			} else {
				ok = got[i] == tt.want[i]
			}
		}
		if !ok {
			t.Errorf("%s: %q\n got %q\nwant %q", tt.reason, tt.text, got, tt.want)
		}
	}
}

func TestJSONScannerSaysWhatIsAround(t *testing.T) {
	if _, s := scannedJSON(`{"value":[{"a":1}],"@odata.nextLink":"y"}`); !s.NextLink {
		t.Error("a page that names the next one was not noticed")
	}
	if _, s := scannedJSON(`[{"a":1},`); !s.Truncated {
		t.Error("an array without its end was not noticed")
	}
	if _, s := scannedJSON(`{"value":[{"a":1}],"@odata.nextLink":"y`); !s.Truncated || !s.NextLink {
		t.Error("a page without its end was not noticed")
	}
	if _, s := scannedJSON("{\"a\":1}]\n\x00\x00{\"a\":1}\x1a"); s.Loose != 4 {
		t.Errorf("of 4 bytes that are no JSON %d were noticed", s.Loose)
	}
	if _, s := scannedJSON(`[{"a":1}]`); s.Truncated || s.NextLink || s.Loose > 0 {
		t.Error("a whole array was found fault with")
	}
}

// What TestCSVScannerIsLinear wants of CSV. A record that nothing closes is
// followed into maxDepth lines at most.
func TestJSONScannerIsLinear(t *testing.T) {
	for _, line := range []string{"{\"a\":[\n", "{\"a\":\"\n", "{\"a\":{\"b\":1}\n", "x\n", "\"\n", "[{\n", "{\"value\":[\n", "{\"@odata.context\":1,\n", "{\"responses\":[{\"id\":\n", "]\n"} {
		s := NewJSON(NewWindow(strings.NewReader(strings.Repeat(line, 1<<17)), nil), hasA)
		for _, ok := s.Next(); ok; _, ok = s.Next() {
		}
	}
	one := "{\"a\":\"" + strings.Repeat("b", 16<<20) + "\"}"
	s := NewJSON(NewWindow(small{strings.NewReader(one)}, nil), hasA)
	if r, ok := s.Next(); !ok || r.Reason != "" || len(r.Text) != len(one) {
		t.Errorf("a record of 16 MiB: %d bytes, %q", len(r.Text), r.Reason)
	}
}

// FuzzJSONScanner: whatever the bytes, the scanner ends, numbers its records
// without a gap, and calls nothing a record that is not one JSON value.
func FuzzJSONScanner(f *testing.F) {
	for _, s := range []string{
		`[{"a":1},{"a":2}]`, "{\"a\":1}\n{\"a\":", `{"value":[{"a":1}]}`, `["{\"a\":1}"]`, `[{"a":1}][{"a":2}]`,
		`{"@odata.context":"x","value":[`, "{\"a\":\"\xff\"}", `]]][[[`, `{"a":1},,,{"a":2}`, `{"value":`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := NewJSON(NewWindow(iotest.HalfReader(strings.NewReader(string(text))), nil), hasA)
		for n := int64(1); ; n++ {
			r, ok := s.Next()
			if !ok {
				break
			}
			if r.Number != n {
				t.Fatalf("%q: record %d is numbered %d", text, n, r.Number)
			}
			if r.Line < 1 || n > int64(len(text)) {
				t.Fatalf("%q: record %d at line %d", text, n, r.Line)
			}
			if r.Reason == "" && !json.Valid(Mend(nil, r.Text)) {
				t.Fatalf("%q: record %d is %q", text, n, r.Text)
			}
		}
		if left := s.w.Rest(); len(left) > 0 {
			t.Fatalf("%q: %q was not looked at", text, left)
		}
	})
}
