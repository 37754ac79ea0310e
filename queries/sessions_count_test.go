package queries

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	generator "entrail/testdata/tenant"
)

var tenantSignIns = flag.Int("tenant-sign-ins", 3000, "about how many sign-ins TestSessionsAreCountedApart invents, with four times as many audit events")

// TestSessionsAreCountedApart counts sessions, the events of each and the tokens
// that lead to a sign-in once more, from the export files alone: what is read
// below knows encoding/csv, encoding/json and the design's rules, and neither the
// engine nor a line of package ingest. Each row must agree.
//
//	go test ./queries -run SessionsAreCountedApart -tenant-sign-ins 250000 -timeout 30m -v
func TestSessionsAreCountedApart(t *testing.T) {
	t.Run("contoso", func(t *testing.T) {
		path, _ := loadTenant(t)
		compareSessions(t, "../testdata/contoso", path)
	})
	t.Run("generated", func(t *testing.T) {
		takesLong(t)
		folder := t.TempDir()
		invented := generator.New(generator.Options{Seed: 7, SignIns: *tenantSignIns, AuditEvents: 4 * *tenantSignIns})
		if _, err := invented.WriteContoso(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "by_hand.json"), []byte(sessionsByHand), 0o600); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "case.duckdb")
		if _, err := ingest.Load(context.Background(), path, []string{folder}, ingest.Options{Engine: boundedEngine(t)}); err != nil {
			t.Fatal(err)
		}
		compareSessions(t, folder, path)
	})
}

// What the generator does not write: session ids in other places and in capital
// letters, of somebody else and of nothing known, tokens in the older form,
// damaged, and of a sign-in that is not there.
const sessionsByHand = `
{"id":"AAAAAAAA-0000-4000-8000-00000000000A","createdDateTime":"2026-10-01T08:00:00Z","userPrincipalName":"hand@contoso.com","userId":"u1","appId":"a1","ipAddress":"192.0.2.1","status":{"errorCode":0},"sessionId":"99999999-0000-4000-8000-00000000000A","uniqueTokenIdentifier":"t"}
{"id":"aaaaaaaa-0000-4000-8000-00000000000b","createdDateTime":"2026-10-01T09:00:00Z","userPrincipalName":"other@contoso.com","userId":"u2","appId":"a1","ipAddress":"192.0.2.1","status":{"errorCode":0},"sessionId":"99999999-0000-4000-8000-00000000000b","uniqueTokenIdentifier":"t"}
{"Id":"cccccccc-0000-4000-8000-000000000001","CreationTime":"2026-10-01T08:01:00","Operation":"A","RecordType":1,"UserId":"Hand@contoso.com","UserType":0,"Parameters":[{"Name":"x","Value":"in 99999999-0000-4000-8000-00000000000a"}]}
{"Id":"cccccccc-0000-4000-8000-000000000002","CreationTime":"2026-10-01T08:02:00","Operation":"B","RecordType":1,"UserId":"hand@contoso.com","UserType":0,"Parameters":[{"Name":"x","Value":"99999999-0000-4000-8000-00000000000b"}]}
{"Id":"cccccccc-0000-4000-8000-000000000003","CreationTime":"2026-10-01T08:03:00","Operation":"C","RecordType":1,"UserId":"hand@contoso.com","UserType":0,"CorrelationId":"99999999-0000-4000-8000-00000000000a"}
{"Id":"cccccccc-0000-4000-8000-000000000004","CreationTime":"2026-10-01T08:04:00","Operation":"D","RecordType":1,"UserId":"hand@contoso.com","UserType":0,"Note":"99999999-0000-4000-8000-0000000000ff"}
{"Id":"cccccccc-0000-4000-8000-000000000005","CreationTime":"2026-10-01T08:05:00","Operation":"E","RecordType":6,"UserId":"hand@contoso.com","UserType":0,"AppAccessContext":{"AADSessionId":"99999999-0000-4000-8000-00000000000A","UniqueTokenId":"YWFhYWFhYWEtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDBh"}}
{"Id":"cccccccc-0000-4000-8000-000000000006","CreationTime":"2026-10-01T08:06:00","Operation":"F","RecordType":6,"UserId":"hand@contoso.com","UserType":0,"SessionId":"99999999-0000-4000-8000-00000000000a","AppAccessContext":{"UniqueTokenId":"qqqqqgAAAECAAAAAAAAACg"}}
{"Id":"cccccccc-0000-4000-8000-000000000007","CreationTime":"2026-10-01T08:07:00","Operation":"G","RecordType":6,"UserId":"hand@contoso.com","UserType":0,"AppAccessContext":{"UniqueTokenId":"QQQQQgAAAECAAAAAAAAACg"}}
{"Id":"cccccccc-0000-4000-8000-000000000008","CreationTime":"2026-10-01T08:08:00","Operation":"H","RecordType":6,"UserId":"hand@contoso.com","UserType":0,"AppAccessContext":{"UniqueTokenId":"no token"}}
{"Id":"cccccccc-0000-4000-8000-000000000008","CreationTime":"2026-10-01T08:08:00","Operation":"H","RecordType":"6","UserId":"hand@contoso.com","UserType":0,"AppAccessContext":{"UniqueTokenId":"no token"}}
`

