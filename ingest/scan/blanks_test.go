package scan

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestTrimValues(t *testing.T) {
	for _, test := range []struct{ text, want, reason string }{
		{`{"a":" x "}`, `{"a":"x"}`, "spaces"},
		{`{" a " : " x "}`, `{" a " : "x"}`, "a name is another one without its blanks"},
		{`{"a":["x "," y",{"b":" "}]}`, `{"a":["x","y",{"b":""}]}`, "lists, objects, nothing but a blank"},
		{`{"a":"\u0020x\u00a0"}`, `{"a":"x"}`, "escaped blanks"},
		{`{"a":"\u00A0\u3000"}`, `{"a":""}`, "nothing but escaped blanks"},
		{`{"a":"x\\u0020"}`, `{"a":"x\\u0020"}`, "a backslash and what follows it"},
		{`{"a":"x\\\u0020"}`, `{"a":"x\\"}`, "a backslash and a blank"},
		{"{\"a\":\"\u00a0\u2003x\u3000\"}", `{"a":"x"}`, "blanks that are no ASCII"},
		{`{"a":"\tx\n "}`, `{"a":"\tx\n"}`, "tabs and line ends are no blanks, as in DuckDB's trim"},
		{`{"a":"é x à"}`, `{"a":"é x à"}`, "blanks inside, letters that are no ASCII"},
	} {
		var j JSONText
		if err := j.Walk([]byte(test.text)); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		got := test.text
		if body := j.Unpadded([]byte(test.text), nil); body != nil {
			got = string(body)
		}
		if got != test.want {
			t.Errorf("%s: %s became %s, want %s", test.reason, test.text, got, test.want)
		}
	}
}

// FuzzTrimValues compares with values that are trimmed when they are decoded.
func FuzzTrimValues(f *testing.F) {
	for _, text := range []string{`{"a":" x "}`, `["\u0020\\ ","\ud83d\ude00 ",1]`, `{" ":{" ":"\\\\u0020"}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var j JSONText
		if j.Walk(text) != nil || j.Flaws != 0 {
			return
		}
		body := j.Unpadded(text, nil)
		if body == nil {
			body = text
		}
		var before, after any
		if err := json.Unmarshal(text, &before); err != nil {
			t.Skip(err) // a number beyond float64
		}
		if err := json.Unmarshal(body, &after); err != nil {
			t.Fatalf("%q became %q: %v", text, body, err)
		}
		if want := trimmed(before); !reflect.DeepEqual(after, want) {
			t.Fatalf("%q became %q: %#v, want %#v", text, body, after, want)
		}
	})
}

func trimmed(v any) any {
	switch v := v.(type) {
	case string:
		return strings.TrimFunc(v, isBlank)
	case []any:
		for i := range v {
			v[i] = trimmed(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = trimmed(v[name])
		}
	}
	return v
}
