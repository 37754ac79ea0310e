package queries

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
)

// recount is what a file's raw text says, read with nothing of this program: each record
// once, by its id, and of each what the reports count by.
type recount struct {
	signIns map[string]map[string]string // by id: user, app, address, policies, code, day
	events  map[string]map[string]string // by id: operation, user
}

// folder reads all files of a folder.
func (r *recount) folder(t *testing.T, path string) {
	t.Helper()
	err := filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil {
			err = r.file(name, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *recount) file(name string, text []byte) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case strings.HasSuffix(name, ".gz"):
		unpacked, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return err
		}
		inner, err := io.ReadAll(unpacked)
		if err != nil {
			return err
		}
		return r.file(strings.TrimSuffix(name, ".gz"), inner)
	case strings.HasSuffix(name, ".zip"):
		archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			return err
		}
		for _, f := range archive.File {
			member, err := f.Open()
			if err != nil {
				return err
			}
			inner, err := io.ReadAll(member)
			if err != nil {
				return err
			}
			if err := r.file(f.Name, inner); err != nil {
				return err
			}
		}
	case strings.HasSuffix(name, ".csv"):
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, row := range rows[1:] {
			cells := map[string]any{}
			for i, cell := range row {
				cells[strings.TrimSpace(rows[0][i])] = cell
			}
			r.record(cells)
		}
	case strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".jsonl"):
		values := json.NewDecoder(bytes.NewReader(text))
		for {
			var value any
			if err := values.Decode(&value); err == io.EOF {
				return nil
			} else if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			list, isList := value.([]any)
			if !isList {
				list = []any{value}
			}
			for _, item := range list {
				if record, isRecord := item.(map[string]any); isRecord {
					r.record(record)
				}
			}
		}
	}
	return nil
}

// record takes a record of any of the exports that it knows; others are left alone.
func (r *recount) record(record map[string]any) {
	text := func(path ...string) string {
		var at any = record
		for _, name := range path {
			object, _ := at.(map[string]any)
			at = object[name]
		}
		if at == nil {
			return ""
		}
		return strings.TrimSpace(fmt.Sprint(at))
	}
	put := func(all map[string]map[string]string, id string, values map[string]string) {
		if all[id] == nil {
			all[id] = map[string]string{}
		}
		for name, value := range values {
			if all[id][name] == "" {
				all[id][name] = value
			}
		}
	}
	switch data := record["AuditData"].(type) {
	case string:
		var inner map[string]any
		if json.Unmarshal([]byte(data), &inner) == nil {
			r.record(inner)
		}
		return
	case map[string]any:
		r.record(data)
		return
	}
	switch {
	case text("Operation") != "" && text("Id") != "":
		put(r.events, text("Id"), map[string]string{"operation": text("Operation"), "user": strings.ToLower(text("UserId"))})
	case text("createdDateTime") != "" && text("appId") != "":
		put(r.signIns, text("id"), map[string]string{
			"user": strings.ToLower(text("userPrincipalName")), "app": text("appDisplayName"), "address": text("ipAddress"),
			"policies": text("conditionalAccessStatus"), "code": text("status", "errorCode"), "day": text("createdDateTime")[:10],
		})
	case text("Request ID") != "" && text("Date (UTC)") != "" && text("Application") != "":
		put(r.signIns, text("Request ID"), map[string]string{
			"user": strings.ToLower(text("Username")), "app": text("Application"), "address": text("IP address"),
			"policies": text("Conditional Access"), "code": text("Sign-in error code"), "day": text("Date (UTC)")[:10],
		})
	}
}

// by counts records by what the name says of them; keys without letters' case, blanks
// and lines, and none for what is empty.
func by(all map[string]map[string]string, name string) map[string]int64 {
	counts := map[string]int64{}
	for _, record := range all {
		if key := plainKey(record[name]); key != "" {
			counts[key]++
		}
	}
	return counts
}

func plainKey(text string) string {
	return strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(text))
}

