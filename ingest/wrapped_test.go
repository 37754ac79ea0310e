package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordsOfOtherPrograms: two audit records as other programs pass them on,
// and what comes with them. The same two are wanted of each.
func TestRecordsOfOtherPrograms(t *testing.T) {
	first, second := audit("11110000-1", "New-InboxRule", `"ClientIP":"192.0.2.1:443"`), audit("11110000-2", "Set-Mailbox")
	cell := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	inLines := func(pattern string) string {
		return strings.ReplaceAll(pattern, "%", first) + "\n" + strings.ReplaceAll(pattern, "%", second) + "\n"
	}
	textLines := func(pattern string) string {
		return strings.ReplaceAll(pattern, "%", marshal(first)) + "\n" + strings.ReplaceAll(pattern, "%", marshal(second)) + "\n"
	}
	cells := func(header, pattern string) string {
		return header + "\r\n" + strings.ReplaceAll(pattern, "%", cell(first)) + "\r\n" + strings.ReplaceAll(pattern, "%", cell(second)) + "\r\n"
	}
	hits := func(pattern string) string {
		return `{"took":3,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":2},"max_score":null,"hits":[` +
			strings.ReplaceAll(pattern, "%", first) + "," + strings.ReplaceAll(pattern, "%", second) + `]}}`
	}
	tests := []struct {
		name, text string
		rejected   int // lines that are none
		reason     string
	}{
		{"raw.csv", cells("_time,_raw,host", `2026-10-01T08:00:00Z,%,splunk01`), 0, "Splunk's results as CSV"},
		{"raw_fields.csv", cells("CreationTime,Id,Operation,RecordType,_raw", `2026-10-01T00:00:00,other,x,2,%`), 0, "with fields that Splunk took out: the text as it came counts"},
		{"result.json", textLines(`{"preview":false,"offset":0,"result":{"_raw":%,"_time":"x","Operation":"x"}}`), 0, "Splunk's results as JSON"},
		{"result_fields.json", inLines(`{"preview":false,"result":%}`), 0, "of which there are only the fields"},
		{"rows.json", `{"preview":false,"init_offset":0,"messages":[],"fields":["_time","_raw"],"rows":[["x",` + marshal(first) + `],["x",` + marshal(second) + `]]}`, 0, "Splunk's json_rows"},
		{"hec.json", inLines(`{"time":1790841600.123,"host":"h","sourcetype":"o365:management:activity","event":%}`), 0, "the HTTP event collector"},
		{"hec_text.json", textLines(`{"time":1790841600,"event":%}`), 0, "the same with a text"},
		{"hits.json", hits(`{"_index":"logs","_id":"1","_source":{"@timestamp":"x","o365":{"audit":%},"event":{"id":"1"}}}`), 0, "Elasticsearch's answer"},
		{"hits_text.json", textLines(`{"_index":"logs","_source":{"event":{"original":%},"o365":{"audit":{"Id":"1"}}}}`), 0, "elasticdump, the text as it came"},
		{"filebeat.json", textLines(`{"@timestamp":"x","message":%,"input":{"type":"o365audit"}}`), 0, "Filebeat before an ingest pipeline"},
		{"o365beat.json", inLines(`{"@timestamp":"x","o365audit":%}`), 0, "o365beat"},
		{"kibana.csv", cells(`"@timestamp","event.original","o365.audit.Id"`, `"Oct 1, 2026 @ 08:00:00.000",%,x`), 0, "Kibana's CSV"},
		{"wazuh.json", inLines(`{"timestamp":"x","rule":{"level":3},"agent":{"id":"000"},"data":{"integration":"office365","office365":%}}`), 0, "Wazuh's alerts"},
		{"gelf.json", textLines(`{"version":"1.1","host":"h","short_message":"x","full_message":%,"_source":"x"}`), 0, "Graylog"},
		{"graylog.csv", cells(`"timestamp","source","message"`, `x,h,%`), 0, "Graylog's CSV"},
		{"docker.json", textLines(`{"log":%,"stream":"stdout"}`), 0, "a container's log"},
		{"syslog.log", inLines("<134>1 2026-10-01T08:00:00Z host o365 - - [meta a=\"b\"] %"), 0, "a syslog header"},
		{"syslog_old.log", inLines("Oct  1 08:00:00 host o365: %"), 0, "the old kind of header, with a colon before the record"},
		{"rsyslog.log", inLines("2026-10-01T08:00:00.123456+00:00 host o365[12]: %"), 0, "a syslog server's file"},
		{"syslog_in.csv", "timestamp,message\r\nx," + cell("<13>Oct  1 08:00:00 h x: "+first) + "\r\nx," + cell("<13>Oct  1 08:00:00 h x: "+second) + "\r\n", 0, "a header inside of a column"},
		{"noise.json", "WARNING: Your session will end soon.\r\n\r\n[INFO] page {1}\r\n[\r\n  " + first + ",\r\n  " + second + "\r\n]\r\n", 2, "what a script writes before its JSON"},
		{"noise_page.json", "VERBOSE: GET https://graph.microsoft.com\n{\"value\":[" + first + "," + second + "]}\nVERBOSE: done\n", 2, "before a page, and behind it"},
		{"noise_lines.json", "Connecting...\n" + inLines("%") + "Done.\n", 2, "before lines, and behind them"},
		{"hunting.json", `{"@odata.context":"x","schema":[{"name":"Timestamp","type":"DateTime"}],"results":[{"Timestamp":"x","RawEventData":` + first + `},{"Timestamp":"x","RawEventData":` + marshal(second) + `}]}`, 0, "Graph's answer to a hunting query"},
		{"advanced.json", `{"Stats":{"ExecutionTime":0.1},"Schema":[{"Name":"RawEventData","Type":"String"}],"Results":[{"RawEventData":` + marshal(first) + `},{"RawEventData":` + marshal(second) + `}]}`, 0, "Defender's own answer"},
		{"tables.json", `{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"AuditData","type":"dynamic"}],"rows":[["x",` + marshal(first) + `],["x",` + marshal(second) + `]]}]}`, 0, "a table of Log Analytics' API"},
		{"kusto.json", `{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"AuditData","DataType":"String"}],"Rows":[[` + marshal(first) + `],[` + marshal(second) + `]]},{"TableName":"Table_1","Columns":[{"ColumnName":"x"}],"Rows":[]}]}`, 0, "the first version of that API, with an empty table"},
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
		this := " where parse_filename(path) = '" + test.name + "' "
		c.want("select format, loaded, rejected from files"+this, fmt.Sprintf("unified_audit_log|2|%d", test.rejected))
		c.want("select id, event_time, operation, ip_address from audit_events join files using (file_id)"+this+"order by id",
			fmt.Sprintf("1111%04d-1|2026-10-01 08:00:00|New-InboxRule|192.0.2.1", i), fmt.Sprintf("1111%04d-2|2026-10-01 08:00:00|Set-Mailbox|<nil>", i))
		if t.Failed() {
			t.Fatal(test.name, test.reason, c.ask("select note from files"+this), c.ask("select reason, excerpt from rejects join files using (file_id)"+this))
		}
	}
}

