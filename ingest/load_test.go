package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

// loaded is a case that a test has filled.
type loaded struct {
	t       *testing.T
	path    string
	summary Summary
	warned  []string
	reader  *engine.Engine // that ask uses, until more is added
}

// load fills a case from the paths.
func load(t *testing.T, paths ...string) *loaded {
	t.Helper()
	return loadWith(t, Options{}, paths...)
}

// loadWith does so with options. The case begins as a copy of an empty one, for
// to make one is half the work; TestLoadSampleTenant does.
func loadWith(t *testing.T, o Options, paths ...string) *loaded {
	t.Helper()
	empty, err := emptyCase()
	if err != nil {
		t.Fatal(err)
	}
	c := &loaded{t: t, path: filepath.Join(t.TempDir(), "case.duckdb")}
	if err := os.WriteFile(c.path, empty, 0o666); err != nil {
		t.Fatal(err)
	}
	c.addWith(o, paths...)
	return c
}

// What takes more than some seconds of a core is a step of .ci/run, and is left out else.
var long = flag.Bool("long", false, "test also what takes long, as .ci/run does")

func takesLong(t *testing.T) {
	t.Helper()
	if !*long {
		t.Skip("it takes long: .ci/run tests it, with -long")
	}
}

// emptyCase is the file of a case into which nothing was loaded.
var emptyCase = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "entrail-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	ctx, path := context.Background(), filepath.Join(folder, "case.duckdb")
	e, err := engine.New(ctx, engine.Options{Temp: folder})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := createCase(ctx, e, path, Options{}); err != nil {
		return nil, err
	}
	if err := e.Detach(ctx); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func (c *loaded) add(paths ...string) {
	c.t.Helper()
	c.addWith(Options{}, paths...)
}

// severalCores are for tests with thousands of records. The few of the others
// are loaded on one: two would wait for each other all the time.
var severalCores = Options{Engine: engine.Options{Threads: 4}}

func (c *loaded) addWith(o Options, paths ...string) {
	c.t.Helper()
	c.endReading()
	o.Engine.Temp, o.Now = c.t.TempDir(), time.Unix(0, 0)
	if o.Engine.Threads == 0 {
		o.Engine.Threads = 1
	}
	o.Warn = func(s string) { c.warned = append(c.warned, s) }
	var err error
	if c.summary, err = Load(context.Background(), c.path, paths, o); err != nil {
		c.t.Fatal(err)
	}
}

// read opens the case for ask.
func (c *loaded) read() {
	c.t.Helper()
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Options{Temp: c.t.TempDir(), Threads: 1})
	if err != nil {
		c.t.Fatal(err)
	}
	c.reader = e
	c.t.Cleanup(c.endReading)
	if err := e.Attach(ctx, c.path); err != nil {
		c.t.Fatal(err)
	}
	if err := e.Exec(ctx, "use evidence"); err != nil {
		c.t.Fatal(err)
	}
}

func (c *loaded) endReading() {
	if c.reader != nil {
		c.reader.Close()
		c.reader = nil
	}
}

