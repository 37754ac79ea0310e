package scan

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

func TestJSONText(t *testing.T) {
	tests := []struct {
		text   string
		flaws  Flaw
		err    string // part of the error; empty = accepted
		mended string // empty = as it is
		reason string
	}{
		{`{"a":1}`, 0, "", "", "plain"},
		{` {"a" : [1, -2.5e3, true, false, null, "x"] } `, 0, "", "", "every kind of value, white space around"},
		{`{"a":1,"a":2}`, 0, "", "", "a duplicate key is legal JSON; Microsoft's own example of a sign-in has one"},
		{`{"a":"\ud83d\ude00"}`, 0, "", "", "a whole surrogate pair"},
		{`{"a":"\ud83d"}`, flawSurrogate, "", `{"a":"\ufffd"}`, "Go takes half a pair, DuckDB fails the whole statement"},
		{`{"a":"\ude00x"}`, flawSurrogate, "", `{"a":"\ufffdx"}`, "the low half alone"},
		{`{"a":"\ud83d\n"}`, flawSurrogate, "", `{"a":"\ufffd\n"}`, "half a pair, then another escape, at the end of the text"},
		{`{"a":"\ud83d\ud83d\ude00"}`, flawSurrogate, "", `{"a":"\ufffd\ud83d\ude00"}`, "half a pair before a whole one"},
		{`{"a":"\\ud83d"}`, 0, "", "", "an escaped backslash is no surrogate"},
		{"{\"a\":\"x\ty\"}", flawControl, "", `{"a":"x\u0009y"}`, "DuckDB takes a raw tab in some places, Go never"},
		{"{\"a\":\"x\x00y\"}", flawControl, "", `{"a":"x\u0000y"}`, "a NUL byte"},
		{"{\"a\":\"x\xffy\"}", flawUTF8, "", "{\"a\":\"x\ufffdy\"}", "a stray byte"},
		{`[1,]`, 0, "where a JSON value", "", "DuckDB takes a trailing comma, Go does not"},
		{`{"a":NaN}`, 0, "where a JSON value", "", "DuckDB takes NaN, Go does not"},
		{`{"a":01}`, 0, "not JSON", "", "leading zero"},
		{`{"a":1.}`, 0, "not JSON", "", "nothing behind the point"},
		{`{"a":1e999}`, 0, "", "", "DuckDB reads it as infinity and keeps the text"},
		{`{"a":"x`, 0, "ends in the middle", "", "cut off in a string"},
		{`{"a":tru`, 0, "ends in the middle", "", "cut off in a word"},
		{`{"a":"\x"}`, 0, "unknown escape", "", "no such escape"},
		{`{"a":"\u12g4"}`, 0, "four hexadecimal", "", "no hexadecimal digit"},
		{`{"a" 1}`, 0, "colon", "", "no colon"},
		{`{a:1}`, 0, "quoted name", "", "JavaScript's short form"},
		{`{"a":1}x`, 0, "after the end", "", "something behind the value"},
		{strings.Repeat("[", 300) + strings.Repeat("]", 300), 0, "nested deeper", "", "hostile nesting"},
		{``, 0, "ends in the middle", "", "nothing"},
	}
	for _, tt := range tests {
		var j JSONText
		err := j.Walk([]byte(tt.text))
		switch {
		case err == nil && tt.err != "":
			t.Errorf("%s: %q was accepted", tt.reason, tt.text)
			continue
		case err != nil && (tt.err == "" || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%s: %q: %v, want an error with %q", tt.reason, tt.text, err, tt.err)
			continue
		case err != nil:
			continue
		}
		if j.Flaws != tt.flaws {
			t.Errorf("%s: %q: flaws %b, want %b", tt.reason, tt.text, j.Flaws, tt.flaws)
		}
		want := tt.mended
		if want == "" {
			want = tt.text
		}
		if got := string(Mend(nil, []byte(tt.text))); got != want {
			t.Errorf("%s: mended to %q, want %q", tt.reason, got, want)
		}
	}
}

// FuzzJSONText holds what the walker calls clean to what Go's and DuckDB's own
// parsers take, and what it mends to the same.
func FuzzJSONText(f *testing.F) {
	for _, s := range []string{
		`{"a":1}`, `{"a":"\ud83d"}`, `[1,]`, "{\"a\":\"x\ty\"}", `{"a":1e999}`, `{"a":-0}`, `"\u0000"`, `{"":""}`,
		"\xff", `{"a":"\ud83d\ude00"}`, `[[[[1]]]]`, `{"a":{"b":[null,true]}}`, ` 1 `, `{"a":123456789012345678901234567890}`,
	} {
		f.Add([]byte(s))
	}
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: f.TempDir(), Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, text []byte) {
		var j JSONText
		err := j.Walk(text)
		if err != nil {
			if j.Walk(Mend(nil, text)) == nil && json.Valid(text) {
				t.Errorf("%q: Go takes it, the walker does not: %v", text, err)
			}
			return
		}
		clean := text
		if j.Flaws != 0 {
			clean = Mend(nil, text)
			if err := j.Walk(clean); err != nil || j.Flaws != 0 {
				t.Fatalf("%q: mended to %q, which is not clean: %v %b", text, clean, err, j.Flaws)
			}
		}
		if !json.Valid(clean) {
			t.Fatalf("%q is called clean, Go refuses it", clean)
		}
		rows, queryErr := e.Query(ctx, "select json_valid($1), json_type($1), json_extract_string($1, ['$.a', '$.a.b', '$'])", string(clean))
		if queryErr != nil {
			t.Fatalf("%q is called clean, DuckDB fails on it: %v", clean, queryErr)
		}
		defer rows.Close()
		for rows.Next() {
			v, err := rows.Values()
			if err != nil || v[0] != true {
				t.Fatalf("%q is called clean, DuckDB says %v, %v", clean, v, err)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatalf("%q is called clean, DuckDB fails on it: %v", clean, err)
		}
	})
}