func boundedEngine(t *testing.T) engine.Options {
	return engine.Options{Temp: t.TempDir(), Memory: "2GB"}
}

// compareSessions holds the case at path against the files that it was made of.
func compareSessions(t *testing.T, folder, path string) {
	want := newSessionCount()
	if err := want.readFolder(folder); err != nil {
		t.Fatal(err)
	}
	want.finish()

	c, err := Open(context.Background(), path, boundedEngine(t), Filter{}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	each := func(r *Result, err error) func(yield func([]any) bool) {
		if err != nil {
			t.Fatal(err)
		}
		return func(yield func([]any) bool) {
			for row, err := range r.Rows {
				if err != nil {
					t.Fatal(err)
				}
				if !yield(row) {
					return
				}
			}
		}
	}
	ctx := context.Background()

	got := newSessionCount()
	for row := range each(c.Query(ctx, "select session_id, sign_ins, audit_events from sessions")) {
		got.perSession[row[0].(string)] = [2]int{int(row[1].(int64)), int(row[2].(int64))}
	}
	report, _ := Lookup("session_events")
	events, err := c.Run(ctx, report)
	if err != nil {
		t.Fatal(err)
	}
	session := slices.IndexFunc(events.Columns, func(c Column) bool { return c.Name == "session_id" })
	id := slices.IndexFunc(events.Columns, func(c Column) bool { return c.Name == "id" })
	for row := range each(events, nil) {
		got.events[fmt.Sprint(row[session], " ", strings.ToLower(row[id].(string)))]++
	}
	for row := range each(c.Query(ctx, "select id, unique_token_id, sign_in_id from audit_events where unique_token_id is not null")) {
		signIn, _ := row[2].(string)
		got.tokens[fmt.Sprint(row[0], " ", row[1], " ", signIn)]++
	}
	found := answer(t, c, "select count(*) from audit_events where sign_in_id in (select lower(id) from sign_ins)")

	t.Logf("%d records in the files: %d sign-ins and %d audit events, %d of them taken once; %d sessions with %d events; %d audit events with a token, %d of %d sign-ins",
		want.records, len(want.signIns), len(want.audit), want.records-len(want.signIns)-len(want.audit), len(want.perSession), total(want.events), total(want.tokens), want.found, len(want.signIns))
	if n := answer(t, c, "select (select count(*) from sign_ins) || ' ' || (select count(*) from audit_events)"); n != fmt.Sprintf("%d %d", len(want.signIns), len(want.audit)) {
		t.Errorf("sign-ins and audit events: got %s, counted %d %d", n, len(want.signIns), len(want.audit))
	}
	sameCounts(t, "sign-ins and audit events of session", got.perSession, want.perSession)
	sameCounts(t, "rows of session_events", got.events, want.events)
	sameCounts(t, "event, token, sign-in", got.tokens, want.tokens)
	if found != fmt.Sprint(want.found) {
		t.Errorf("audit events whose token leads to a sign-in in the files: got %s, counted %d", found, want.found)
	}
	if len(want.perSession) == 0 || want.found == 0 {
		t.Error("nothing was counted: this proves nothing")
	}
}

func sameCounts[V comparable](t *testing.T, what string, got, want map[string]V) {
	t.Helper()
	wrong := 0
	for _, key := range slices.Sorted(maps.Keys(union(got, want))) {
		g, inGot := got[key]
		w, inWant := want[key]
		if g != w || inGot != inWant {
			if wrong++; wrong <= 10 {
				t.Errorf("%s %s: got %v, counted %v", what, key, g, w)
			}
		}
	}
	if wrong > 10 {
		t.Errorf("%s: and %d more", what, wrong-10)
	}
}

func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func total(counts map[string]int) int {
	n := 0
	for _, times := range counts {
		n += times
	}
	return n
}

// sessionCount is what there is to count in a folder of exports.
type sessionCount struct {
	records    int
	signIns    map[string]*countedSignIn // by what makes two records the same sign-in
	audit      map[[32]byte]*countedEvent
	perSession map[string][2]int // sign-ins, audit events
	events     map[string]int    // "session id"
	tokens     map[string]int    // "id token sign-in"
	found      int               // audit events whose token is of a sign-in in the files
}

type countedSignIn struct{ id, user, userID, session string }

type countedEvent struct {
	id, user, key, session, token string
	mentions                      []string // ids that may be those of a session
}

func newSessionCount() *sessionCount {
	return &sessionCount{
		signIns: map[string]*countedSignIn{}, audit: map[[32]byte]*countedEvent{},
		perSession: map[string][2]int{}, events: map[string]int{}, tokens: map[string]int{},
	}
}

func (c *sessionCount) readFolder(folder string) error {
	names, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := c.readFile(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *sessionCount) readFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	switch filepath.Ext(name) {
	case ".zip":
		info, err := f.Stat()
		if err != nil {
			return err
		}
		z, err := zip.NewReader(f, info.Size())
		if err != nil {
			return err
		}
		for _, member := range z.File {
			r, err := member.Open()
			if err != nil {
				return err
			}
			if err := c.read(member.Name, r); err != nil {
				return err
			}
		}
		return nil
	case ".gz":
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		return c.read(strings.TrimSuffix(name, ".gz"), z)
	}
	return c.read(name, f)
}

func (c *sessionCount) read(name string, r io.Reader) error {
	in := bufio.NewReaderSize(r, 1<<20)
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		in.Discard(3)
	}
	switch {
	case strings.Contains(name, "AuthDetails"): // steps, no sign-ins
		return nil
	case filepath.Ext(name) == ".csv":
		return c.readCSV(in)
	}
	records := json.NewDecoder(in)
	records.UseNumber()
	if first, _ := in.Peek(1); string(first) == "[" {
		if _, err := records.Token(); err != nil {
			return err
		}
	}
	for records.More() {
		var record map[string]any
		if err := records.Decode(&record); err != nil {
			return err
		}
		if err := c.readObject(record); err != nil {
			return err
		}
	}
	return nil
}

