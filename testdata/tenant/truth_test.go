package tenant

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTruth counts the committed files once more, with no more than the standard
// library's CSV and JSON readers and nothing of the model, and compares.
func TestTruth(t *testing.T) {
	text, err := os.ReadFile(committed + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want Truth
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	r := recount{t: t, signIns: map[string]signInRow{}, events: map[string]auditRow{}}
	r.read(contents(t, committed))

	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the files say %v, the truth %v", what, got, want)
		}
	}
	same("files", r.files, want.Files)
	same("sign-ins", r.countSignIns(), want.SignIns)
	same("audit events", r.countEvents(), want.Audit)
	same("sessions", r.countSessions(), want.Session)
	same("decoded tokens", r.countTokens(), want.DecodedTokens)
	same("incident", r.findIncident(want.Incident.SessionID), want.Incident)
}

// signInRow and auditRow are the records, read back.
type signInRow struct {
	category, user, app, appID, status, ca, session, ip, country string
	code                                                         int
	at                                                           time.Time
	policies                                                     map[string]string
}

type auditRow struct {
	Id, Operation, UserId, ClientIP, ClientIPAddress, SessionId, CreationTime, ObjectId, SourceFileName string
	RecordType                                                                                          int
	OperationCount                                                                                      int
	AppAccessContext                                                                                    struct{ AADSessionId, UniqueTokenId string }
	DeviceProperties, OperationProperties, Parameters                                                   []struct{ Name, Value string }
	ModifiedProperties                                                                                  []struct{ Name, NewValue string }
}

func (a auditRow) session() string {
	for _, p := range a.DeviceProperties {
		if p.Name == "SessionId" {
			return p.Value
		}
	}
	if a.AppAccessContext.AADSessionId != "" {
		return a.AppAccessContext.AADSessionId
	}
	return a.SessionId
}

// ip is the address without the port of Exchange's cmdlets.
func (a auditRow) ip() string {
	ip := a.ClientIP
	if ip == "" {
		ip = a.ClientIPAddress
	}
	if a.RecordType == 1 && ip != "" {
		ip = strings.Trim(ip[:strings.LastIndex(ip, ":")], "[]")
	}
	return ip
}

type recount struct {
	t       *testing.T
	files   []FileTruth
	signIns map[string]signInRow
	events  map[string]auditRow
	steps   int
}

// read takes JSON sign-ins before the rest, and the rest by path.
func (r *recount) read(files map[string][]byte) {
	paths := slices.Sorted(maps.Keys(files))
	slices.SortStableFunc(paths, func(a, b string) int {
		return strings.Count(b, "!") - strings.Count(a, "!")
	})
	for _, path := range paths {
		file := FileTruth{Path: path}
		switch text := files[path]; {
		case strings.Contains(path, "AuthDetails"):
			file.Records = len(r.rows(text))
			r.steps += file.Records
		case strings.HasSuffix(path, ".json") && strings.Contains(path, "SignIns"):
			r.portalJSON(&file, text)
		case strings.Contains(path, "SignIns"):
			r.portalCSV(&file, text)
		case strings.HasSuffix(path, ".json"):
			var list []struct{ AuditData json.RawMessage }
			r.unmarshal(text, &list)
			for _, e := range list {
				r.event(&file, e.AuditData)
			}
		default:
			for _, row := range r.rows(text) {
				r.event(&file, []byte(row["AuditData"]))
			}
		}
		r.files = append(r.files, file)
	}
	slices.SortFunc(r.files, func(a, b FileTruth) int { return strings.Compare(a.Path, b.Path) })
}

func (r *recount) unmarshal(text []byte, into any) {
	r.t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		r.t.Fatal(err)
	}
}

func (r *recount) rows(text []byte) []map[string]string {
	r.t.Helper()
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		r.t.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[strings.TrimSpace(name)] = strings.TrimPrefix(cells[i], "'")
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *recount) signIn(file *FileTruth, id string, s signInRow) {
	file.Records++
	if _, ok := r.signIns[id]; ok {
		file.Repeats++
		return
	}
	r.signIns[id] = s
}

