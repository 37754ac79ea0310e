package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnswers: answers of APIs and searches as people save them, which put the records into lists and objects of
// their own. In each the same two records, an audit record and a sign-in, or one of the two.
func TestAnswers(t *testing.T) {
	t.Parallel()
	event := audit("a-#", "New-InboxRule")
	signIn := signIn("s-#")
	text := marshal(event)
	page := `{"@odata.context":"x","value":[` + signIn + `]}`
	const both, one = "1|1", "1|0" // audit records and sign-ins
	tests := []struct {
		name, text string
		want       string
		books      string // loaded|rejected
		reason     string
	}{
		{"batch.json", `{"responses":[{"id":"1","status":200,"headers":{"Content-Type":"application/json"},"body":` + page + `},{"id":"2","status":200,"body":{"value":[` + event + `]}}]}`, both, "2|0", "Graph's $batch"},
		{"batch_error.json", `{"responses":[{"id":"1","status":429,"body":{"error":{"code":"TooManyRequests","message":"Too many"}}},{"id":"2","status":200,"body":` + page + `}]}`, "0|1", "1|1", "of which one failed"},
		{"batch_bare.json", `{"responses":[{"id":"1","status":200,"body":` + signIn + `}]}`, "0|1", "1|0", "a reply of one object"},
		{"splunk_columns.json", `{"preview":false,"init_offset":0,"messages":[],"fields":["_time","_raw"],"columns":[["x"],[` + text + `]]}`, one, "1|0", "Splunk's json_cols"},
		{"splunk_columns_cut.json", `{"preview":false,"fields":["_time","_raw"],"columns":[["x","y"],[` + text + `]]}`, one, "1|1", "with a column too short"},
		{"splunk_rows.json", `{"rows":[["x",` + text + `]],"fields":["_time","_raw"]}`, one, "1|0", "Splunk's json_rows, sorted by name"},
		{"splunk_named.json", `{"preview":false,"fields":[{"name":"_time"},{"name":"_raw"}],"rows":[["x",` + text + `]]}`, one, "1|0", "with objects for fields"},
		{"old_pages.json", `{"odata.metadata":"x","value":[` + signIn + `],"odata.nextLink":"y"}{"odata.metadata":"x","value":[` + event + `]}`, both, "2|0", "pages of OData 3, one behind the other"},
		{"pages.json", `[` + page + `,{"value":[` + event + `]}]`, both, "2|0", "pages in an array"},
		{"named_pages.json", `{"page1":` + page + `,"page2":{"value":[` + event + `]}}`, both, "2|0", "pages by name"},
		{"named_lists.json", `{"signInLogs":[` + signIn + `],"auditLogs":[` + event + `]}`, both, "2|0", "lists by name"},
		{"by_user.json", `{"adele@contoso.com":[` + signIn + `],"kim@contoso.com":[` + event + `]}`, both, "2|0", "lists by user"},
		{"behind_data.json", `{"data":[` + signIn + `],"unified":[` + event + `]}`, both, "2|0", "a list behind another"},
		{"with_head.json", `{"exported":"2026-05-23","tenant":{"name":"contoso"},"logs":{"rows":2},"signins":[` + signIn + `,` + event + `]}`, both, "2|0", "behind what a script says of its export"},
		{"body.json", `{"statusCode":200,"headers":{},"body":[` + signIn + `,` + event + `]}`, both, "2|0", "a flow of Power Automate"},
		{"web_request.json", `[{"StatusCode":200,"Content":` + marshal(page) + `},{"StatusCode":200,"Content":` + marshal(`{"value":[`+event+`]}`) + `}]`, both, "2|0", "Invoke-WebRequest | ConvertTo-Json"},
		{"browser.har", `{"log":{"version":"1.2","entries":[{"request":{"url":"x"},"response":{"status":200,"content":{"mimeType":"application/json","text":` + marshal(page) + `}}}]}}`, "0|1", "1|0", "what a browser recorded"},
		{"msearch.json", `{"took":3,"responses":[{"took":1,"hits":{"total":{"value":1},"hits":[{"_source":{"event":{"original":` + text + `}}}]}},{"hits":{"hits":[]}}]}`, one, "1|0", "Elasticsearch, several searches"},
		{"async.json", `{"id":"x","is_partial":false,"response":{"took":1,"hits":{"hits":[{"_source":{"event":{"original":` + text + `}}}]}}}`, one, "1|0", "Elasticsearch, a search in the background"},
		{"discover.json", `{"isPartial":false,"rawResponse":{"took":1,"hits":{"hits":[{"_source":{"event":{"original":` + text + `}}}]}}}`, one, "1|0", "what Kibana shows as its response"},
		{"esql.json", `{"took":3,"columns":[{"name":"event.original","type":"keyword"}],"values":[[` + text + `]]}`, one, "1|0", "ES|QL"},
		{"opensearch.json", `{"schema":[{"name":"_raw","type":"text"}],"datarows":[[` + text + `]],"total":1,"size":1}`, one, "1|0", "OpenSearch SQL"},
		{"graylog.json", `{"query":"*","messages":[{"highlight_ranges":{},"message":{"source":"h","message":` + text + `},"index":"g"}],"fields":["a"],"total_results":1}`, one, "1|0", "Graylog's search"},
		{"monitor.json", `{"statistics":{"query":{}},"tables":[{"name":"PrimaryResult","columns":[{"name":"AuditData"}],"rows":[[` + text + `]]}]}`, one, "1|0", "Azure Monitor with statistics"},
		{"kusto.json", `[{"FrameType":"DataSetHeader","Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties","TableName":"x","Columns":[{"ColumnName":"Key"}],"Rows":[["x"]]},{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{"ColumnName":"AuditData"}],"Rows":[[` + text + `]]},{"FrameType":"DataSetCompletion","HasErrors":false}]`, one, "1|0", "Azure Data Explorer"},
		{"mixed.json", `{"exported":"x","signins":[` + signIn + `,{"id":"nothing"},7]}`, "0|1", "1|2", "with something else in the list"},
	}
	folder := t.TempDir()
	for i, test := range tests {
		text := strings.ReplaceAll(test.text, "-#", fmt.Sprint("-", i))
		if err := os.WriteFile(filepath.Join(folder, test.name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	for i, test := range tests {
		got := c.ask(fmt.Sprintf(`
			select
				loaded, rejected,
				(select count(*) from audit_events as e where e.file_id = f.file_id and e.id = 'a-%d'),
				(select count(*) from sign_ins as s where s.file_id = f.file_id and s.id = 's-%d'),
				note, (select string_agg(reason, '; ') from rejects as r where r.file_id = f.file_id)
			from files as f
			where parse_filename(path) = '%s'`, i, i, test.name))
		if len(got) != 1 || !strings.HasPrefix(got[0], test.books+"|"+test.want+"|") {
			t.Errorf("%s: %q, want %s, %s", test.reason, got, test.books, test.want)
		}
	}
	c.want("select reason from rejects join files using (file_id) where path like '%batch_error.json'", "not recognised: an error that the API answered instead of records: TooManyRequests: Too many; ask it again for what should be here")
	c.want("select count(*) from files where note like '%next page%'", "0")
}

// TestAnswersNearMisses: objects with lists of what would be a record by itself.
func TestAnswersNearMisses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, reason string }{
		{`{"value":[{"id":"r","displayName":"Access review","reviewers":[{"id":"u","userPrincipalName":"a@contoso.com","displayName":"A","accountEnabled":true}]}]}`, "the users of an access review"},
		{`{"id":"t","topic":"x","logged":[` + signIn("s1") + `]}`, "a thing with an id"},
		{`{"responses":[{"id":"1","status":200,"body":{"value":[]}}]}`, "a reply without records"},
		{`{"fields":["a"],"columns":[["x"]]}`, "a table of something else"},
	} {
		load(t, write(t, "x.json", test.text)).want("select count(*), coalesce(max(format), '') from files where loaded = 0", "1|")
		if t.Failed() {
			t.Fatal(test.reason)
		}
	}
}