// ask returns the rows of a query, cells joined by |.
func (c *loaded) ask(query string) []string {
	c.t.Helper()
	ctx := context.Background()
	if c.reader == nil {
		c.read()
	}
	rows, err := c.reader.Query(ctx, query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			c.t.Fatal(err)
		}
		var cells []string
		for _, x := range v {
			switch x := x.(type) {
			case time.Time:
				cells = append(cells, x.Format("2006-01-02 15:04:05"))
			default:
				cells = append(cells, fmt.Sprint(x))
			}
		}
		all = append(all, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return all
}

func (c *loaded) want(query string, rows ...string) {
	c.t.Helper()
	got := c.ask(query)
	if slices.Equal(got, rows) {
		return
	}
	query = strings.Join(strings.Fields(query), " ")
	more := slices.DeleteFunc(slices.Clone(got), func(row string) bool { return slices.Contains(rows, row) })
	less := slices.DeleteFunc(slices.Clone(rows), func(row string) bool { return slices.Contains(got, row) })
	if len(rows) > 10 && len(more)+len(less) > 0 { // of long answers what differs
		c.t.Errorf("%s\n got, and not wanted: %q\nwanted, and not there: %q", query, more, less)
		return
	}
	c.t.Errorf("%s\n got %q\nwant %q", query, got, rows)
}

// write makes a file of the text in a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// audit is one AuditData text.
func audit(id, operation string, more ...string) string {
	return fmt.Sprintf(`{"CreationTime":"2026-10-01T08:00:00","Id":"%s","Operation":"%s","RecordType":1,"UserId":"Adele@contoso.com","Workload":"Exchange"%s}`,
		id, operation, strings.Join(append([]string{""}, more...), ","))
}

// auditCSV is an Export-Csv of AuditData texts.
func auditCSV(texts ...string) string {
	var b strings.Builder
	b.WriteString("\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\"\r\n")
	for i, text := range texts {
		fmt.Fprintf(&b, "\"ExchangeAdmin\",\"1/10/2026 8:00:00 AM\",\"x\",\"y\",\"%s\",\"%d\"\r\n", strings.ReplaceAll(text, `"`, `""`), i+1)
	}
	return b.String()
}

const accounts = "select format, records, loaded, duplicates, rejected from files order by file_id"

// another is the text of records of another user, which are other records: so
// that texts can be loaded together, each as if it were alone.
func another(i int, text string) string {
	return strings.NewReplacer("Adele@", fmt.Sprintf("Adele.%d@", i), `"userId":"u1"`, fmt.Sprintf(`"userId":"u1.%d"`, i)).Replace(text)
}

// signIn is a portal JSON sign-in.
func signIn(id string, more ...string) string {
	return fmt.Sprintf(`{"id":"%s","createdDateTime":"2026-10-01T08:00:00Z","userPrincipalName":"Adele@contoso.com","userId":"u1","appId":"a1","ipAddress":"192.0.2.1","status":{"errorCode":0}%s}`,
		id, strings.Join(append([]string{""}, more...), ","))
}

// The sample tenant's generator counts from its own model while it writes.
func TestLoadSampleTenant(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/contoso.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth tenant.Truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	c := &loaded{t: t, path: filepath.Join(t.TempDir(), "case.duckdb")}
	c.addWith(severalCores, "../testdata/contoso")
	if !c.summary.Complete() {
		t.Errorf("not everything was taken: %+v %q", c.summary, c.warned)
	}
	for _, f := range truth.Files {
		c.want("select records, duplicates, rejected from files where path = "+engine.Literal("../testdata/contoso/"+f.Path),
			fmt.Sprintf("%d|%d|0", f.Records, f.Repeats))
	}
	c.want("select count(*), count(distinct id) from sign_ins", fmt.Sprintf("%d|%[1]d", truth.SignIns.Total))
	c.want("select count(*), count(distinct id) from audit_events", fmt.Sprintf("%d|%[1]d", truth.Audit.Total))
	c.want("select count(*) from sign_in_steps where file_id is not null", fmt.Sprint(truth.SignIns.Steps))
	c.want("select count(*) from audit_events where sign_in_id in (select id from sign_ins)", fmt.Sprint(truth.DecodedTokens))
	c.want("select count(distinct session_id) from (select session_id from sign_ins union all select session_id from audit_events)", fmt.Sprint(truth.Session.Total))

	same(c, "select category, count(*) from sign_ins group by all", truth.SignIns.ByCategory)
	same(c, "select status, count(*) from sign_ins group by all", truth.SignIns.ByStatus)
	same(c, "select conditional_access_status, count(*) from sign_ins group by all", truth.SignIns.ByCA)
	same(c, "select error_code, count(*) from sign_ins where error_code <> 0 group by all", truth.SignIns.Failures)
	same(c, "select operation, count(*) from audit_events group by all", truth.Audit.ByOperation)
	same(c, "select record_type, count(*) from audit_events group by all", truth.Audit.ByRecordType)
	same(c, "select user_id, count(*) from audit_events group by all", truth.Audit.ByUser)
	for policy, results := range truth.SignIns.Policies {
		same(c, "select result, count(*) from sign_in_policies where policy_name = "+engine.Literal(policy)+" group by all", results)
	}
	for _, s := range truth.Session.List {
		c.want(`
			with used as (
				select event_time, ip_address, 1 as sign_in from sign_ins where session_id = '`+s.ID+`'
				union all
				select event_time, ip_address, 0 from audit_events where session_id = '`+s.ID+`'
			)
			select sum(sign_in)::bigint, count(*) - sum(sign_in)::bigint, min(event_time), max(event_time) from used`,
			fmt.Sprintf("%d|%d|%s|%s", s.SignIns, s.AuditEvents, s.First.Format(time.DateTime), s.Last.Format(time.DateTime)))
	}
}

// same compares a query's names and numbers with a map.
func same[K comparable](c *loaded, query string, want map[K]int) {
	c.t.Helper()
	got := map[string]int{}
	for _, row := range c.ask(query) {
		name, n, _ := strings.Cut(row, "|")
		got[name], _ = strconv.Atoi(n)
	}
	expected := map[string]int{}
	for k, n := range want {
		expected[fmt.Sprint(k)] = n
	}
	if fmt.Sprint(got) != fmt.Sprint(expected) {
		c.t.Errorf("%s\n got %v\nwant %v", query, got, expected)
	}
}

// The records of a big file go straight into the engine; the result must be
// the one that the batch gives.
func TestLoadFedIsTheSame(t *testing.T) {
	takesLong(t)
	sample := func(seed uint64) *tenant.Tenant { // each file has records of its own
		return tenant.New(tenant.Options{Seed: seed, SignIns: 300, AuditEvents: 400})
	}
	files := map[string]func(io.Writer) error{
		"audit.csv":   func(w io.Writer) error { return tenant.WriteCmdletCSV(w, 13, sample(3).AuditEvents()) },
		"audit.jsonl": func(w io.Writer) error { return tenant.WriteAuditDataLines(w, sample(4).AuditEvents()) },
		"pretty.json": func(w io.Writer) error {
			return tenant.WritePortalJSON(w, sample(5).SignIns(tenant.Interactive), tenant.Pretty)
		},
		"one line.json": func(w io.Writer) error {
			return tenant.WritePortalJSON(w, sample(6).SignIns(tenant.NonInteractive), tenant.OneLine)
		},
		"portal.csv": func(w io.Writer) error {
			return tenant.WritePortalCSV(w, 57, sample(7).SignIns(tenant.Interactive))
		},
		"diagnostics.jsonl": func(w io.Writer) error {
			return tenant.WriteDiagnosticLines(w, sample(8).SignIns(tenant.Interactive))
		},
		"days first.jsonl": func(w io.Writer) error {
			_, err := io.WriteString(w, strings.ReplaceAll(signIn("s1")+"\n"+signIn("s2")+"\n"+signIn("s3"), "2026-10-01T08:00:00Z", "13/02/2026 08:00:00")+strings.ReplaceAll(signIn("s4"), "2026-10-01T08:00:00Z", "03/02/2026 08:00:00"))
			return err
		},
		"two formats, damaged.jsonl": func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join([]string{signIn("s5"), audit("1", "Send"), "{", signIn("s6") + `"`, audit("2", "Send"), `{"a":1}`}, "\n"))
			return err
		},
	}
	folder := t.TempDir()
	for name, fill := range files {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(fill(f), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	copied := loadWith(t, severalCores, folder)
	defer func(before int64) { feedSize = before }(feedSize)
	feedSize = 0
	fed := loadWith(t, severalCores, folder)
	if fed.summary != copied.summary {
		t.Errorf("fed %+v, copied %+v", fed.summary, copied.summary)
	}
	copied.want("select count(*) from files where loaded > 0 and duplicates = 0", fmt.Sprint(len(files)))
	for table, file := range map[string]string{
		"files": "file_id", "rejects": "file_id", "sign_ins": "file_id", "audit_events": "file_id",
		"sign_in_policies": "parent_file_id", "sign_in_steps": "parent_file_id",
	} {
		query := "select " + file + ", md5(string_agg(row, chr(10) order by row)) from (select " + file + ", t::varchar as row from " + table + " as t) group by all order by all"
		if a, b := fed.ask(query), copied.ask(query); len(b) == 0 || !slices.Equal(a, b) {
			t.Errorf("%s by %s differs: %v and %v", table, file, a, b)
		}
	}
}

func TestLoadSameRecord(t *testing.T) {
	t.Parallel()
	same := audit("11111111-1111-1111-1111-111111111111", "Send")
	reordered := `{"Workload":"Exchange","UserId":"Adele@contoso.com","RecordType":"1","Operation":"Send","Id":"11111111-1111-1111-1111-111111111111","CreationTime":"2026-10-01T08:00:00"}`
	fuller := audit("11111111-1111-1111-1111-111111111111", "Send", `"Subject":"x"`)
	other := audit("11111111-1111-1111-1111-111111111111", "Send", `"Subject":"y"`)
	unnamed := strings.Replace(signIn(""), `"id":"",`, "", 1)
	tests := []struct {
		files  []string
		want   []string // accounts
		reason string
	}{
		{[]string{auditCSV(same, same)}, []string{"unified_audit_log|2|1|1|0"}, "paging gives a record twice, ResultIndex differs"},
		{[]string{auditCSV(same), auditCSV(same)}, []string{"unified_audit_log|1|1|0|0", "unified_audit_log|1|0|1|0"}, "overlapping searches; the first path keeps it"},
		{[]string{auditCSV(same), reordered}, []string{"unified_audit_log|1|1|0|0", "unified_audit_log|1|0|1|0"}, "the same body with its keys in another order and a number as text"},
		{[]string{auditCSV(same, fuller)}, []string{"unified_audit_log|2|1|1|0"}, "one says more"},
		{[]string{auditCSV(fuller, other)}, []string{"unified_audit_log|2|2|0|0"}, "an id that comes back with another body stays"},
		{[]string{auditCSV(fuller, other, fuller, other)}, []string{"unified_audit_log|4|2|2|0"}, "both bodies twice"},
		{[]string{auditCSV(audit("1", "Send", `"Subject":"x"`), audit("1", "Send", `"Subject":"y"`, `"Subject":"x"`))}, []string{"unified_audit_log|2|2|0|0"}, "a name that is there twice: both values count"},
		{[]string{"[" + signIn("s1") + "," + signIn("s1") + "]"}, []string{"entra_sign_ins|2|1|1|0"}, "a sign-in twice"},
		{[]string{"[" + signIn("s1") + "," + strings.Replace(signIn("s1"), "192.0.2.1", "192.0.2.2", 1) + "]"}, []string{"entra_sign_ins|2|2|0|0"}, "one id, two addresses: two sign-ins"},
		{[]string{"[" + signIn("s1") + "," + strings.Replace(signIn("s1"), `"errorCode":0`, `"errorCode":50126`, 1) + "]"}, []string{"entra_sign_ins|2|2|0|0"}, "one id, two error codes"},
		{[]string{"[" + signIn("s1") + "," + strings.Replace(signIn("s1"), "08:00:00Z", "08:00:00.5Z", 1) + "]"}, []string{"entra_sign_ins|2|1|1|0"}, "the fraction of the second does not count"},
		{[]string{"[" + unnamed + "," + unnamed + "," + strings.Replace(unnamed, "192.0.2.1", "192.0.2.2", 1) + "]"}, []string{"entra_sign_ins|3|2|1|0"}, "sign-ins without a request id: an equal body is the same one"},
		{[]string{"[" + unnamed + "," + strings.Replace(unnamed, `"errorCode":0`, `"errorCode":0,"failureReason":"x"`, 1) + "]"}, []string{"entra_sign_ins|2|2|0|0"}, "without an id, any difference makes two"},
		{[]string{"[" + unnamed + `,{"ipAddress" : "192.0.2.1",` + strings.Replace(unnamed, `"ipAddress":"192.0.2.1",`, "", 1)[1:] + "]"}, []string{"entra_sign_ins|2|1|1|0"}, "without an id, the order of keys does not count either"},
	}
	folder := t.TempDir()
	for k, tt := range tests {
		for i, text := range tt.files {
			path := filepath.Join(folder, fmt.Sprintf("%02d-%d.txt", k, i))
			if err := os.WriteFile(path, []byte(another(k, text)), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := load(t, folder)
	for k, tt := range tests {
		those := fmt.Sprintf(" where starts_with(parse_filename(path), '%02d-') ", k)
		if got := c.ask(strings.Replace(accounts, "order by", those+"order by", 1)); strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%s: got %q, want %q", tt.reason, got, tt.want)
		}
		if got := c.ask("select sum(duplicates)::bigint = (select count(*) from duplicates join files using (file_id)" + those + ") from files" + those)[0]; got != "true" {
			t.Errorf("%s: another number of rows in duplicates than counted", tt.reason)
		}
	}
	c.want("select count(*) from duplicates", fmt.Sprint(c.summary.Duplicates))
}

// The fullest source stays and the others fill what it lacks, policies once.
func TestLoadMergesSignIns(t *testing.T) {
	t.Parallel()
	csv := "\"Date (UTC)\",\"Request ID\",\"User ID\",\"Username\",\"Application ID \",\"Application\",\"IP address\",\"Status\",\"Sign-in error code\",\"Session ID\",\"Client app\"\n" +
		"\"2026-10-01T08:00:00Z\",\"s1\",\"u1\",\"adele@contoso.com\",\"a1\",\"Outlook\",\"192.0.2.1\",\"Success\",\"None\",\"sid\",\"IMAP4\"\n"
	full := signIn("s1", `"appliedConditionalAccessPolicies":[{"id":"p1","displayName":"MFA","result":"success","enforcedGrantControls":["Mfa"]}]`, `"deviceDetail":{"browser":"Edge"}`)
	folder := t.TempDir()
	for name, text := range map[string]string{"a.csv": csv, "b.json": full, "c.json": full} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	c.want("select file_id, browser, session_id, app_display_name, client_app, is_legacy_auth, has_policy_detail from sign_ins", "2|Edge|sid|Outlook|IMAP4|true|true")
	c.want("select policy_name, result, grant_controls from sign_in_policies", "MFA|success|Mfa")
	c.want("select file_id, record, kept_file_id, kept_record, identical from duplicates order by all", "1|1|2|1|false", "3|1|2|1|true")
}

// Loading the evidence in two runs must give what one run gives.
func TestLoadAddsToCase(t *testing.T) {
	takesLong(t)
	t.Parallel()
	folder := t.TempDir()
	csv, full := filepath.Join(folder, "a.csv"), filepath.Join(folder, "b.json")
	os.WriteFile(csv, []byte("\"Date (UTC)\",\"Request ID\",\"User ID\",\"Username\",\"Application ID \",\"Application\",\"IP address\",\"Status\"\n"+
		"\"2026-10-01T08:00:00Z\",\"s1\",\"u1\",\"adele@contoso.com\",\"a1\",\"Outlook\",\"192.0.2.1\",\"Success\"\n"), 0o666)
	os.WriteFile(full, []byte(signIn("s1", `"appliedConditionalAccessPolicies":[{"id":"p1","displayName":"MFA","result":"success"}]`, `"sessionId":"sid"`, `"userAgent":"x"`)), 0o666)
	want := []string{"portal_sign_ins|1|0|1|0", "entra_sign_ins|1|1|0|0"}
	for _, order := range [][]string{{csv, full}, {full, csv}} {
		c := load(t, order[0])
		c.add(order[1])
		got := c.ask("select format, records, loaded, duplicates, rejected from files order by path")
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%v: got %q, want %q", order, got, want)
		}
		c.want("select app_display_name, session_id from sign_ins", "Outlook|sid")
		c.want("select count(*) from sign_in_policies", "1")
		c.add(order[0])
		if c.summary.Skipped != 1 || len(c.warned) == 0 || !strings.Contains(c.warned[len(c.warned)-1], "already in the case") {
			t.Errorf("a known file was not skipped: %+v %q", c.summary, c.warned)
		}
	}
}

// Three files that each know a part of a sign-in, and disagree, make the same row
// of it in whatever order they are loaded.
func TestLoadOrderOfCopies(t *testing.T) {
	takesLong(t)
	steps := func(method string) string {
		return `"authenticationDetails":[{"authenticationMethod":"` + method + `"}]`
	}
	policies := func(name string) string {
		return `"appliedConditionalAccessPolicies":[{"displayName":"` + name + `","result":"success"}]`
	}
	const session = `"sessionId":"AAAAAAAA-0000-4000-8000-000000000001"`
	const long = `"correlationId":"x","riskState":"x","riskDetail":"x"` // makes a record the fullest
	tests := []struct {
		says   [3]string // of each file
		want   string    // name, application, session; policies; steps; how many are identical
		reason string
	}{
		{[3]string{`"userDisplayName":"A"`, long, `"userDisplayName":"C","appDisplayName":"C"`}, "C|C|<nil>|||0", "what the fullest lacks is from the fuller of the others"},
		{[3]string{`"appDisplayName":"A"`, `"userAgent":"B","clientAppUsed":"B"`, `"userDisplayName":"C",` + long}, "C|A|<nil>|||0", "or from the one that has it"},
		{[3]string{`"appDisplayName":"A",` + steps("A"), `"appDisplayName":"B","userAgent":"B",` + steps("B"), long}, "<nil>|B|<nil>||B|0", "steps, too"},
		{[3]string{policies("A"), policies("B") + `,"userAgent":"B"`, `"appliedConditionalAccessPolicies":[],` + long}, "<nil>|<nil>|<nil>|B||0", "policies of those that have some"},
		{[3]string{session + `,"userDisplayName":"A"`, session + `,"userDisplayName":"A"`, `"appDisplayName":"C"`}, "A|C|aaaaaaaa-0000-4000-8000-000000000001|||1", "two are identical, though a session's id is written otherwise once it is loaded"},
		{[3]string{`"other":1`, `"other":2`, `"other":3`}, "<nil>|<nil>|<nil>|||0", "those that differ in what has no column are not"},
		{[3]string{`"latitude":1e999,"userAgent":"\u0000"`, `"location":{"geoCoordinates":{"latitude":1e999}},"appDisplayName":"B"`, `"userDisplayName":"'"`}, "'|B|<nil>|||0", "values that are hard to keep"},
	}
	folder := t.TempDir()
	var paths []string
	for k := range 3 {
		var records []string
		for i, tt := range tests {
			records = append(records, signIn(fmt.Sprint(i), tt.says[k]))
		}
		path := filepath.Join(folder, fmt.Sprintf("%d.json", k))
		if err := os.WriteFile(path, []byte("["+strings.Join(records, ",")+"]"), 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	a, b, c := paths[0], paths[1], paths[2]
	for _, order := range [][][]string{{paths}, {{b, c}, {a}}, {{c}, {a}, {b}}, {{a, c}, {b}}} {
		l := load(t, order[0]...)
		for _, more := range order[1:] {
			l.add(more...)
		}
		for i, tt := range tests {
			got := l.ask(fmt.Sprintf(`
				select
					user_display_name,
					app_display_name,
					session_id,
					(select coalesce(string_agg(policy_name, ' ' order by policy_name), '') from sign_in_policies where sign_in_id = s.id),
					(select coalesce(string_agg(method, ' ' order by method), '') from sign_in_steps where sign_in_id = s.id),
					(select count(*) from duplicates where identical and kept_record = s.record)
				from sign_ins as s
				where id = '%d'`, i))
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s: loaded as %q: got %q, want %q", tt.reason, order, got, tt.want)
			}
		}
	}
}

// A record that kept others out and is taken out by a later load itself is not
// what they are said to be equal to.
func TestLoadDuplicatesNameWhatIsThere(t *testing.T) {
	takesLong(t)
	t.Parallel()
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	full := signIn("s1", `"userAgent":"x"`)
	c := load(t, file("d.csv", auditCSV(audit("1", "Send"))), file("c.csv", auditCSV(audit("1", "Send"))),
		file("d.json", signIn("s1")), file("c.json", "["+signIn("s1")+"]"))
	c.add(file("b.json", full), file("b.csv", auditCSV(audit("1", "Send"))+" "))
	c.add(file("a.json", "["+full+"]"), file("a.csv", auditCSV(audit("1", "Send"))+"\n "))
	c.want(`
		select parse_filename(x.path), parse_filename(y.path), identical
		from duplicates as d
		join files as x on x.file_id = d.file_id
		join files as y on y.file_id = kept_file_id
		order by all`,
		"b.csv|a.csv|true", "b.json|a.json|true", "c.csv|a.csv|true", "c.json|a.json|false", "d.csv|a.csv|true", "d.json|a.json|false")
}

func TestLoadBadInput(t *testing.T) {
	t.Parallel()
	good := audit("11111111-1111-1111-1111-111111111111", "Send")
	tests := []struct {
		name, text string
		want       string // the account
		rejects    string // line|part of the reason, of the first reject
		note       string // part of the note
		reason     string
	}{
		{"x.csv", "StartTime [UTC],EndTime [UTC],IPAddress,count\n1,2,3,4\n", "<nil>|0|0|0|0", "", `not recognised: no known export has the columns "StartTime [UTC]"`, "a summary of a query is no log"},
		{"x.txt", "", "<nil>|0|0|0|0", "", "the file is empty", "an empty file"},
		{"x.txt", "\n \n", "<nil>|0|0|0|0", "", "the file is empty", "a blank file"},
		{"x.bin", "\x7fELF\x00\x01\x02", "<nil>|0|0|0|0", "", "a program, no log", "a program"},
		{"x.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "<nil>|0|0|0|0", "", "not recognised: a 7z archive, which can't be opened here: unpack it, with its password if it has one, and give the files", "an archive that is not opened here"},
		{"x.json", "[" + good + "," + good[:60], "unified_audit_log|2|1|0|1", "1|does not end", "cut off", "a download that was cut off"},
		{"x.json", good[60:] + "," + audit("2", "x") + "," + audit("3", "x") + "]", "unified_audit_log|3|2|0|1", "1|the file begins in the middle of its JSON: the start was cut off", "the start of the file was cut off", "a download without its beginning"},
		{"x.json", `"` + strings.ReplaceAll(good, `"`, `\"`) + `"` + "\n" + `"` + strings.ReplaceAll(audit("2", "x"), `"`, `\"`) + `"`, "unified_audit_log|2|2|0|0", "", "", "a record in a text on each line"},
		{"x.json", `{"a":1}`, "<nil>|0|0|0|0", "", `the keys "a"`, "JSON of something else"},
		{"x.json", "[]", "<nil>|0|0|0|0", "", "without records", "an export of nothing"},
		{"x.csv", auditCSV(good) + "\"ExchangeAdmin\",\"x\"\r\n" + auditCSV(audit("2", "x"))[90:], "unified_audit_log|3|2|0|1", "3|2 cells, the header has 6", "", "a row with too few cells"},
		{"x.csv", auditCSV(good) + strings.Repeat(",", 1<<20) + "\r\n" + auditCSV(audit("2", "x"))[90:], "unified_audit_log|3|2|0|1", "3|more than 65536 cells, the header has 6", "", "a row of a million cells"},
		{"x.csv", auditCSV(good, good[:len(good)-20]), "unified_audit_log|2|1|1|0", "", "1 record was cut off", "a cell that Excel cut: what is left is of the record that is there whole"},
		{"x.csv", auditCSV(good, "{\"Cr"), "unified_audit_log|2|1|0|1", "3|not recognised", "", "a cell of which nothing is left"},
		{"x.jsonl", good + "\n{\"CreationTime\":,}\n" + audit("2", "x") + "\n", "unified_audit_log|3|2|0|1", "2|where a JSON value should start", "", "a broken line in JSON lines"},
		{"x.jsonl", strings.Replace(good, "Send", `S\ud83dnd`, 1), "unified_audit_log|1|1|0|0", "", "surrogate", "half a surrogate pair"},
		{"x.jsonl", good + "\n" + strings.Replace(audit("2", "x"), "Exchange", "Ex\xffchange", 1) + "\n", "unified_audit_log|2|2|0|0", "", "1 record was not wholly read: bytes that are no UTF-8 are shown as U+FFFD", "a stray byte in JSON"},
		{"x.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Team\xff\n2026-10-01T08:00:01Z,a@contoso.com,Teams\n", "graph_sign_ins|2|2|0|0", "", "1 record was not wholly read: bytes that are no UTF-8 are shown as U+FFFD", "a stray byte in CSV"},
		{"x.csv", "\"CreationDate\",\"UserIds\",\"RecordType\",\"AuditData\"\n", "unified_audit_log|0|0|0|0", "", "", "an export without a row"},
		{"x.jsonl", strings.Repeat("{\"a\":1}\n", 3000) + good + "\n", "unified_audit_log|3001|1|0|3000", "1|not recognised: no known export", "", "a log behind thousands of records of something else"},
		{"x.jsonl", strings.Replace(good, "{", `{"Operation":"First",`, 1), "unified_audit_log|1|1|0|0", "", `1 record was read by the first of two values under one name, such as "Operation": raw has both`, "a name that is there twice"},
		{"x.csv", auditCSV(good) + "\"ExchangeAdmin\",\"x\",\"y\"z\",\"w\",\"" + strings.ReplaceAll(audit("2", "x"), `"`, `""`) + "\",\"1\"\r\n", "unified_audit_log|2|2|0|0", "", "1 row was read as a person would: with a quote too many or too few", "a quote that is not doubled"},
		{"x.csv", strings.ReplaceAll("CreationDate\tAuditData\r2026-10-01\t"+good+"\r2026-10-01\t"+audit("2", "x,,,,,,,,,,,,,,,,,,")+"\r", "\"", "\""), "unified_audit_log|2|2|0|0", "", "", "lines end with CR, and the values hold more commas than the header has tabs"},
		{"x.jsonl", good + "\n\x00\x00\x00\n" + audit("2", "x") + "\n", "unified_audit_log|2|2|0|0", "", "3 bytes were between the records no JSON", "a hole in a disk image"},
		{"x.json", `["` + strings.ReplaceAll(strings.Replace(good, "Send", `S\ud83dnd`, 1), `"`, `\"`) + `"]`, "unified_audit_log|1|1|0|0", "", "1 record was mended", "half a surrogate pair in the text that a record stands in"},
		{"x.json", `{"AuditData":"` + strings.ReplaceAll(strings.Replace(good, "Send", `S\ud83d\\ud83dnd`, 1), `"`, `\"`) + `"}`, "unified_audit_log|1|1|0|0", "", "1 record was mended", "in the text and in its record: one record"},
		{"x.json", `{"category":"AuditLogs","properties":` + good + `,"Properties":{}}`, "<nil>|0|0|0|0", "", `may stand under "properties", "Properties": it must be one`, "two envelopes"},
		{"x.json", strings.Replace(good, "2026-10-01T08:00:00", "2026-02-30T08:00:00", 1), "unified_audit_log|1|1|0|0", "", "1 record was loaded without a time, for there is none that can be read; record 1 is the first", "a day that is not"},
		{"x.json", strings.Replace(good, "2026-10-01T08:00:00", "2026-10-01T08:00:00+99:00", 1), "unified_audit_log|1|1|0|0", "", "1 record was loaded without a time, for there is none that can be read; record 1 is the first", "a zone that is not"},
		{"x.json", strings.Replace(good, "2026-10-01T08:00:00", "2026-10-01T08:00:00+14:00", 1), "unified_audit_log|1|1|0|0", "", "", "a zone of Kiribati"},
		{"x.zip", "PK\x05\x06" + strings.Repeat("\x00", 18), "<nil>|0|0|0|0", "", "a zip archive without a file; was the copy complete?", "an empty archive"},
		{"x.json", strings.Replace(good, "2026-10-01T08:00:00", "10/1/2026 8:00:00 AM", 1), "unified_audit_log|1|0|0|1", `1|"10/1/2026 8:00:00 AM" in column "CreationTime", line 1 can be day-month or month-day`, `say it with --date-order dmy or --date-order mdy`, "a time of a culture in JSON"},
		{"x.json", "[" + strings.Replace(good, "2026-10-01T08:00:00", "13/10/2026 8:00:00 AM", 1) + "," + strings.Replace(audit("2", "x"), "2026-10-01T08:00:00", "1/10/2026 8:00:00 AM", 1) + "]", "unified_audit_log|2|2|0|0", "", `were read as day-month-year: no month is above 12 in "13/10/2026 8:00:00 AM" in column "CreationTime", line 1`, "one that has the day first"},
		{"x.json", `[{"auditData":` + good + `,"AuditData":"{}"},{"AuditData":` + good + `}]`, "unified_audit_log|2|1|0|1", `1|the record may stand under "auditData", "AuditData": it must be one`, "", "an envelope that is there twice, in another case"},
	}
	var paths []string
	for i, tt := range tests {
		paths = append(paths, write(t, fmt.Sprintf("%02d/%s", i, tt.name), another(i, tt.text)))
	}
	c := load(t, paths...)
	unrecognised := 0
	for i, tt := range tests {
		this := " where path = " + engine.Literal(paths[i]) + " "
		if got := c.ask(strings.Replace(accounts, "order by", this+"order by", 1)); got[0] != tt.want {
			t.Errorf("%s: got %q, want %q", tt.reason, got, tt.want)
		}
		if got := c.ask("select note from files" + this); !strings.Contains(got[0], tt.note) {
			t.Errorf("%s: note %q, want %q", tt.reason, got[0], tt.note)
		}
		rejects := c.ask("select line, reason from rejects join files using (file_id)" + this + "order by all")
		line, part, _ := strings.Cut(tt.rejects, "|")
		if (tt.rejects == "") != (len(rejects) == 0) || tt.rejects != "" && !(strings.HasPrefix(rejects[0], line+"|") && strings.Contains(rejects[0], part)) {
			t.Errorf("%s: rejects %q, want %q", tt.reason, rejects, tt.rejects)
		}
		if strings.Contains(tt.want, "<nil>") {
			unrecognised++
			var told []string
			for _, sentence := range c.warned {
				if strings.HasPrefix(sentence, paths[i]+": ") {
					told = append(told, sentence)
				}
			}
			if len(told) != 1 || !strings.Contains(told[0], tt.note) {
				t.Errorf("%s: not told once: %q", tt.reason, told)
			}
		}
	}
	if c.summary.Unrecognised+c.summary.Unreadable != unrecognised || c.summary.Complete() {
		t.Errorf("%d files are of no known format: %+v", unrecognised, c.summary)
	}
}

// A record type that is none has its own text for a name, not another's name.
func TestLoadRecordTypes(t *testing.T) {
	var texts []string
	for i, n := range []string{"1", "-1", "1.5", "0", "99999", `"Exotic"`} {
		texts = append(texts, strings.Replace(audit(fmt.Sprint(i), "x"), `"RecordType":1`, `"RecordType":`+n, 1))
	}
	c := load(t, write(t, "x.csv", auditCSV(texts...)))
	c.want("select record_type, record_type_name from audit_events order by record",
		"1|ExchangeAdmin", "-1|<nil>", "<nil>|1.5", "0|<nil>", "99999|<nil>", "<nil>|Exotic")
}

func TestLoadContainersAndEncodings(t *testing.T) {
	encoded := func(text string, e interface{ NewEncoder() *encoding.Encoder }) string {
		s, err := e.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		name     string
		file     func(text string) string
		encoding string
		rows     int
		reason   string
	}{
		{"x.csv", func(text string) string { return text }, "utf-8", 1, "plain"},
		{"x.csv", func(text string) string { return "\ufeff" + text }, "utf-8-bom", 1, "Export-Csv -Encoding UTF8 of PowerShell 5"},
		{"x.csv", func(text string) string { return encoded(text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)) }, "utf-16le", 1, "Out-File of PowerShell 5"},
		{"x.csv", func(text string) string { return encoded(text, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)) }, "utf-16be", 1, "big-endian"},
		{"x.csv", func(text string) string {
			return encoded(text, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM))
		}, "utf-16le", 1, "no mark"},
		{"x.csv", func(text string) string { return encoded(text, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)) }, "utf-32le", 1, "Export-Csv -Encoding utf32"},
		{"x.csv", func(text string) string { return encoded(text, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)) }, "utf-32be", 1, "big-endian, four bytes a character"},
		{"x.csv", func(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }, "utf-8", 1, "LF"},
		{"x.csv", func(text string) string { return strings.ReplaceAll(text, "\r\n", "\r") }, "utf-8", 1, "CR"},
		{"x.csv", func(text string) string { return "#TYPE System.Management.Automation.PSCustomObject\r\n" + text }, "utf-8", 1, "PowerShell 5 without -NoTypeInformation"},
		{"x.csv.gz", func(text string) string {
			var b bytes.Buffer
			g := gzip.NewWriter(&b)
			io.WriteString(g, text)
			g.Close()
			return b.String()
		}, "utf-8", 1, "gzip"},
		{"it's [a] #1*?.csv", func(text string) string { return text }, "utf-8", 1, "a name full of traps"},
		{"x.zip", func(text string) string {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, name := range []string{"deep/er/x.csv", "../../evil.csv", ".DS_Store"} {
				w, _ := z.Create(name)
				io.WriteString(w, strings.ReplaceAll(text, `""Id"":""1""`, `""Id"":""`+name+`""`))
			}
			z.Close()
			return b.String()
		}, "utf-8", 2, "an archive; its ../ goes nowhere, debris is passed over"},
	}
	var paths []string
	for i, tt := range tests {
		text := another(i, auditCSV(audit("1", "Send", `"Subject":"Grüße 東京 😀"`)))
		paths = append(paths, write(t, fmt.Sprintf("%02d/%s", i, tt.name), tt.file(text)))
	}
	for _, size := range []int64{0, 16 << 20} {
		func() {
			defer func(before int64) { feedSize = before }(feedSize)
			feedSize = size
			c := load(t, paths...)
			if !c.summary.Complete() {
				t.Errorf("%+v %q", c.summary, c.warned)
			}
			for i, tt := range tests {
				this := " where starts_with(path, " + engine.Literal(paths[i]) + ") "
				got := c.ask("select distinct encoding from files" + this + "and records > 0")
				got = append(got, c.ask("select raw ->> '$.Subject', count(*) from audit_events join files using (file_id)"+this+"group by all")...)
				if want := []string{tt.encoding, fmt.Sprintf("Grüße 東京 😀|%d", tt.rows)}; !slices.Equal(got, want) {
					t.Errorf("%s: got %q, want %q", tt.reason, got, want)
				}
			}
		}()
	}
}