// TestFlattenedRecordsOfOtherPrograms: names with a prefix.
func TestFlattenedRecordsOfOtherPrograms(t *testing.T) {
	for _, test := range []struct{ name, text, reason string }{
		{"wazuh.csv", "_source.data.office365.CreationTime,_source.data.office365.Id,_source.data.office365.Operation,_source.data.office365.RecordType,_source.rule.level\r\n2026-10-01T08:00:00,1,Send,2,3\r\n", "a dashboard's CSV"},
		{"elastic.json", `{"_source.@timestamp":"x","o365.audit.CreationTime":"2026-10-01T08:00:00","o365.audit.Id":"1","o365.audit.Operation":"Send","o365.audit.RecordType":2}`, "JSON with dots"},
	} {
		c := load(t, write(t, test.name, test.text))
		c.want("select id, event_time, operation, record_type from audit_events", "1|2026-10-01 08:00:00|Send|2")
		if t.Failed() {
			t.Fatal(test.name, test.reason, c.ask("select note from files"))
		}
	}
}

func TestRecordsOfOtherProgramsNearMisses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want, reason string }{
		{"x.csv", "_time,_raw\r\nx,hello\r\n", `<nil>|0|0|not recognised: no known export has the columns "_time", "_raw"`, "a firewall's log"},
		{"x.json", `{"_source":{"event":{"original":"hello"},"message":"x"}}`, `<nil>|0|0|not recognised: no known export has the keys "_source"`, "another log of Elasticsearch"},
		{"list.txt", "RecordType   : 2\r\nAuditData    : " + audit("1", "Send") + "\r\n", `<nil>|0|0|not recognised: a text, no export`, "what PowerShell shows is no syslog"},
		{"story.txt", "The record was " + audit("1", "Send") + ".\r\n", "", "a text about a record"},
		{"one.csv", "_time,_raw\r\nx,\"" + strings.ReplaceAll(audit("1", "Send"), `"`, `""`) + "\"\r\nx,hello\r\n", "unified_audit_log|1|1|1 record was taken out", "a row of something else is rejected"},
	} {
		c := load(t, write(t, test.name, test.text))
		got := c.ask("select format, loaded, rejected, note from files")[0]
		if test.want == "" && !strings.HasPrefix(got, "<nil>|0|0|not recognised") || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s:\n got %s\nwant %s", test.reason, got, test.want)
		}
	}
}