func (c *sessionCount) readObject(record map[string]any) error {
	word := func(name string) string { s, _ := record[name].(string); return s }
	switch data := record["AuditData"].(type) {
	case string:
		return c.readAuditData(data)
	case map[string]any:
		c.addEvent(data)
		return nil
	}
	if record["CreationTime"] != nil {
		c.addEvent(record)
		return nil
	}
	status, _ := record["status"].(map[string]any)
	who := word("userId")
	if who == "" {
		who = word("servicePrincipalId")
	}
	c.addSignIn(word("id"), word("createdDateTime"), who, word("appId"), fmt.Sprint(status["errorCode"]), word("ipAddress"), word("userPrincipalName"), word("sessionId"))
	return nil
}

func (c *sessionCount) readCSV(in io.Reader) error {
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimSpace(name)] = i
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok {
				return strings.Clone(row[i])
			}
			return ""
		}
		if _, ok := at["AuditData"]; ok {
			if err := c.readAuditData(cell("AuditData")); err != nil {
				return err
			}
			continue
		}
		who := cell("User ID")
		if who == "" {
			who = cell("Service principal ID")
		}
		code := cell("Sign-in error code")
		if code == "" || code == "None" {
			code = "0"
		}
		c.addSignIn(cell("Request ID"), cell("Date (UTC)"), who, cell("Application ID"), code, cell("IP address"), cell("Username"), cell("Session ID"))
	}
}

func (c *sessionCount) readAuditData(text string) error {
	data := json.NewDecoder(strings.NewReader(text))
	data.UseNumber()
	var record map[string]any
	if err := data.Decode(&record); err != nil {
		return err
	}
	c.addEvent(record)
	return nil
}

// addSignIn takes a sign-in once: the same id, second, user, application, error
// and address are the same one.
func (c *sessionCount) addSignIn(id, at, who, app, code, address, user, session string) {
	c.records++
	if a, err := netip.ParseAddr(address); err == nil {
		address = a.String()
	}
	s := &countedSignIn{strings.ToLower(id), account(user), strings.ToLower(who), strings.ToLower(session)}
	key := strings.Join([]string{s.id, at[:19], who, app, code, address}, "|")
	if known := c.signIns[key]; known != nil {
		if known.session == "" {
			known.session = s.session
		}
		return
	}
	c.signIns[key] = s
}

var guid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// otherIDs are names of values that are ids of something else than a session.
var otherIDs = strings.Fields(`id intrasystemid intersystemsid correlationid userkey organizationid appid applicationid clientappid clientid
	deviceid mailboxguid tokenobjectid tokentenantid actorcontextid targetcontextid site siteid webid listid listitemuniqueid operationid
	requestid clientrequestid`)