func TestLoadPaths(t *testing.T) {
	ctx := context.Background()
	refused := func(path, part, reason string) {
		t.Helper()
		_, err := Load(ctx, filepath.Join(t.TempDir(), "c.duckdb"), []string{path}, Options{Engine: engine.Options{Temp: t.TempDir()}})
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v, want %q", reason, err, part)
		}
	}
	refused(filepath.Join(t.TempDir(), "nothing"), "there is no such file or folder", "a missing path")
	refused(t.TempDir(), "the folder is empty", "an empty folder")

	path := write(t, "a/x.csv", auditCSV(audit("1", "Send")))
	if err := os.Symlink(path, filepath.Join(filepath.Dir(path), "link.csv")); err != nil {
		t.Skip("no symbolic links here")
	}
	os.Symlink(filepath.Dir(path), filepath.Join(filepath.Dir(path), "loop"))
	c := load(t, filepath.Dir(path), path)
	c.want("select records, loaded from files where format is not null", "1|1")
	if !c.summary.Complete() {
		t.Errorf("a link to a folder is no fault: %q", c.warned)
	}
}

func TestLoadSavesWhatWasCutOff(t *testing.T) {
	t.Parallel()
	c := load(t, write(t, "x.csv", "Identity,Operations,UserIds,RecordType,CreationDate,AuditData\n"+
		`i1,Send,ADELE@contoso.com,ExchangeItem,1/2/2026,"{""CreationTime"":""2026-10-01T08:00:00"",""Workload"":""Exchange"",""Subject"":""Gre"`+"\n"))
	c.want("select id, event_time, operation, user_id, record_type_name, workload, raw ->> '$.entrail_cut_off_after', raw ->> '$.Subject' from audit_events",
		"i1|2026-10-01 08:00:00|Send|adele@contoso.com|ExchangeItem|Exchange|74|<nil>")
	c = load(t, write(t, "x.json", `{"Identity":"i1","RecordType":"ExchangeItem","AuditData":"{\"CreationTime\":\"2026-10-01T08:00:00\",\"Operation\":\"Send\",\"UserId\":\"a"}`))
	c.want("select id, operation, user_id, record_type_name from audit_events", "i1|Send|<nil>|ExchangeItem")
}