// TestDamagedTables: a row that is damaged is lost, and no other.
func TestDamagedTables(t *testing.T) {
	t.Parallel()
	table := func(rows string) string {
		return `{"tables":[{"name":"PrimaryResult","columns":[{"name":"CreationTime"},{"name":"Id"},{"name":"Operation"},{"name":"RecordType"}],"rows":[` + rows
	}
	row := func(id string) string { return `["2026-10-01T08:00:00Z","` + id + `","Send",2]` }
	for _, test := range []struct{ text, files, ids, reason string }{
		{table(row("1") + "," + row("2") + "]}]}"), "2|2|0", "1,2", "whole"},
		{table(row("1") + `,["2026",]` + "," + row("2") + "]}]}"), "3|2|1", "1,2", "no value behind a comma"},
		{table(row("1") + `,["2026-10-01T08:00:00Z","3"],` + row("2") + "]}]}"), "3|2|1", "1,2", "two values too few"},
		{table(row("1") + "," + row("2")[:20]), "2|1|1", "1", "cut off in a row"},
		{table(row("1") + "," + row("2")), "2|2|0", "1,2", "cut off between two"},
	} {
		c := load(t, write(t, "x.json", test.text))
		c.want("select records, loaded, rejected from files", test.files)
		c.want("select string_agg(id, ',' order by id) from audit_events", test.ids)
		if t.Failed() {
			t.Fatal(test.reason, c.ask("select note from files"), c.ask("select reason, excerpt from rejects"))
		}
	}
}

// TestAuditDataAsColumns: what tools make of AuditData that open it into columns.
func TestAuditDataAsColumns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want, reason string }{
		{"hawk.csv", "CreationTime,Id,RecordType,Operation,UserId,Workload,AADSessionId,AppAccessContextUniqueTokenId,AuditCreationTime,AuditId,AuditRecordType,Parameters,Param_Name,Param_DeleteMessage,FullCommand\r\n" +
			"2026-10-01T08:00:00,1,ExchangeAdmin,New-InboxRule,Adele@contoso.com,Exchange,s1,AAAAAAAAAAAAAAAAAAAAAA,2026-10-01T08:00:00,1,1,Name=a | b=c | DeleteMessage=True,a | b=c,True,x\r\n",
			"1|2026-10-01 08:00:00|1|New-InboxRule|s1|AAAAAAAAAAAAAAAAAAAAAA|Name: a, b: c, DeleteMessage: True", "hawk"},
		{"hawk_few.csv", "Id,CreationTime,RecordType,Operation,Param_Identity,Param_DeleteMessage\r\n1,2026-10-01T08:00:00,1,New-InboxRule,x\\y,True\r\n",
			`1|2026-10-01 08:00:00|1|New-InboxRule|<nil>|<nil>|Identity: x\y, DeleteMessage: True`, "only a column each"},
		{"hawk.json", `[{"Id":"1","CreationTime":"2026-10-01T08:00:00","RecordType":"ExchangeAdmin","Operation":"New-InboxRule","AADSessionId":"s1","Parameters":"Name=.","Param_Name":"."}]`,
			"1|2026-10-01 08:00:00|1|New-InboxRule|s1|<nil>|Name: .", "hawk's JSON"},
		{"query.csv", "RecordType,CreationDate,Operations,AuditData.CreationTime,AuditData.Id,AuditData.Operation,AuditData.RecordType,AuditData.AppAccessContext.AADSessionId,AuditData.Parameters.0.Name,AuditData.Parameters.0.Value\r\n" +
			"other,5/2/2026 10:01:00 AM,x,2026-10-01T08:00:00,1,New-InboxRule,1,s1,Name,.\r\n",
			"1|2026-10-01 08:00:00|1|New-InboxRule|s1|<nil>|Name: .", "Power Query, beside the wrapper's columns"},
		{"text.json", `[{"Id":"1","CreationTime":"2026-10-01T08:00:00","RecordType":1,"Operation":"New-InboxRule","Parameters":"-Name \"a=b\""}]`,
			"1|2026-10-01 08:00:00|1|New-InboxRule|<nil>|<nil>|<nil>", "a text that is a command line stays one"},
	} {
		c := load(t, write(t, test.name, test.text))
		c.want(`select id, event_time, record_type, operation, session_id, unique_token_id, nullif(array_to_string(list_transform(
			list_zip(json_extract_string(raw, '$.Parameters[*].Name'), json_extract_string(raw, '$.Parameters[*].Value')), p -> p[1] || ': ' || p[2]), ', '), '') from audit_events`, test.want)
		if t.Failed() {
			t.Fatal(test.name, test.reason, c.ask("select note from files"), c.ask("select reason from rejects"), c.ask("select raw from audit_events"))
		}
	}
}

