package scan

import (
	"encoding/json"
	"testing"
)

func TestCloseCut(t *testing.T) {
	tests := []struct{ text, want, reason string }{
		{`{"a":1,"b":"x`, `{"a":1,"entrail_cut_off_after":13}`, "cut in a string"},
		{`{"a":1,"b":12`, `{"a":1,"entrail_cut_off_after":13}`, "a number at the end may have lost digits"},
		{`{"a":1,"b"`, `{"a":1,"entrail_cut_off_after":10}`, "cut behind a name"},
		{`{"a":1,`, `{"a":1,"entrail_cut_off_after":7}`, "cut behind a comma"},
		{`{"a":1`, `{"entrail_cut_off_after":6}`, "nothing is certain"},
		{`{"a":{"b":[1,2,{"c":"x"},{"d":"y`, `{"a":{"b":[1,2,{"c":"x"},{}]},"entrail_cut_off_after":32}`, "cut deep inside"},
		{`{"a":[`, `{"a":[],"entrail_cut_off_after":6}`, "cut behind a bracket"},
		{`{"a":[],"b":tru`, `{"a":[],"entrail_cut_off_after":15}`, "cut in a word"},
		{`{"ä":"ö","b":"`, `{"ä":"ö","entrail_cut_off_after":14}`, "characters are counted, not bytes"},
		{`{"a":1}`, "", "it is whole"},
		{`[1,2`, "", "no object"},
		{``, "", "nothing"},
	}
	for _, tt := range tests {
		got, ok := CloseCut([]byte(tt.text))
		if string(got) != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q: got %q %v, want %q", tt.reason, tt.text, got, ok, tt.want)
		}
	}
}

// FuzzCloseCut: wherever an object is cut, what is made of it is JSON.
func FuzzCloseCut(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,2,{"c":"x"},{"d":"y"}]},"e":null}`), 20)
	f.Add([]byte(`{"a":"\ud83d\ude00","b":-1.5e3}`), 9)
	f.Add([]byte(`{"a"}`), 4)
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		if at < 0 || at > len(text) {
			return
		}
		closed, ok := CloseCut(text[:at])
		if ok && !json.Valid(Mend(nil, closed)) {
			t.Fatalf("%q became %q", text[:at], closed)
		}
		if !ok && at > 0 && json.Valid(text) && text[0] == '{' && at < len(text) && !json.Valid(text[:at]) {
			t.Fatalf("%q was given up", text[:at])
		}
	})
}