// addEvent takes an audit record once: the same text, whatever the order of its
// names and whether a number stands in quotes.
func (c *sessionCount) addEvent(record map[string]any) {
	c.records++
	canonical, err := json.Marshal(inWords(record))
	if err != nil {
		panic(err) // it was JSON a moment ago
	}
	key := sha256.Sum256(canonical)
	if c.audit[key] != nil {
		return
	}
	word := func(in any, name string) string {
		object, _ := in.(map[string]any)
		s, _ := object[name].(string)
		return s
	}
	access := record["AppAccessContext"]
	e := &countedEvent{
		id: word(record, "Id"), user: account(word(record, "UserId")), key: strings.ToLower(word(record, "UserKey")),
		session: word(access, "AADSessionId"), token: word(access, "UniqueTokenId"),
	}
	if e.session == "" {
		e.session = word(record, "SessionId")
	}
	devices, _ := record["DeviceProperties"].([]any)
	for _, property := range devices {
		if e.session == "" && word(property, "Name") == "SessionId" {
			e.session = word(property, "Value")
		}
	}
	e.session = strings.ToLower(e.session)
	isPerson := slices.Contains([]string{"0", "2", "10"}, fmt.Sprint(record["UserType"])) && strings.Contains(e.user, "@")
	if e.session == "" && isPerson {
		e.mentions = mentioned("", record, nil)
	}
	c.audit[key] = e
}

// inWords writes every number and truth value as text.
func inWords(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = inWords(value)
		}
		return v
	case []any:
		for i, value := range v {
			v[i] = inWords(value)
		}
		return v
	case nil, string:
		return v
	}
	return fmt.Sprint(v)
}

// mentioned lists the ids in a record that may be those of a session.
func mentioned(name string, v any, found []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			found = mentioned(name, value, found)
		}
	case []any:
		for _, value := range v {
			found = mentioned(name, value, found)
		}
	case string:
		if !slices.Contains(otherIDs, strings.ToLower(name)) {
			for _, id := range guid.FindAllString(strings.ToLower(v), -1) {
				found = append(found, strings.Clone(id)) // not the text around it
			}
		}
	}
	return found
}

// account is a user in lower case, a guest by the name at home.
func account(user string) string {
	user = strings.ToLower(user)
	if home, _, isGuest := strings.Cut(user, "#ext#@"); isGuest {
		if at := strings.LastIndex(home, "_"); at >= 0 {
			return home[:at] + "@" + home[at+1:]
		}
	}
	return user
}

// finish counts, now that every session is known and whose it is.
func (c *sessionCount) finish() {
	ids := map[string]bool{}
	owners := map[string][]string{}
	for _, s := range c.signIns {
		ids[s.id] = true
		if s.session != "" {
			owners[s.session] = append(owners[s.session], s.user, s.userID)
		}
	}
	for _, e := range c.audit {
		if e.session != "" {
			owners[e.session] = append(owners[e.session], e.user, e.key)
		}
	}
	for _, e := range c.audit {
		var mentions []string
		for _, id := range e.mentions {
			if who, known := owners[id]; known && (slices.Contains(who, e.user) || e.key != "" && slices.Contains(who, e.key)) {
				mentions = append(mentions, id)
			}
		}
		slices.Sort(mentions)
		if mentions = slices.Compact(mentions); len(mentions) == 1 {
			e.session = mentions[0]
		}
	}
	count := func(session, id string, which int) {
		if session == "" {
			return
		}
		n := c.perSession[session]
		n[which]++
		c.perSession[session] = n
		c.events[session+" "+strings.ToLower(id)]++
	}
	for _, s := range c.signIns {
		count(s.session, s.id, 0)
	}
	for _, e := range c.audit {
		count(e.session, e.id, 1)
		if e.token == "" {
			continue
		}
		signIn := signInOf(e.token)
		c.tokens[e.id+" "+e.token+" "+signIn]++
		if ids[signIn] {
			c.found++
		}
	}
}

// signInOf reads a token id: base64url of the bytes of a GUID, whose first three
// parts stand backwards, or base64 of the GUID in letters.
func signInOf(token string) string {
	raw, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(strings.TrimPrefix(token, "'")))
	if err != nil {
		return ""
	}
	if len(raw) == 16 {
		for _, part := range [][]byte{raw[:4], raw[4:6], raw[6:8]} {
			slices.Reverse(part)
		}
		return fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
	}
	if text := strings.ToLower(string(raw)); len(text) == 36 && guid.MatchString(text) {
		return text
	}
	return ""
}