// TestJoinedFiles: a header between the rows is none of them, and is said to be there.
func TestJoinedFiles(t *testing.T) {
	row := func(id string) string {
		return "2026-10-11T08:00:00Z,FileDownloaded,Box,o1,Download," + id + "\r\n"
	}
	const header = "Timestamp,ActionType,Application,AccountObjectId,ActivityType,ReportId\r\n"
	for text, want := range map[string]string{
		header + row("r1") + row("r2"):                                      "2|<nil>",
		header + row("r1") + header + row("r2"):                             "2|1 line was the header once more: files were joined",
		header + row("r1") + header + row("r2") + header + row("r3") + "\n": "3|2 lines were the header once more: files were joined",
	} {
		load(t, write(t, "x.csv", text)).want("select loaded, note from files", want)
	}
}

// TestRowsOfOtherTables: a query that joins tables gives each the columns of all.
func TestRowsOfOtherTables(t *testing.T) {
	t.Parallel()
	const header = "Timestamp,ActionType,Application,AccountObjectId,ActivityType,DeviceName,ReportId\r\n"
	rows := "2026-10-11T08:00:00Z,FileDownloaded,Box,o1,Download,,r1\r\n2026-10-11T08:00:00Z,LdapSearch,,,,pc,r2\r\n"
	for _, text := range []string{header + rows,
		`[{"Timestamp":"2026-10-11T08:00:00Z","ActionType":"FileDownloaded","Application":"Box","AccountObjectId":"o1","ActivityType":"Download","ReportId":"r1"},
		{"Timestamp":"2026-10-11T08:00:00Z","ActionType":"LdapSearch","Application":null,"AccountObjectId":null,"ActivityType":"","ReportId":"r2"}]`} {
		c := load(t, write(t, "x", text))
		c.want("select records, loaded, rejected from files", "2|1|1")
		c.want("select id from audit_events", "r1")
		c.want("select reason[:40] from rejects", "not recognised: a row of another table, ")
	}
}

// TestAround: what stands around a record says what the record does not, whatever the syntax
// of the file.
func TestAround(t *testing.T) {
	t.Parallel()
	event := func(id, number string) string {
		return strings.Replace(audit(id, "Send"), `"RecordType":1`, `"RecordType":`+number, 1)
	}
	object := func(text string) string {
		return clixml(`<Obj RefId="0"><TN RefId="0"><T>x</T></TN><Props><S N="RecordType">NewThing</S><S N="AuditData">` + text + `</S></Props></Obj>`)
	}
	row := func(text string) string {
		return "CreationDate,AuditData\nx,\"" + strings.ReplaceAll(text, `"`, `""`) + "\"\n"
	}
	setting := func(id, time string) string {
		return `{"time":"2026-10-01T09:00:00Z","category":"SignInLogs","callerIpAddress":"192.0.2.7","properties":{"id":"` + id + `","userPrincipalName":"a@contoso.com","appDisplayName":"x"` + time + `}}`
	}
	const itsOwn = `,"createdDateTime":"2026-10-01T08:00:00Z"`
	names, times := "select record_type_name from audit_events where id = ", "select event_time, ip_address from sign_ins where id = "
	tests := []struct{ name, text, query, want, reason string }{
		{"a.json", `{"RecordType":"NewThing","AuditData":` + marshal(event("a", "9999")) + `}`, names, "NewThing", "JSON"},
		{"b.xml", object(event("b", "9999")), names, "NewThing", "Export-Clixml"},
		{"c.xml", object(event("c", "1")), names, "ExchangeAdmin", "Export-Clixml of a type that is known"},
		{"d.json", setting("d", ""), times, "2026-10-01 09:00:00|192.0.2.7", "JSON of a diagnostic setting"},
		{"e.csv", row(setting("e", "")), times, "2026-10-01 09:00:00|192.0.2.7", "the same in a row"},
		{"f.csv", row(setting("f", itsOwn)), times, "2026-10-01 08:00:00|192.0.2.7", "with a time of its own"},
	}
	folder := t.TempDir()
	for _, test := range tests {
		if err := os.WriteFile(filepath.Join(folder, test.name), []byte(test.text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	for _, test := range tests {
		if got := c.ask(test.query + "'" + test.name[:1] + "'"); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: %q, want %q", test.reason, got, test.want)
		}
	}
}