// The portal's audit CSV has no record id; the same operations from JSON are
// the same records all the same, in whichever order they are loaded.
func TestLoadMatchesPortalAudits(t *testing.T) {
	t.Parallel()
	sample := tenant.New(tenant.Options{Seed: 5, SignIns: 500, AuditEvents: 3000})
	folder := t.TempDir()
	fill := func(name string, f func(io.Writer) error) string {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	events := 0
	for range sample.DirectoryEvents() {
		events++
	}
	csv := fill("a.csv", func(w io.Writer) error { return tenant.WriteDirectoryCSV(w, sample.DirectoryEvents()) })
	full := fill("b.json", func(w io.Writer) error { return tenant.WriteDirectoryJSON(w, sample.DirectoryEvents(), tenant.Pretty) })
	if events == 0 {
		t.Fatal("the sample has no directory events")
	}
	alone := load(t, full).ask("select count(*) from directory_audit_changes")[0]
	for _, order := range [][]string{{csv, full}, {full, csv}} {
		c := loadWith(t, severalCores, order[0])
		c.addWith(severalCores, order[1])
		c.want("select format, records, loaded, duplicates from files order by path",
			fmt.Sprintf("portal_audits|%d|0|%[1]d", events), fmt.Sprintf("directory_audits|%d|%[1]d|0", events))
		c.want("select count(*) from directory_audit_changes", alone)
	}
}

// A row of the portal's CSV is taken out only for a record that tells of the
// same target and initiator, whatever was loaded first and how often.
func TestLoadMatchesPortalAuditsByTarget(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const a, b = "ta,a@contoso.com", "tb,b@contoso.com" // a target's id and name
	tests := []struct {
		csv, again []string // targets of the rows of two CSV files, and what else they say
		json       []string // targets of the records
		initiator  string   // of these
		want       string   // targets of the CSV rows that stay
		reason     string
	}{
		{[]string{",a@contoso.com,", ",b@contoso.com,"}, nil, []string{b}, "admin", "a@contoso.com", "one CSV row of two is there from JSON"},
		{[]string{",a@contoso.com,", ",b@contoso.com,"}, nil, []string{b, a}, "admin", "", "both are, in another order"},
		{[]string{",a@contoso.com,", ",b@contoso.com,"}, []string{",a@contoso.com,"}, []string{b}, "admin", "a@contoso.com", "an overlapping download"},
		{[]string{",b@contoso.com,"}, []string{",b@contoso.com,in other words"}, []string{b}, "admin", "", "two downloads that write a row differently"},
		{[]string{"TB,,"}, nil, []string{b}, "admin", "", "the object id alone"},
		{[]string{"tc,b@contoso.com,"}, nil, []string{b}, "admin", "b@contoso.com", "another object with the name"},
		{[]string{",,"}, nil, []string{b}, "admin", "<nil>", "no target in the CSV"},
		{[]string{",b@contoso.com,"}, nil, []string{b}, "other", "b@contoso.com", "another initiator"},
		{[]string{",b@contoso.com,x", ",b@contoso.com,y"}, nil, []string{b}, "admin", "b@contoso.com b@contoso.com", "two rows, one record: nobody knows which"},
		{[]string{",b@contoso.com,x", ",b@contoso.com,y"}, []string{",b@contoso.com,x"}, []string{b}, "admin", "b@contoso.com b@contoso.com", "and one of them once more"},
		{[]string{",b@contoso.com,x", ",b@contoso.com,y"}, nil, []string{b, b}, "admin", "", "two rows, two records"},
	}
	const header = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ActorUserPrincipalName,Target1ObjectId,Target1UserPrincipalName,AdditionalDetail1Value\n"
	csv := [2]string{header, header}
	var records []string
	for i, tt := range tests {
		for k, targets := range [][]string{tt.csv, tt.again} {
			for _, target := range targets {
				csv[k] += fmt.Sprintf("2026-10-04T09:00:00Z,%d,Core Directory,GroupManagement,Add member to group,success,Admin@contoso.com,%s\n", i, target)
			}
		}
		for _, target := range tt.json {
			id, name, _ := strings.Cut(target, ",")
			records = append(records, fmt.Sprintf(`{"id":"%d","activityDateTime":"2026-10-04T09:00:00.5Z","activityDisplayName":"Add member to group","result":"success","correlationId":"%d","loggedByService":"Core Directory","initiatedBy":{"user":{"id":"i","userPrincipalName":"%s@contoso.com"}},"targetResources":[{"id":"%s","userPrincipalName":"%s"}]}`,
				len(records), i, tt.initiator, id, name))
		}
	}
	first, second := write(t, "1.csv", csv[0]), write(t, "2.csv", csv[1])
	full := write(t, "x.json", "["+strings.Join(records, ",")+"]")
	for _, order := range [][][]string{{{first, second, full}}, {{first}, {second}, {full}}, {{full}, {second}, {first}}, {{first}, {full}, {second}}} {
		c := load(t, order[0]...)
		for _, more := range order[1:] {
			c.add(more...)
		}
		for i, tt := range tests {
			got := c.ask(fmt.Sprintf("select targets from directory_audits join files using (file_id) where format = 'portal_audits' and correlation_id = '%d' order by all", i))
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s: loaded as %q, there stay %q, want %q", tt.reason, order, got, tt.want)
			}
		}
	}
}