// TestRecount: what the reports count is what the raw files have, counted again without
// this program: of the sample tenant, of one with guests in both logs, and of real logs
// , unified audit logs as CSV, in the folder that ENTRAIL_REAL_LOGS names.
func TestRecount(t *testing.T) {
	takesLong(t)
	real := os.Getenv("ENTRAIL_REAL_LOGS")
	for _, evidence := range []struct{ name, path string }{
		{"sample", "../testdata/contoso"},
		{"guests", guestTenant(t)},
		{"real", real},
	} {
		t.Run(evidence.name, func(t *testing.T) {
			if evidence.path == "" {
				t.Skip("ENTRAIL_REAL_LOGS names no folder of real logs")
			}
			raw := &recount{map[string]map[string]string{}, map[string]map[string]string{}}
			raw.folder(t, evidence.path)
			path := filepath.Join(t.TempDir(), "case.duckdb")
			if _, err := ingest.Load(context.Background(), path, []string{evidence.path}, ingest.Options{Engine: engine.Options{Temp: t.TempDir()}, Now: time.Unix(0, 0)}); err != nil {
				t.Fatal(err)
			}
			c := openPath(t, path, Filter{}, time.UTC)
			failed := maps.Clone(raw.signIns)
			maps.DeleteFunc(failed, func(_ string, s map[string]string) bool { return s["code"] == "0" || s["code"] == "None" })
			for _, compared := range []struct {
				report, key, sum string
				want             map[string]int64
			}{
				{"signin_list", "", "", map[string]int64{"": int64(len(raw.signIns))}},
				{"signin_users", "user_principal_name", "sign_ins", by(raw.signIns, "user")},
				{"top_apps", "app_display_name", "sign_ins", by(raw.signIns, "app")},
				{"app_users", "app_display_name", "sign_ins", by(raw.signIns, "app")},
				{"signin_ips", "ip_address", "sign_ins", by(raw.signIns, "address")},
				{"signin_daily", "day", "sign_ins", by(raw.signIns, "day")},
				{"signin_failures", "error_code", "sign_ins", by(failed, "code")},
				{"ca_status", "conditional_access_status", "sign_ins", by(raw.signIns, "policies")},
				{"audit_list", "", "", map[string]int64{"": int64(len(raw.events))}},
				{"audit_list", "user_id", "", by(raw.events, "user")},
				{"audit_operations", "operation", "events", by(raw.events, "operation")},
				{"audit_users", "user_id", "events", by(raw.events, "user")},
				{"timeline", "source", "", map[string]int64{"signins": int64(len(raw.signIns)), "auditevents": int64(len(raw.eventsApart()))}},
			} {
				maps.DeleteFunc(compared.want, func(_ string, n int64) bool { return n == 0 })
				got := counted(t, c, compared.report, compared.key, compared.sum)
				if !maps.Equal(got, compared.want) {
					for _, key := range slices.Sorted(maps.Keys(compared.want)) {
						if got[key] != compared.want[key] {
							t.Errorf("%s by %s: %s has %d, counted again %d", compared.report, compared.key, key, got[key], compared.want[key])
						}
					}
					for key, n := range got {
						if _, known := compared.want[key]; !known {
							t.Errorf("%s by %s: %s has %d, counted again none", compared.report, compared.key, key, n)
						}
					}
				}
			}
		})
	}
}

// TestRecountOfGuests: by either name, --user shows of a guest what the raw logs have of
// both, counted again without this program.
func TestRecountOfGuests(t *testing.T) {
	takesLong(t)
	folder := guestTenant(t)
	raw := &recount{map[string]map[string]string{}, map[string]map[string]string{}}
	raw.folder(t, folder)
	path := filepath.Join(t.TempDir(), "case.duckdb")
	if _, err := ingest.Load(context.Background(), path, []string{folder}, ingest.Options{Engine: engine.Options{Temp: t.TempDir()}}); err != nil {
		t.Fatal(err)
	}
	signIns, events := by(raw.signIns, "user"), by(raw.eventsApart(), "user")
	for _, name := range []string{"bob", "li"} {
		domain := map[string]string{"bob": "partner.com", "li": "fabrikam.com"}[name]
		home, away := name+"@"+domain, name+"_"+domain+"#EXT#@contoso.onmicrosoft.com"
		want := map[string]int64{"signins": signIns[plainKey(home)], "auditevents": events[plainKey(away)]}
		if want["signins"] == 0 || want["auditevents"] == 0 {
			t.Fatalf("%s is not in both logs: %v", name, want)
		}
		for _, asked := range []string{home, away} {
			c := openPath(t, path, Filter{Users: []string{asked}}, time.UTC)
			if got := counted(t, c, "timeline", "source", ""); !maps.Equal(got, want) {
				t.Errorf("--user %s shows %v, counted again %v", asked, got, want)
			}
		}
	}
}