func (r *recount) portalJSON(file *FileTruth, text []byte) {
	var list []struct {
		Id, UserPrincipalName, AppId, AppDisplayName, IpAddress, ConditionalAccessStatus, SessionId string
		CreatedDateTime                                                                             time.Time
		Status                                                                                      struct{ ErrorCode int }
		Location                                                                                    struct{ CountryOrRegion string }
		AppliedConditionalAccessPolicies                                                            []struct{ DisplayName, Result string }
	}
	r.unmarshal(text, &list)
	for _, s := range list {
		status := "failure"
		switch s.Status.ErrorCode {
		case 0:
			status = "success"
		case 50058, 50074, 50076, 50140:
			status = "interrupted"
		}
		policies := map[string]string{}
		for _, p := range s.AppliedConditionalAccessPolicies {
			policies[p.DisplayName] = p.Result
		}
		r.signIn(file, s.Id, signInRow{
			category: "interactive", user: s.UserPrincipalName, app: s.AppDisplayName, appID: s.AppId, status: status,
			ca: strings.Replace(s.ConditionalAccessStatus, "notApplied", "not_applied", 1), session: s.SessionId,
			ip: s.IpAddress, country: s.Location.CountryOrRegion, code: s.Status.ErrorCode, at: s.CreatedDateTime, policies: policies,
		})
	}
}

func (r *recount) portalCSV(file *FileTruth, text []byte) {
	category := map[string]string{"Inter": "interactive", "NonIn": "non_interactive", "Appli": "service_principal", "MSISi": "managed_identity"}[file.Path[:5]]
	for _, row := range r.rows(text) {
		at, err := time.Parse(time.RFC3339, row["Date (UTC)"])
		if err != nil {
			r.t.Fatal(err)
		}
		code := 0
		if v := row["Sign-in error code"]; v != "None" {
			if _, err := fmt.Sscan(v, &code); err != nil {
				r.t.Fatal(err)
			}
		}
		place := strings.Split(row["Location"], ", ")
		r.signIn(file, row["Request ID"], signInRow{
			category: category, user: row["Username"], app: row["Application"], appID: row["Application ID"],
			status: strings.ToLower(row["Status"]), ca: strings.ReplaceAll(strings.ToLower(row["Conditional Access"]), " ", "_"),
			session: row["Session ID"], ip: row["IP address"], country: place[len(place)-1], code: code, at: at,
		})
	}
}

func (r *recount) event(file *FileTruth, data []byte) {
	var a auditRow
	r.unmarshal(data, &a)
	file.Records++
	if _, ok := r.events[a.Id]; ok {
		file.Repeats++
		return
	}
	r.events[a.Id] = a
}

func (r *recount) countSignIns() SignInTruth {
	c := SignInTruth{
		Total: len(r.signIns), ByCategory: map[string]int{}, ByStatus: map[string]int{}, ByUser: map[string]StatusCount{},
		ByWeek: map[string]WeekCount{}, ByApp: map[string]AppCount{}, ByCA: map[string]int{}, Failures: map[int]int{},
		Policies: map[string]map[string]int{}, Steps: r.steps,
	}
	seen := map[string]bool{}
	for _, s := range r.signIns {
		c.ByCategory[s.category]++
		c.ByStatus[s.status]++
		c.ByCA[s.ca]++
		if s.code != 0 {
			c.Failures[s.code]++
		}
		year, number := s.at.ISOWeek()
		name := fmt.Sprintf("%d-W%02d", year, number)
		week, app := c.ByWeek[name], c.ByApp[s.app]
		week.SignIns++
		app.SignIns++
		app.AppID = s.appID
		if s.user != "" {
			if key := name + s.user; !seen[key] {
				seen[key] = true
				week.Users++
			}
			if key := s.app + s.user; !seen[key] {
				seen[key] = true
				app.Users++
			}
			u := c.ByUser[s.user]
			u.SignIns++
			*map[string]*int{"success": &u.Success, "failure": &u.Failure, "interrupted": &u.Interrupted}[s.status]++
			c.ByUser[s.user] = u
		}
		c.ByWeek[name], c.ByApp[s.app] = week, app
		for policy, result := range s.policies {
			if c.Policies[policy] == nil {
				c.Policies[policy] = map[string]int{}
			}
			c.Policies[policy][result]++
		}
	}
	return c
}

func (r *recount) countEvents() AuditTruth {
	c := AuditTruth{Total: len(r.events), ByOperation: map[string]int{}, ByRecordType: map[int]int{}, ByUser: map[string]int{}, Logons: map[string]int{}}
	for _, a := range r.events {
		c.ByOperation[a.Operation]++
		c.ByRecordType[a.RecordType]++
		c.ByUser[strings.ToLower(a.UserId)]++
		if a.RecordType == 15 {
			c.Logons[a.Operation]++
		}
		if strings.HasPrefix(a.UserId, `NT AUTHORITY\SYSTEM`) {
			c.System++
		}
	}
	return c
}

