package ingest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"entrail/ingest/engine"
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
		var j jsonText
		if err := j.walk([]byte(test.text)); err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		got := test.text
		if body := j.unpadded([]byte(test.text), nil); body != nil {
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
		var j jsonText
		if j.walk(text) != nil || j.flaws != 0 {
			return
		}
		body := j.unpadded(text, nil)
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

// TestLoadTrims loads values with blanks around them, from each way a record
// takes: the columns don't have the blanks, raw does.
func TestLoadTrims(t *testing.T) {
	padded := strings.Replace(audit("1", "Send", `"Workload":" Exchange\u00a0"`), `"UserId":"`, `"UserId":" `, 1)
	for _, test := range []struct{ name, text, reason string }{
		{"a.json", padded, "AuditData by itself"},
		{"a.csv", auditCSV(padded), "AuditData in a CSV"},
		{"w.json", marshal(object{"AuditData": padded, "Operations": "Send"}), "AuditData as text under a name"},
		{"d.json", strings.Replace(padded, "2026-10-01T08:00:00", "13.10.2026 08:00:00", 1), "a date that is rewritten"},
	} {
		c := load(t, write(t, test.name, test.text))
		t.Log(test.reason)
		c.want(`select user_id, workload, raw like '%"UserId":" %', raw like '%Exchange\u00a0"%' from audit_events`, "adele@contoso.com|Exchange|true|true")
	}
	c := load(t, write(t, "s.csv", "Date (UTC),Request ID,Username,Application,Status,IP address\n"+
		"2026-10-01T08:00:00Z, r1 ,Adele@contoso.com\u00a0, Outlook,Success ,192.0.2.1\n"))
	c.want("select id, user_principal_name, app_display_name, status, raw like '%\" r1 \"%' from sign_ins", "r1|adele@contoso.com|Outlook|success|true")
}

func TestJoined(t *testing.T) {
	c := load(t, write(t, "a.json", audit("1", "Send")))
	for _, test := range []struct{ text, want, reason string }{
		{`["Mfa"]`, "Mfa", "a list of one"},
		{`["Mfa","Block"]`, "Mfa, Block", "of several"},
		{`[ "Mfa" ]`, "Mfa", "with white space"},
		{`["a\\"]`, `a\`, "an escape"},
		{`["日本"]`, "日本", "letters that are no ASCII"},
		{`[]`, "<nil>", "an empty list"},
		{`[""]`, "<nil>", "nothing in it"},
		{`[null]`, "<nil>", "no text in it"},
		{`["a" "b"]`, `["a" "b"]`, "no JSON"},
		{`a [b]`, "a [b]", "no list"},
		{`Mfa`, "Mfa", "text"},
	} {
		t.Log(test.reason)
		c.want("select joined("+engine.Literal(test.text)+")", test.want)
	}
}
