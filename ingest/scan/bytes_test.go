package scan

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// Eight bytes at once find what one byte after the other finds, wherever it stands.
func TestEightBytesAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "a\"\\\n\x00\x1f\x20\x21\x23\x5b\x5d\x7f\x80\xa2\xdc\xff"
	for range 100_000 {
		text := make([]byte, random.IntN(40))
		for i := range text {
			text[i] = 'x'
			if random.IntN(4) == 0 {
				text[i] = letters[random.IntN(len(letters))]
			}
		}
		if got, want := indexQuote(text), bytes.IndexByte(text, '"'); got != want {
			t.Fatalf("%q: a quote at %d, want %d", text, got, want)
		}
		plain := bytes.IndexFunc(text, func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' })
		if plain < 0 {
			plain = len(text)
		}
		if got := skipPlain(text, 0); got != plain {
			t.Fatalf("%q: a look is needed at %d, want %d", text, got, plain)
		}
		if got, want := appendUndoubled([]byte("before"), text), "before"+strings.ReplaceAll(string(text), `""`, `"`); string(got) != want {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	}
}

// What the walk says of signs of depth is what a search through the text finds.
func TestMayBeDeep(t *testing.T) {
	for _, test := range []struct {
		text, reason string
		want         bool
	}{
		{`{"a": "@{b=1}"}`, "PowerShell's hashtable", true},
		{`{"a": ["System.Object[]"]}`, "in a list", true},
		{`{"a": "{\"b\":\"Microsoft.X\"}"}`, "in JSON in a text", true},
		{`{"map[x]": 1}`, "a name", true},
		{`{"a": "a System.Object"}`, "not at the start", false},
		{`{"a": "Systems", "b": "[objects]", "c": "Microsoft"}`, "other words", false},
		{`{"a": "\\System.Object"}`, "behind a backslash", false},
		{`{"a": "", "b": ["", {}]}`, "nothing", false},
	} {
		var walked JSONText
		if err := walked.Walk([]byte(test.text)); err != nil {
			t.Fatal(test.reason, err)
		}
		if walked.MayBeDeep() != test.want || HasSignOfDepth([]byte(test.text)) != test.want {
			t.Errorf("%s: %s: the walk says %v, the search %v, want %v", test.reason, test.text, walked.MayBeDeep(), HasSignOfDepth([]byte(test.text)), test.want)
		}
	}
}
