package ingest

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entrail/testdata/tenant"
)

// TestAuditDataWrappers loads two audit records as every tool wraps them, and
// wants the same two of each.
func TestAuditDataWrappers(t *testing.T) {
	t.Parallel()
	first := audit("11110000-0000-4000-8000-000000000001", "New-InboxRule", `"ClientIP":"192.0.2.1:443"`)
	second := audit("11110000-0000-4000-8000-000000000002", "Set-Mailbox")
	cell := func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
	text := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	// rows is a CSV of the header, with before and after around AuditData.
	rows := func(header, before, after string) string {
		return header + "\r\n" + before + cell(first) + after + "\r\n" + before + cell(second) + after + "\r\n"
	}
	const (
		cmdlet   = `"RecordType","CreationDate","UserIds","Operations","AuditData","ResultIndex","ResultCount","Identity","IsValid","ObjectState"`
		before   = `"ExchangeAdmin","10/1/2026 8:00:00 AM","adele@contoso.com","x",`
		after    = `,"1","2","x","True","Unchanged"`
		graph    = "id,createdDateTime,auditLogRecordType,operation,organizationId,userType,userId,service,objectId,userPrincipalName,clientIp,administrativeUnits,auditData"
		graphRow = "x,10/1/2026 8:00:00 AM,exchangeAdmin,x,t,Admin,adele@contoso.com,Exchange,,adele@contoso.com,192.0.2.1,,"
	)
	// graphObject wraps AuditData as security/auditLog/queries/{id}/records does.
	graphObject := func(data string) string {
		return `{"id":"x","createdDateTime":"2026-10-01T08:00:00Z","auditLogRecordType":"exchangeAdmin","operation":"x","clientIp":"192.0.2.1","administrativeUnits":[],"auditData":` + data + `}`
	}
	powerShell := func(data string) string {
		return `{"RecordType":  "ExchangeAdmin","CreationDate":  "\/Date(1790841600000)\/","AuditData":  ` + data + `}`
	}
	tests := []struct{ name, text, reason string }{
		{"cmdlet.csv", rows(cmdlet, before, after), "10 columns"},
		{"remoting.csv", rows(`"PSComputerName","RunspaceId","PSShowComputerName",`+cmdlet, `"o","r","False",`+before, after), "13 columns"},
		{"type.csv", "#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent\r\n" + rows(cmdlet, before, after), "PowerShell 5 names the type first"},
		{"select.csv", rows(`"CreationDate","UserIds","RecordType","AuditData"`, `"10/1/2026 8:00:00 AM","adele@contoso.com","ExchangeAdmin",`, ""), "Select-Object"},
		{"only.csv", rows(`"AuditData"`, "", ""), "Select-Object AuditData"},
		{"purview4.csv", rows("CreationDate,UserIds,Operations,AuditData", "2026-10-01T08:00:00.0000000Z,adele@contoso.com,x,", ""), "the portal until 2021"},
		{"purview6.csv", rows("RecordId,CreationDate,RecordType,Operation,UserId,AuditData", "x,10/1/2026 8:00:00 AM,1,x,adele@contoso.com,", ""), "the portal in 2022"},
		{"purview8.csv", rows("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames", "x,2026-10-01T08:00:00.0000000Z,1,x,adele@contoso.com,", ",,"), "the portal since 2023"},
		{"semicolon.csv", rows("CreationDate;UserIds;Operations;AuditData", "01/10/2026 08:00;adele@contoso.com;x;", ""), "saved by a European Excel"},
		{"tab.csv", rows("sep=\t\r\nCreationDate\tUserIds\tAuditData", "01.10.2026 08:00\tadele@contoso.com\t", ""), "tabs, and the line that tells Excel"},
		{"graph.csv", rows(graph, graphRow, ""), "Graph's records as CSV"},
		{"graph.json", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries('q')/records","value":[` + graphObject(first) + "," + graphObject(second) + `]}`, "Graph's records"},
		{"graph_text.json", "[" + graphObject(text(first)) + "," + graphObject(text(second)) + "]", "the same with AuditData as text"},
		{"lower.json", strings.ToLower("[{\"AuditData\":") + first + `},{"AUDITDATA":` + text(second) + "}]", "a tool that changes the case of names"},
		{"sdk.json", `[{"AuditData":{"AdditionalProperties":` + first + `}},{"AuditData":{"AdditionalProperties":` + second + `}}]`, "the Graph SDK's bag of properties"},
		{"blob.json", "[" + first + "," + second + "]", "Management API content"},
		{"lines.jsonl", first + "\n\n" + second + "\n", "AuditData a line, and a blank line"},
		{"powershell.json", "[\r\n    " + powerShell(first) + ",\r\n    " + powerShell(second) + "\r\n]\r\n", "ConvertTo-Json of parsed AuditData"},
		{"powershell_text.json", "  [" + powerShell(text(first)) + "," + powerShell(text(second)) + "]", "ConvertTo-Json as it comes"},
		{"bare.json", powerShell(first) + "\r\n" + powerShell(text(second)) + "\r\n", "ConvertTo-Json of one record at a time, appended"},
		{"formatted.csv", strings.NewReplacer(`,""`, ",\r\n  \"\"", `"{`, "\"{\r\n  ", `:1,`, `:""1"",`).Replace(rows(cmdlet, before, after)), "-Formatted: lines in the cell, and numbers as text"},
		{"strings.json", "[" + text(first) + "]\n[" + text(second) + "]\n", "DFIR-O365RC: an array of texts for each Out-File -Append"},
		{"joined.json", "[" + text(first) + "][" + text(second) + "]", "the same without a line between"},
		{"splunk.csv", rows(`"_raw","_time",AuditData,CreationTime,host,"Parameters{}.Name"`, `"{""a"": 1}","2026-10-01T08:00:00.000+0000",`, `,2026-10-01T08:00:00,splunk01,"Identity
AccessRights"`), "Splunk, with fields of its own"},
	}
	// The files are loaded together: the ids of each begin with its number.
	folder := t.TempDir()
	for i, test := range tests {
		text := strings.ReplaceAll(test.text, "11110000-", fmt.Sprintf("1111%04d-", i))
		if err := os.WriteFile(filepath.Join(folder, test.name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.t = t
			this := " where parse_filename(path) = '" + test.name + "' "
			c.want(strings.Replace(accounts, "order by", this+"order by", 1), "unified_audit_log|2|2|0|0")
			c.want("select record, id, event_time, record_type_name, workload, operation, user_id, ip_address from audit_events join files using (file_id)"+this+"order by record",
				fmt.Sprintf("1|1111%04d-0000-4000-8000-000000000001|2026-10-01 08:00:00|ExchangeAdmin|Exchange|New-InboxRule|adele@contoso.com|192.0.2.1", i),
				fmt.Sprintf("2|1111%04d-0000-4000-8000-000000000002|2026-10-01 08:00:00|ExchangeAdmin|Exchange|Set-Mailbox|adele@contoso.com|<nil>", i))
			if t.Failed() {
				t.Log(test.reason, c.ask("select note from files"+this), c.ask("select reason, excerpt from rejects join files using (file_id)"+this))
			}
		})
	}
	c.t = t
	c.want("select count(*) from audit_events", fmt.Sprint(2*len(tests)))
}

// TestAuditDataOfTheTenant holds the sample tenant's wrappers against each
// other: the same records in all of them are loaded once.
func TestAuditDataOfTheTenant(t *testing.T) {
	t.Parallel()
	n := 0
	for range sample.AuditEvents() {
		n++
	}
	c := load(t,
		exported(t, "1.csv", func(w io.Writer) error { return tenant.WriteCmdletCSV(w, 10, sample.AuditEvents()) }),
		exported(t, "2.csv", func(w io.Writer) error { return tenant.WriteCmdletCSV(w, 13, sample.AuditEvents()) }),
		exported(t, "3.csv", func(w io.Writer) error { return tenant.WritePurviewCSV(w, sample.AuditEvents()) }),
		exported(t, "4.json", func(w io.Writer) error { return tenant.WriteCmdletJSON(w, sample.AuditEvents(), true) }),
		exported(t, "5.json", func(w io.Writer) error { return tenant.WriteCmdletJSON(w, sample.AuditEvents(), false) }),
		exported(t, "6.jsonl", func(w io.Writer) error { return tenant.WriteAuditDataLines(w, sample.AuditEvents()) }))
	c.want("select format, records, sum(loaded), sum(duplicates), count(*) from files group by all", fmt.Sprintf("unified_audit_log|%d|%d|%d|6", n, n, 5*n))
}

func TestAuditDataNearMisses(t *testing.T) {
	tests := []struct{ name, text, want, reason string }{
		{"no.csv", "CreationDate,UserIds,Operations\r\n1,2,3\r\n", "<nil>|0|0|not recognised: this is the unified audit log without the column AuditData, which holds the record itself: export it again with that column", "Select-Object left it out"},
		{"other.json", `[{"AuditData":{"Name":"x"}}]`, `<nil>|0|0|not recognised: no known export has the keys "Name"`, "AuditData of something else"},
		{"other_bag.json", `[{"AuditData":{"AdditionalProperties":{"Name":"x"}}}]`, `<nil>|0|0|not recognised: no known export has the keys "Name"`, "a bag of something else"},
		{"category.json", `{"time":"x","category":"NetworkAccessTrafficLogs","properties":{"id":"x"}}`, `<nil>|0|0|not recognised: a record of category "NetworkAccessTrafficLogs": no known export has the keys "id"`, "a category without a table"},
	}
	var paths []string
	for _, test := range tests {
		paths = append(paths, write(t, test.name, test.text))
	}
	c := load(t, paths...)
	for _, test := range tests {
		if got := c.ask("select format, records, rejected, note from files where parse_filename(path) = '" + test.name + "'"); got[0] != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.reason, got[0], test.want)
		}
	}
}

// Diagnostic settings' records with names in another case, as tools write them
// that read one into objects of their own.
func TestDiagnosticNamesInAnotherCase(t *testing.T) {
	c := load(t, write(t, "x.json", `{"Time":"2026-10-01T08:01:00Z","Category":"NonInteractiveUserSignInLogs","Properties":`+signIn("s1", `"appliedConditionalAccessPolicies":[{"id":"p1","result":"success"}]`)+`}`))
	c.want("select id, category from sign_ins", "s1|non_interactive")
	c.want("select policy_id from sign_in_policies", "p1")
}