// A sign-in without an id keeps one set of policies and steps, whichever of its
// copies came first.
func TestLoadSignInWithoutIDTwice(t *testing.T) {
	takesLong(t)
	t.Parallel()
	text := strings.Replace(signIn("", `"appliedConditionalAccessPolicies":[{"id":"p1","displayName":"p","result":"success"}]`,
		`"authenticationDetails":[{"authenticationStepDateTime":"2026-10-01T08:00:00Z","authenticationMethod":"Password","succeeded":true}]`), `"id":"",`, "", 1)
	const children = "select (select count(*) from sign_ins), (select count(*) from sign_in_policies), (select count(*) from sign_in_steps)"
	folder := t.TempDir()
	c := &loaded{t: t, path: filepath.Join(t.TempDir(), "case.duckdb")}
	for _, file := range []struct{ name, text string }{
		{"c.json", "[" + text + "," + text + "]"},
		{"b.json", "[" + strings.Replace(strings.Replace(text, `"appId":"a1",`, "", 1), `{`, `{"appId":"a1",`, 1) + "]"},
		{"d.json", "[" + text + "]"},
		{"a.json", text},
	} {
		path := filepath.Join(folder, file.name)
		if err := os.WriteFile(path, []byte(file.text), 0o666); err != nil {
			t.Fatal(err)
		}
		c.add(path)
		c.want(children, "1|1|1")
		c.want("select count(*) from sign_in_policies as p join sign_ins as s on p.parent_file_id = s.file_id and p.parent_record = s.record", "1")
	}
}

