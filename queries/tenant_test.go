package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
)

// tenant is what is read here of contoso.json: counts that the sample tenant's
// generator keeps by itself, without this program.
type tenant struct {
	SignIns struct {
		Total    int64
		ByStatus map[string]int64 `json:"by_status"`
		ByApp    map[string]struct {
			SignIns int64 `json:"sign_ins"`
		} `json:"by_app"`
	} `json:"sign_ins"`
	AuditEvents struct {
		Total       int64
		System      int64
		ByOperation map[string]int64 `json:"by_operation"`
	} `json:"audit_events"`
	Sessions struct {
		Total int64
		List  []struct {
			SessionID   string `json:"session_id"`
			Users       []string
			SignIns     int64    `json:"sign_ins"`
			AuditEvents int64    `json:"audit_events"`
			IPAddresses []string `json:"ip_addresses"`
			Countries   []string
			First, Last time.Time
		}
	}
	Incident struct {
		User                string
		SessionID           string   `json:"session_id"`
		SprayIPAddresses    []string `json:"spray_ip_addresses"`
		SprayVictims        []string `json:"spray_victims"`
		PhishingIPAddress   string   `json:"phishing_ip_address"`
		AttackerIPAddresses []string `json:"attacker_ip_addresses"`
		RuleName            string   `json:"rule_name"`
		MessagesAccessed    int      `json:"messages_accessed"`
		AppName             string   `json:"app_name"`
		AppID               string   `json:"app_id"`
		First               time.Time
	}
}

// askedTenant is a case of the sample tenant that tests share.
func askedTenant(t *testing.T) *Case {
	t.Helper()
	return share(t, "contoso", func() string {
		path, _ := loadTenant(t)
		return path
	})
}

// loadTenant is a case of the sample tenant, and what its generator counted.
func loadTenant(t testing.TB) (string, tenant) {
	t.Helper()
	loaded, err := tenantCase()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "contoso.duckdb")
	if err := os.WriteFile(path, loaded, 0o666); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../testdata/contoso.json")
	if err != nil {
		t.Fatal(err)
	}
	var want tenant
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return path, want
}

// tenantCase is the file of the case, loaded once.
var tenantCase = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "entrail-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "contoso.duckdb")
	if _, err := ingest.Load(context.Background(), path, []string{"../testdata/contoso"}, ingest.Options{Engine: engine.Options{Temp: folder}}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// TestTenant asks about the sample tenant what its generator has counted.
func TestTenant(t *testing.T) {
	_, want := loadTenant(t)
	c := askedTenant(t)

	var sessions []string
	for _, s := range want.Sessions.List {
		if len(s.Users) > 1 { // the audit log knows guests by another name; it is one person
			s.Users = slices.DeleteFunc(s.Users, func(u string) bool { return strings.Contains(u, "#ext#") })
		}
		sessions = append(sessions, fmt.Sprintf("%s|%s|%d|%d|%d|%d|%s|%s", s.SessionID, strings.Join(s.Users, ", "), s.SignIns, s.AuditEvents,
			len(s.IPAddresses), len(s.Countries), s.First.Format(time.RFC3339), s.Last.Format(time.RFC3339)))
	}
	slices.Sort(sessions)
	got := answer(t, c, "select session_id, users, sign_ins, audit_events, ip_addresses, countries, first_seen, last_seen from sessions order by session_id")
	if one, other := strings.Join(sessions, "\n"), got; one != other {
		t.Errorf("sessions: want, or got:\n%s", firstDifference(one, other))
	}

	report, _ := Lookup("sessions")
	r, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(lines(t, r), "|"); first != want.Incident.SessionID {
		t.Errorf("the session to look at first is %s, want the stolen one, %s", first, want.Incident.SessionID)
	}

	// Nobody but the stolen session is high: not the traveller, not the users of a
	// VPN, of two carriers, of the shared mailbox.
	if got := answer(t, c, "select session_id from sessions where attention = 'high'"); got != want.Incident.SessionID {
		t.Errorf("sessions of high attention: %s, want the stolen one alone, %s", got, want.Incident.SessionID)
	}
	for _, reason := range []string{
		"3 countries: CA, LT, RO", "3 networks", "user agent of a tool: axios", "3 events after the password was reset",
		"as behind a phishing page that passes it on", "inbox rule 2", "all new for the user, unknown client in RO (+4)",
	} {
		if got := answer(t, c, "select reasons from sessions where attention = 'high'"); !strings.Contains(got, reason) {
			t.Errorf("the stolen session's reasons lack %q: %s", reason, got)
		}
	}
	for _, benign := range []struct{ reason, sessions string }{
		{"a traveller", "users = 'alex.wilber@contoso.com' and country_list = 'NL, US'"},
		{"a user of a VPN", "users = 'ruben.visser@contoso.com' and country_list = 'DE, NL'"},
		{"a phone between two carriers", "network_list = 'AS65536, AS65537'"},
		{"somebody who works in the shared mailbox", "session_id in (select session_id from audit_events where contains(raw, 'Accounts.Payable.(shared)@contoso.com'))"},
	} {
		if got := answer(t, c, "select count(*) > 0, bool_or(attention = 'high') from sessions where "+benign.sessions); got != "true|false" {
			t.Errorf("%s: there are sessions, one of them high: %s, want true|false", benign.reason, got)
		}
	}

	summary, _ := Lookup("summary")
	if r, err = c.Run(context.Background(), summary); err != nil {
		t.Fatal(err)
	}
	value := map[string]string{}
	for _, line := range strings.Split(lines(t, r), "\n") {
		part := strings.SplitN(line, "|", 4)
		value[part[0]+": "+part[1]] = part[2]
	}
	expect := map[string]string{
		"sign-ins: sign-ins":                                      fmt.Sprint(want.SignIns.Total),
		"audit log: events":                                       fmt.Sprint(want.AuditEvents.Total),
		"audit log: mail read":                                    fmt.Sprintf("%d messages", want.Incident.MessagesAccessed),
		"audit log: files downloaded":                             fmt.Sprintf("%d files", want.AuditEvents.ByOperation["FileDownloaded"]+want.AuditEvents.ByOperation["FileSyncDownloadedFull"]), // each another file
		"audit log: mail sent":                                    fmt.Sprintf("%d messages", want.AuditEvents.ByOperation["Send"]),
		"sessions to look at first: sessions":                     fmt.Sprint(want.Sessions.Total),
		"sessions to look at first: " + want.Incident.SessionID:   want.Incident.User,
		"applications used most: " + mostUsed(want.SignIns.ByApp): fmt.Sprint(want.SignIns.ByApp[mostUsed(want.SignIns.ByApp)].SignIns),
	}
	for status, n := range want.SignIns.ByStatus {
		expect["sign-ins: "+status] = fmt.Sprint(n)
	}
	expect["failed sign-ins: password spray from "+strings.Join(want.Incident.SprayIPAddresses, ", ")] = fmt.Sprintf("%d users", len(want.Incident.SprayVictims))
	for key, n := range expect {
		if value[key] != n {
			t.Errorf("summary, %s: got %q, want %q", key, value[key], n)
		}
	}
}

func mostUsed(apps map[string]struct {
	SignIns int64 `json:"sign_ins"`
}) string {
	best := ""
	for name, app := range apps {
		if app.SignIns > apps[best].SignIns {
			best = name
		}
	}
	return best
}
