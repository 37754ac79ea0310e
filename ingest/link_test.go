package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// TestLoadLinksSessions looks for a known session's id where no field of the
// audit log has it, and for what resembles that.
func TestLoadLinksSessions(t *testing.T) {
	t.Parallel()
	const (
		known   = "aaaaaaaa-1111-4000-8000-00000000000a"
		second  = "bbbbbbbb-1111-4000-8000-00000000000b"
		theirs  = "cccccccc-1111-4000-8000-00000000000c"
		logged  = "dddddddd-1111-4000-8000-00000000000d"
		unknown = "eeeeeeee-1111-4000-8000-00000000000e"
	)
	by := func(user, text string) string { return strings.Replace(text, "Adele@contoso.com", user, 1) }
	tests := []struct{ text, session, source, reason string }{
		{audit("r", "A", `"ExtendedProperties":[{"Name":"x","Value":"session=`+known+`;v=1"}]`), known, "free text", "in the middle of a text"},
		{audit("r", "A", `"Unheard":{"Of":"`+strings.ToUpper(known)+`"}`), known, "free text", "ids are the same in either case"},
		{audit("r", "A", `"Parameters":"{\"sid\":\"`+known+`\"}"`), known, "free text", "in JSON inside a text"},
		{audit("r", "A", `"AppAccessContext":{"AADSessionId":"`+strings.ToUpper(second)+`"},"Other":"`+known+`"`), second, "AppAccessContext.AADSessionId", "a field of its own goes before, as issued in lower case"},
		{audit("r", "A", `"AppAccessContext":{"AADSessionId":"`+logged+`"}`), logged, "AppAccessContext.AADSessionId", "no sign-in has this one"},
		{audit("r", "A", `"Other":"`+logged+`"`), logged, "free text", "known from another audit event"},
		{audit("r", "A", `"Other":"`+unknown+`"`), "<nil>", "<nil>", "an id that is nobody's session"},
		{audit("r", "A", `"CorrelationId":"`+known+`"`), "<nil>", "<nil>", "it is said to be something else's"},
		{audit("r", "A", `"CorrelationId":"`+known+`","Other":"`+known+`"`), known, "free text", "something else's and a session's"},
		{audit("r", "A", `"Other":"`+known+" "+second+`"`), "<nil>", "<nil>", "two sessions of the user"},
		{audit("r", "A", `"Other":"`+known+" "+theirs+`"`), known, "free text", "two sessions, of which one is the user's"},
		{audit("r", "A", `"Other":"`+theirs+`"`), "<nil>", "<nil>", "the session of somebody else, of which an administrator may speak"},
		{by("u2", audit("r", "A", `"Other":"`+theirs+`"`)), theirs, "free text", "the user by object id"},
		{by("Bob_fabrikam.com#EXT#@contoso.onmicrosoft.com", audit("r", "A", `"Other":"`+theirs+`"`)), theirs, "free text", "a guest by the name in this tenant"},
		{by(`NT AUTHORITY\\SYSTEM`, audit("r", "A", `"Other":"`+known+`"`)), "<nil>", "<nil>", "a service"},
		{by("", audit("r", "A", `"Other":"`+known+`"`)), known, "free text", "nobody is named"},
		{audit("r", "A", `"Other":"x`+known[1:]+`"`), "<nil>", "<nil>", "not a whole id"},
	}
	var texts []string
	var want []string
	for i, test := range tests {
		id := fmt.Sprintf("11110000-0000-4000-8000-%012d", i)
		texts = append(texts, strings.Replace(test.text, `"r"`, `"`+id+`"`, 1))
		want = append(want, fmt.Sprintf("%d|%s|%s", i+1, test.session, test.source))
	}
	guest := strings.NewReplacer("Adele@contoso.com", "bob@fabrikam.com", `"u1"`, `"u2"`).Replace(signIn("3", `"sessionId":"`+theirs+`"`))
	signIns := write(t, "s.json", "["+signIn("1", `"sessionId":"`+strings.ToUpper(known)+`"`)+","+signIn("2", `"sessionId":"`+second+`"`)+","+guest+"]")
	log := write(t, "audit.csv", auditCSV(texts...))
	const query = "select record, session_id, session_id_source from audit_events order by record"

	c := load(t, log, signIns)
	c.want("select session_id from sign_ins order by id", known, second, theirs)
	if got := c.ask(query); len(got) != len(want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	} else {
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: got %s, want %s", tests[i].reason, got[i], want[i])
			}
		}
	}

	later := load(t, log)
	later.add(signIns)
	later.want(query, want...)
}

// BenchmarkLink looks for 50,000 sessions of 250,000 sign-ins in a million
// audit events of 1.2 kB with nine ids each. Half of the events have a session
// id, a third is by services, and of the rest one in ten mentions a session.
//
//	go test ./ingest -run - -bench Link -benchtime 1x
func BenchmarkLink(b *testing.B) {
	ctx := context.Background()
	o := engine.Options{Temp: b.TempDir(), Threads: 2}
	e, err := engine.New(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(ctx, filepath.Join(b.TempDir(), "case.duckdb")); err != nil {
		b.Fatal(err)
	}
	if err := CreateTables(ctx, e); err != nil {
		b.Fatal(err)
	}
	for _, statement := range []string{
		`create macro guid(seed) as md5(seed)::uuid::varchar`,
		`insert into sign_ins by name
			select
				i as record, guid('r' || i) as id, 'user' || i % 2000 || '@contoso.com' as user_principal_name,
				guid('s' || i % 50000) as session_id
			from range(250000) as numbers (i)`,
		`insert into audit_events by name
			select
				i as record, 'user' || i % 2000 || '@contoso.com' as user_id, i % 6 in (3, 4) as is_system,
				case when i % 6 < 3 then guid('s' || i % 50000) end as session_id,
				array_to_string(list_transform(range(9), f -> '"Field":"' || guid(f || 'f' || i) || '","Text":"' || repeat('Mozilla/5.0 (x-y) ', 4)), '",')
					|| case when i % 60 = 5 then ' sid=' || guid('s' || i % 50000) else '' end || '"' as raw
			from range(1000000) as numbers (i)`,
	} {
		if err := e.Exec(ctx, statement); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := link(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
	n, err := number(ctx, e, "select count(*) from audit_events where session_id_source = 'free text'")
	if err != nil || n == 0 {
		b.Fatal(n, err)
	}
	b.ReportMetric(float64(n), "found")
}