// eventsApart are the audit events that are no logon of a sign-in by the same id: that is one
// row of the timeline.
func (r *recount) eventsApart() map[string]map[string]string {
	apart := maps.Clone(r.events)
	maps.DeleteFunc(apart, func(id string, event map[string]string) bool {
		return r.signIns[id] != nil && (event["operation"] == "UserLoggedIn" || event["operation"] == "UserLoginFailed")
	})
	return apart
}

// counted sums a column of a report by another; without a sum rows are counted.
func counted(t *testing.T, c *Case, name, key, sum string) map[string]int64 {
	t.Helper()
	report, ok := Lookup(name)
	if !ok {
		t.Fatalf("no report %s", name)
	}
	result, err := c.Run(context.Background(), report)
	if err != nil {
		t.Fatal(err)
	}
	place := func(name string) int {
		return slices.IndexFunc(result.Columns, func(column Column) bool { return column.Name == name })
	}
	counts := map[string]int64{}
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		group, n := "", int64(1)
		if key != "" {
			value := row[place(key)]
			if value == nil {
				continue
			}
			if group = plainKey(fmt.Sprint(value)); group == "" {
				continue
			}
		}
		if sum != "" {
			n = row[place(sum)].(int64)
		}
		counts[group] += n
	}
	maps.DeleteFunc(counts, func(_ string, n int64) bool { return n == 0 })
	return counts
}

// guestTenant writes the sign-ins and the audit log of three guests and two members: the
// sign-ins know a guest by the name at home, the audit log by the one in the tenant. A
// part of each log is in a second file too.
func guestTenant(t *testing.T) string {
	folder := t.TempDir()
	var signIns, again, events []any
	people := []struct{ name, audited string }{
		{"bob@partner.com", "bob_partner.com#EXT#@contoso.onmicrosoft.com"},
		{"eve_x@partner.com", "eve_x_partner.com#EXT#@contoso.onmicrosoft.com"},
		{"li@fabrikam.com", "li_fabrikam.com#ext#@contoso.onmicrosoft.com"},
		{"ann@contoso.com", "ann@contoso.com"},
		{"carl@contoso.com", "Carl@contoso.com"},
	}
	began := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	for i := range 400 {
		p, at := people[(i*i+i/7)%len(people)], began.Add(time.Duration(i*37)*time.Minute)
		signIn := map[string]any{
			"id": fmt.Sprintf("5161e51d-0000-4000-8000-%012d", i), "createdDateTime": at.Format(time.RFC3339),
			"userPrincipalName": p.name, "userId": fmt.Sprintf("05e40000-0000-4000-8000-%012d", (i*i+i/7)%len(people)),
			"appId": fmt.Sprintf("0000a990-0000-4000-8000-%012d", i%3), "appDisplayName": []string{"Mail", "Files", "Chat"}[i%3],
			"ipAddress": fmt.Sprintf("192.0.2.%d", i%11), "conditionalAccessStatus": []string{"success", "notApplied", "failure"}[i%3],
			"status": map[string]any{"errorCode": []int{0, 0, 50126, 0, 50053}[i%5]}, "isInteractive": true,
		}
		signIns = append(signIns, signIn)
		if i%4 == 0 {
			again = append(again, signIn)
		}
		for j := range i % 3 {
			events = append(events, map[string]any{
				"Id": fmt.Sprintf("e0e4700%d-0000-4000-8000-%012d", j, i), "CreationTime": at.Add(time.Minute).Format("2006-01-02T15:04:05"),
				"Operation": []string{"FileAccessed", "FileDownloaded", "Send"}[(i+j)%3], "RecordType": 6, "Workload": "SharePoint",
				"UserId": p.audited, "UserType": 0, "ClientIP": fmt.Sprintf("192.0.2.%d", i%11), "ObjectId": "https://x/f.docx",
			})
		}
	}
	for name, records := range map[string][]any{"signins.json": signIns, "again.json": again, "audit.json": events, "audit_again.json": events[:100]} {
		text, err := json.Marshal(records)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
