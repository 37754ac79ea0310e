package ingest

import (
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// TestLoadTrims loads values with blanks around them, from each way a record
// takes: the columns don't have the blanks, raw does.
func TestLoadTrims(t *testing.T) {
	t.Parallel()
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
