package queries

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTablesOfAuditRecords: of the sample's events of Exchange, SharePoint and Teams each
// report says what it says of AuditData, where they come as OfficeActivity, whose names
// and words are others, whose lists are text, and which has the columns of all records in
// each, and where AuditData itself has more names without a value.
func TestTablesOfAuditRecords(t *testing.T) {
	takesLong(t)
	source := openBeside(t, nil, "../testdata/contoso")
	text := answer(t, source, "select translate(raw, chr(10) || chr(13), '  ') from audit_events where record_type not in (8, 15) order by event_time, id")
	var types []string // names of record types, by their numbers
	for line := range strings.Lines(answer(t, source, "select record_type || ' ' || name from record_types")) {
		types = append(types, strings.TrimSpace(line))
	}
	typeNamed := func(number any) string {
		i := slices.IndexFunc(types, func(s string) bool { return strings.HasPrefix(s, fmt.Sprint(number, " ")) })
		_, name, _ := strings.Cut(types[i], " ")
		return name
	}
	kinds := map[float64]string{0: "Regular", 2: "Admin", 3: "DcAdmin", 4: "System", 5: "Application", 10: "Guest"}
	logons := map[float64]string{0: "Owner", 1: "Admin", 2: "Delegated"}
	other := map[string]string{
		"CreationTime": "TimeGenerated", "Id": "OfficeId", "Workload": "OfficeWorkload", "ObjectId": "OfficeObjectId", "Site": "Site_",
		"ClientIPAddress": "Client_IPAddress", "LogonType": "Logon_Type", "SiteUrl": "Site_Url", "EventData": "Event_Data",
	}
	var records, tables []map[string]any
	texts := map[string]bool{} // names of values that are texts
	for _, line := range strings.Split(text, "\n") {
		record, table := map[string]any{}, map[string]any{}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		for name, value := range record {
			switch v := value.(type) {
			case string:
				texts[name] = true
			case []any, map[string]any:
				value = string(marshalled(t, v))
			case float64:
				switch name {
				case "RecordType":
					value = typeNamed(v)
				case "UserType":
					value = kinds[v]
				case "LogonType":
					value = logons[v]
				}
			}
			if name == "CreationTime" {
				value = fmt.Sprint(value, "Z")
			}
			if other[name] != "" {
				name = other[name]
			}
			table[name] = value
		}
		records, tables = append(records, record), append(tables, table)
	}
	if len(records) < 500 {
		t.Fatalf("%d records are too few", len(records))
	}
	wide, office := map[string]any{}, map[string]any{}
	for name := range texts {
		wide[name], office[name] = "", ""
	}
	for from, to := range other {
		delete(office, from)
		office[to] = ""
	}
	want := reportsOf(t, records, nil)
	for name, got := range map[string]map[string]string{"OfficeActivity": reportsOf(t, tables, office), "names without a value": reportsOf(t, records, wide)} {
		for report := range want {
			if got[report] != want[report] && report != "files" {
				t.Errorf("%s: %s: %s", name, report, firstDifference(got[report], want[report]))
			}
		}
	}
}

// reportsOf are all reports on the records, each of which gets the names that it lacks.
func reportsOf(t *testing.T, records []map[string]any, lacked map[string]any) map[string]string {
	t.Helper()
	var text bytes.Buffer
	for _, record := range records {
		whole := map[string]any{}
		for name, value := range lacked {
			whole[name] = value
		}
		for name, value := range record {
			whole[name] = value
		}
		text.Write(append(marshalled(t, whole), '\n'))
	}
	path := filepath.Join(t.TempDir(), "records.jsonl")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	c := openBeside(t, nil, path)
	all := map[string]string{}
	for _, report := range Reports() {
		result, err := c.Run(t.Context(), report)
		if err != nil {
			t.Fatalf("%s: %v", report.Name, err)
		}
		all[report.Name] = lines(t, result)
	}
	return all
}

func marshalled(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