// What stands as text in an envelope may be flawed where its envelope is not.
func TestLoadMendsInsideEnvelope(t *testing.T) {
	c := load(t, write(t, "x.json", `{"time":"2026-10-01T08:00:00Z","category":"SignInLogs","properties":"{\"id\":\"s1\",\"createdDateTime\":\"2026-10-01T08:00:00Z\",\"appId\":\"a\",\"appDisplayName\":\"x\\ud83d\",\"appliedConditionalAccessPolicies\":[{\"displayName\":\"p\",\"result\":\"success\"}]}"}`))
	c.want("select app_display_name from sign_ins", "x\ufffd")
	c.want("select policy_name from sign_in_policies", "p")
}

// Record numbers lead back to the line, however the file was read.
func TestLoadNumbersRecords(t *testing.T) {
	takesLong(t)
	t.Parallel()
	var b strings.Builder
	const rows = 300_000
	for i := range rows {
		fmt.Fprintf(&b, `{"CreationTime":"2026-10-01T08:00:00","Id":"%d","Operation":"x","RecordType":1}`+"\n", i+1)
	}
	path := write(t, "x.jsonl", b.String())
	if int64(b.Len()) < feedSize {
		t.Fatal("too small to be fed")
	}
	c := loadWith(t, severalCores, path)
	c.want("select count(*), count(*) filter (where id <> record::varchar) from audit_events", fmt.Sprintf("%d|0", rows))
}