func (a auditRow) at(t *testing.T) time.Time {
	at, err := time.Parse("2006-01-02T15:04:05", a.CreationTime)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (r *recount) countSessions() SessionsTruth {
	sessions := map[string]*SessionTruth{}
	sighting := func(id string, at time.Time, user, ip, country string) *SessionTruth {
		s := sessions[id]
		if s == nil {
			s = &SessionTruth{ID: id, Countries: []string{}, First: at, Last: at}
			sessions[id] = s
		}
		if at.Before(s.First) {
			s.First = at
		}
		if at.After(s.Last) {
			s.Last = at
		}
		s.Users, s.IPs = append(s.Users, user), append(s.IPs, ip)
		if country != "" {
			s.Countries = append(s.Countries, country)
		}
		return s
	}
	for _, s := range r.signIns {
		if s.session != "" {
			sighting(s.session, s.at, s.user, s.ip, s.country).SignIns++
		}
	}
	for _, a := range r.events {
		if id := a.session(); id != "" {
			sighting(id, a.at(r.t), strings.ToLower(a.UserId), a.ip(), "").AuditEvents++
		}
	}
	c := SessionsTruth{Total: len(sessions)}
	for _, id := range slices.Sorted(maps.Keys(sessions)) {
		s := sessions[id]
		s.Users, s.IPs, s.Countries = distinct(s.Users), distinct(s.IPs), distinct(s.Countries)
		c.List = append(c.List, *s)
	}
	return c
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func (r *recount) countTokens() int {
	n := 0
	for _, a := range r.events {
		if id := a.AppAccessContext.UniqueTokenId; id != "" {
			if _, ok := r.signIns[decode(r.t, id)]; ok {
				n++
			}
		}
	}
	return n
}

// decode turns a token id back into the sign-in's id.
func decode(t *testing.T, token string) string {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 16 {
		t.Fatalf("token id %q: %d bytes, %v", token, len(b), err)
	}
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// findIncident looks for the intrusion as a responder would, starting from the
// session.
func (r *recount) findIncident(session string) IncidentTruth {
	in := IncidentTruth{SessionID: session}
	sprayed := map[string][]string{} // address to users with a wrong password
	for _, s := range r.signIns {
		if s.code == 50126 || s.code == 50053 || s.code == 50057 {
			sprayed[s.ip] = append(sprayed[s.ip], s.user)
		}
	}
	for ip, users := range sprayed {
		if len(distinct(slices.Clone(users))) >= 5 {
			in.SprayIPs = append(in.SprayIPs, ip)
			in.SprayVictims = append(in.SprayVictims, users...)
		}
	}
	slices.Sort(in.SprayIPs)
	in.SprayVictims = distinct(in.SprayVictims)

	var root signInRow
	for _, s := range r.signIns {
		if slices.Contains(in.SprayIPs, s.ip) {
			if in.SprayFirst.IsZero() || s.at.Before(in.SprayFirst) {
				in.SprayFirst = s.at
			}
			if s.at.After(in.SprayLast) {
				in.SprayLast = s.at
			}
		}
		if s.session == session && (root.at.IsZero() || s.at.Before(root.at)) {
			root = s
		}
	}
	in.User, in.PhishingIP, in.First, in.Last = root.user, root.ip, root.at, root.at
	for _, s := range r.signIns {
		if s.ip == root.ip && s.at.Before(in.First) {
			in.First = s.at
		}
		if s.session == session && s.ip != root.ip {
			in.AttackerIPs = append(in.AttackerIPs, s.ip)
		}
	}
	in.AttackerIPs = distinct(in.AttackerIPs)
	for _, a := range r.events {
		switch {
		case a.Operation == "Reset user password." && a.ObjectId == in.User:
			in.Contained = a.at(r.t)
		case a.Operation == "Consent to application.":
			in.AppID = a.ObjectId
		case a.Operation == "Add service principal.":
			for _, p := range a.ModifiedProperties {
				if p.Name == "DisplayName" {
					in.AppName = strings.Trim(p.NewValue, "[]\r\n \"")
				}
			}
		}
		if a.session() != session {
			continue
		}
		if at := a.at(r.t); at.After(in.Last) {
			in.Last = at
		}
		switch a.Operation {
		case "FileDownloaded":
			in.FilesDownloaded = append(in.FilesDownloaded, a.SourceFileName)
		case "MailItemsAccessed":
			in.MessagesAccessed += a.OperationCount
		case "New-InboxRule":
			for _, p := range a.Parameters {
				if p.Name == "Name" {
					in.RuleName = p.Value
				}
			}
		}
	}
	slices.Sort(in.FilesDownloaded)
	return in
}