// A known file takes nothing away from the next one of its kind.
func TestLoadKnownFileBesideANewOne(t *testing.T) {
	t.Run("copied", loadKnownFileBesideANewOne)
	defer func(before int64) { feedSize = before }(feedSize)
	feedSize = 0
	t.Run("fed", loadKnownFileBesideANewOne)
}

func loadKnownFileBesideANewOne(t *testing.T) {
	folder := t.TempDir()
	os.WriteFile(filepath.Join(folder, "a.json"), []byte(audit("1", "Send")), 0o666)
	c := load(t, folder)
	os.WriteFile(filepath.Join(folder, "b.json"), []byte(audit("2", "Send")), 0o666)
	c.add(folder)
	c.want("select id from audit_events order by id", "1", "2")
}

func TestLoadReviewed(t *testing.T) {
	tests := []struct{ name, text, query, want, reason string }{
		{"x.json", audit("1", "a", `"CreationTime":"infinity"`) + "\n" + strings.Replace(audit("2", "a"), "2026-10-01T08:00:00", "infinity", 1), "select count(*) filter (where event_time is null), count(*) from audit_events", "1|2", "infinity is no time"},
		{"x.json", strings.Replace(audit("1", "a"), "2026-10-01T08:00:00", "/Date(9223372036854775807)/", 1), "select event_time from audit_events", "<nil>", "a time that overflows"},
		{"x.csv", auditCSV(audit("1", "a")) + auditCSV(audit("2", "a")), "select count(*) from audit_events", "2", "joined files: the header again is no record"},
		{"x.json", `{"id":"q","createdDateTime":"2026-10-01T08:00:00Z","userPrincipalName":"a","auditData":` + audit("1", "a") + `}`, "select id from audit_events", "1", "a Graph audit record is no sign-in"},
		{"x.json", `{"@odata.count":2,"value":[` + audit("1", "a") + "," + audit("2", "a") + `]}`, "select count(*) from audit_events", "2", "a page with a number before its list"},
		{"x.json", `{"value":[` + audit("1", "a") + "]\n" + audit("2", "a") + "\n" + audit("3", "a"), "select count(*) from audit_events", "3", "a page without its brace"},
		{"x.json", audit("1", "a") + "\n\ufeff" + audit("2", "a") + "\n", "select count(*) from audit_events", "2", "a mark between joined files"},
	}
	var paths []string
	for i, tt := range tests {
		paths = append(paths, write(t, fmt.Sprintf("%02d/%s", i, tt.name), another(i, tt.text)))
	}
	c := load(t, paths...)
	for i, tt := range tests {
		query := tt.query + " where file_id = (select file_id from files where path = " + engine.Literal(paths[i]) + ")"
		if got := c.ask(query); strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q; %q", tt.reason, got, tt.want, c.warned)
		}
	}
}

// Policies, steps and changes belong to the record that they came with, also
// where its id comes back with another body, and in whatever order and in how
// many loads the files come.
func TestLoadChildrenFollowTheirRecord(t *testing.T) {
	takesLong(t)
	policies := func(names ...string) string {
		var all []string
		for _, n := range names {
			all = append(all, fmt.Sprintf(`{"id":"%s","displayName":"%[1]s","result":"success"}`, n))
		}
		return `"appliedConditionalAccessPolicies":[` + strings.Join(all, ",") + "]"
	}
	steps := func(method string) string {
		return fmt.Sprintf(`"authenticationDetails":[{"authenticationMethod":"%s"}]`, method)
	}
	elsewhere := func(record string) string { return strings.Replace(record, "192.0.2.1", "192.0.2.2", 1) }
	change := func(id, property string) string {
		return fmt.Sprintf(`{"id":"%s","activityDateTime":"2026-10-01T08:00:00Z","activityDisplayName":"Update user","loggedByService":"Core Directory","initiatedBy":{},"targetResources":[{"displayName":"x","modifiedProperties":[{"displayName":"%s"}]}]}`, id, property)
	}
	tests := []struct {
		files                    []string
		policies, steps, changes string
		reason                   string
	}{
		{[]string{"[" + signIn("s1", policies("a", "b"), steps("Password")) + "," + elsewhere(signIn("s1", policies("c"), steps("Fido"))) + "]"},
			"192.0.2.1:a 192.0.2.1:b 192.0.2.2:c", "192.0.2.1:Password 192.0.2.2:Fido", "", "one id, two sign-ins"},
		{[]string{signIn("s1", policies("a", "b"), steps("Password")), elsewhere(signIn("s1", policies("c"), steps("Fido")))},
			"192.0.2.1:a 192.0.2.1:b 192.0.2.2:c", "192.0.2.1:Password 192.0.2.2:Fido", "", "one id, two sign-ins, from two files"},
		{[]string{signIn("s1", policies("a"), steps("Password")), "[" + signIn("s1", policies("a"), steps("Password")) + "]", elsewhere(signIn("s1"))},
			"192.0.2.1:a", "192.0.2.1:Password", "", "the same sign-in twice, and another of its id"},
		{[]string{signIn("s1", policies(), `"userAgent":"x"`), signIn("s1", policies("a")), signIn("s1", steps("Password"))},
			"192.0.2.1:a", "192.0.2.1:Password", "", "the fullest has an empty list and no steps: the others fill it up"},
		{[]string{signIn("s1", policies("a"), `"userAgent":"x"`), signIn("s1", policies("b"))},
			"192.0.2.1:a", "", "", "two lists of one sign-in: the fuller record's"},
		{[]string{signIn("s1", policies("a"), steps("Password")),
			"\"Request ID\",\"Date (UTC)\",\"Authentication method\",\"Succeeded\"\n\"s1\",\"2026-10-01T08:00:00Z\",\"Portal\",\"true\"\n"},
			"192.0.2.1:a", "192.0.2.1:Portal", "", "steps that are records of their own stand for the JSON's"},
		{[]string{change("d1", "p"), "[" + change("d1", "q") + "," + change("d1", "p") + "]"},
			"", "", "p q", "a directory audit's id with two bodies, one of them twice"},
	}
	// The files of all are loaded together, with ids of their own: first those
	// that come first, or last.
	folder := t.TempDir()
	var paths, backwards [3][]string
	for k, tt := range tests {
		for i, text := range tt.files {
			path := filepath.Join(folder, fmt.Sprintf("%02d-%d.txt", k, i))
			text = strings.NewReplacer(`"s1"`, fmt.Sprintf(`"s1.%d"`, k), `"d1"`, fmt.Sprintf(`"d1.%d"`, k)).Replace(text)
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			paths[i] = append(paths[i], path)
			backwards[len(tt.files)-1-i] = append(backwards[len(tt.files)-1-i], path)
		}
	}
	for _, order := range [][][]string{{slices.Concat(paths[:]...)}, {slices.Concat(backwards[:]...)}, paths[:], backwards[:]} {
		c := load(t, order[0]...)
		for _, more := range order[1:] {
			c.add(more...)
		}
		for k, tt := range tests {
			for _, children := range []struct{ query, want string }{
				{`
				select coalesce(string_agg(s.ip_address || ':' || p.policy_name, ' ' order by s.ip_address, p.policy_name), '')
				from sign_in_policies as p
				left join sign_ins as s on s.file_id = p.parent_file_id and s.record = p.parent_record and s.id = p.sign_in_id
				where p.sign_in_id = 's1.%d'`, tt.policies},
				{`
				select coalesce(string_agg(s.ip_address || ':' || p.method, ' ' order by s.ip_address, p.method), '')
				from sign_in_steps as p
				left join sign_ins as s on p.sign_in_id = s.id
					and coalesce(s.file_id = p.parent_file_id and s.record = p.parent_record, p.file_id is not null)
				where p.sign_in_id = 's1.%d'`, tt.steps},
				{`
				select coalesce(string_agg(p.property, ' ' order by p.property), '')
				from directory_audit_changes as p
				join directory_audits as d on d.file_id = p.parent_file_id and d.record = p.parent_record and d.id = p.audit_id
				where p.audit_id = 'd1.%d'`, tt.changes},
			} {
				if got := c.ask(fmt.Sprintf(children.query, k))[0]; got != children.want {
					t.Errorf("%s, loaded as %q: got %q, want %q", tt.reason, order, got, children.want)
				}
			}
		}
		// Nothing hangs on what none of them has.
		c.want("select count(*) from sign_in_policies where parent_record is null or not starts_with(sign_in_id, 's1.')", "0")
		c.want("select count(*) from sign_in_steps where not starts_with(sign_in_id, 's1.')", "0")
		c.want("select count(*) from directory_audit_changes where not starts_with(audit_id, 'd1.')", "0")
	}
}
