package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entrail/ingest/schema"
)

// Texts of one event in several exports. ID stands for its id.
const (
	auditFields   = `"CreationTime":"2026-05-03T10:02:00","Id":"ID","Operation":"FileAccessed","UserKey":"10032000A1B2C3D4","Workload":"SharePoint","UserId":"adele@contoso.com","ClientIP":"203.0.113.5","Version":1,"LogonType":2,"Site":"s"`
	auditRaw      = `{` + auditFields + `,"RecordType":6,"UserType":0}`
	auditWords    = `{` + auditFields + `,"RecordType":"SharePointFileOperation","UserType":"Regular","Extra":null}`
	auditGraph    = `{"id":"x","createdDateTime":"2026-05-03T10:02:00Z","operation":"FileAccessed","auditData":{"@odata.type":"#microsoft.graph.security.defaultAuditData",` + auditFields + `,"RecordType":"6","UserType":0}}`
	ruleParts     = `"CreationTime":"2026-05-02T10:01:00","Id":"ID","Operation":"New-InboxRule","RecordType":1,"UserKey":"1003","UserType":0,"Workload":"Exchange","UserId":"adele@contoso.com","ClientIP":"203.0.113.5:4711","ObjectId":"x","ResultStatus":"True"`
	ruleRaw       = `{` + ruleParts + `,"Parameters":[{"Name":"Name","Value":"junk"},{"Name":"ForwardTo","Value":"x@example.org"}]}`
	ruleTable     = `{"TenantId":"workspace","SourceSystem":"OfficeActivity","RecordType":"ExchangeAdmin","TimeGenerated":"2026-05-02T10:01:00.25Z","Operation":"New-InboxRule","UserType":"Regular","UserKey":"1003","OfficeWorkload":"Exchange","ResultStatus":"True","OfficeObjectId":"x","UserId":"adele@contoso.com","ClientIP":"203.0.113.5:4711","OfficeId":"ID","Type":"OfficeActivity"`
	listedRule    = ruleTable + `,"Parameters":"[{\"Name\":\"Name\",\"Value\":\"junk\"},{\"Name\":\"ForwardTo\",\"Value\":\"x@example.org\"}]"}`
	expandedRule  = ruleTable + `,"Parameters":{"Name":"Name","Value":"junk"}}` + "\n" + ruleTable + `,"Parameters":{"Name":"ForwardTo","Value":"x@example.org"}}`
	columnOfRule  = ruleTable + `,"Parameters":"[{\"Name\":\"Name\",\"Value\":\"junk\"},{\"Name\":\"To\",\"Value\":\"x\"}]","p":{"Name":"Name","Value":"junk"}}` + "\n" + ruleTable + `,"Parameters":"[{\"Name\":\"Name\",\"Value\":\"junk\"},{\"Name\":\"To\",\"Value\":\"x\"}]","p":{"Name":"To","Value":"x"}}`
	updateHead    = `"id":"ID","category":"UserManagement","correlationId":"c1","result":"success","resultReason":"","activityDisplayName":"Update user","loggedByService":"Core Directory","initiatedBy":{"user":{"id":"u1","displayName":null,"userPrincipalName":"admin@contoso.com","ipAddress":"198.51.100.9"},"app":null}`
	nameChange    = `{"displayName":"DisplayName","oldValue":"[\"A\"]","newValue":"[\"B\"]"}`
	cityChange    = `{"displayName":"City","oldValue":"[]","newValue":"[\"Cork\"]"}`
	updateGraph   = `{` + updateHead + `,"activityDateTime":"2026-05-04T09:03:22.1234567Z","targetResources":[{"id":"t1","type":"User","userPrincipalName":"adele@contoso.com","modifiedProperties":[` + nameChange + `]}]}`
	updateDiag    = `{"time":"2026-05-04T09:05:40Z","category":"AuditLogs","tenantId":"t","resultType":"0","correlationId":"other","properties":{` + updateHead + `,"activityDateTime":"2026-05-04T09:03:22.1234567+00:00","userAgent":null,"targetResources":[{"id":"t1","type":"User","userPrincipalName":"adele@contoso.com","groupType":null,"modifiedProperties":[` + nameChange + `]}]}}`
	updateTable   = "\"TimeGenerated [UTC]\",\"Id\",\"CorrelationId\",\"InitiatedBy\",\"LoggedByService\",\"Result\",\"TargetResources\",\"ActivityDisplayName\",\"ActivityDateTime [UTC]\"\n" + `"5/4/2026, 9:03:22.123 AM","ID","c1","{""user"":{""id"":""u1"",""userPrincipalName"":""admin@contoso.com"",""ipAddress"":""198.51.100.9""}}","Core Directory","success","[{""id"":""t1"",""type"":""User"",""userPrincipalName"":""adele@contoso.com"",""modifiedProperties"":[{""displayName"":""DisplayName"",""oldValue"":""[\""A\""]"",""newValue"":""[\""B\""]""}]}]","Update user","5/4/2026, 9:03:22.123 AM"` + "\n"
	signInHead    = `"id":"ID","createdDateTime":"2026-05-05T08:04:11Z","userPrincipalName":"adele@contoso.com","userId":"u1","appId":"a1","appDisplayName":"App","ipAddress":"203.0.113.5"`
	signInFull    = `{` + signInHead + `,"isInteractive":true,"status":{"errorCode":50126},"resourceId":"r1","sessionId":"s1","location":{"city":"Cork","countryOrRegion":"IE"},"appliedConditionalAccessPolicies":[{"id":"p1","displayName":"P","result":"success"},{"id":"p2","displayName":"Q","result":"notApplied"}]}`
	signInDiag    = `{"time":"2026-05-05T08:06:00Z","category":"SignInLogs","correlationId":"e","properties":{` + signInHead + `,"isInteractive":true,"status":{"errorCode":50126},"userAgent":"UA","clientAppUsed":"Browser"}}`
	signInFlat    = "CreatedDateTime,UserPrincipalName,AppDisplayName,IPAddress,Id,ErrorCode\n2026-05-05T08:04:11Z,Adele@contoso.com,App,203.0.113.5,ID,50126\n"
	signInLost    = "CreatedDateTime,UserPrincipalName,UserId,AppDisplayName,AppId,IPAddress,Id,Status\n2026-05-05T08:04:11.9Z,adele@contoso.com,u1,App,a1,203.0.113.5,ID,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus\n"
	signInTable   = `{"TimeGenerated":"2026-05-05T08:09:11.5Z","CreatedDateTime":"2026-05-05T08:04:11.75Z","OperationName":"Sign-in activity","Category":"SignInLogs","ResultType":"50126","AppDisplayName":"App","UserPrincipalName":"adele@contoso.com","IPAddress":"203.0.113.5","Id":"ID"`
	signInRows    = signInTable + `,"ConditionalAccessPolicies":{"id":"p1","displayName":"P","result":"success"}}` + "\n" + signInTable + `,"ConditionalAccessPolicies":{"id":"p2","displayName":"Q","result":"notApplied"}}`
	riskyUser     = `{"id":"ID","userPrincipalName":"adele@contoso.com","userDisplayName":"Adele",`
	userAtRisk    = riskyUser + `"riskLevel":"high","riskState":"atRisk","riskDetail":"none","riskLastUpdatedDateTime":"2026-05-04T08:00:00Z"}`
	userSafe      = riskyUser + `"riskLevel":"none","riskState":"remediated","riskDetail":"userPerformedSecuredPasswordReset","riskLastUpdatedDateTime":"2026-05-08T08:00:00Z"}`
	userAgain     = riskyUser + `"riskLevel":"medium","riskState":"atRisk","riskDetail":"none","riskLastUpdatedDateTime":"2026-05-09T08:00:00Z"}`
	detection     = `{"id":"ID","activityDateTime":"2026-05-04T07:00:00Z","detectedDateTime":"2026-05-04T07:30:00.5Z","riskEventType":"unfamiliarFeatures","userId":"u1","ipAddress":"203.0.113.5",`
	detected      = detection + `"riskLevel":"low","riskState":"atRisk","lastUpdatedDateTime":"2026-05-04T07:30:00Z"}`
	confirmed     = detection + `"riskLevel":"high","riskState":"confirmedCompromised","lastUpdatedDateTime":"2026-05-06T07:30:00Z","userPrincipalName":"adele@contoso.com"}`
	riskySignIn   = `{` + signInHead + `,"status":{"errorCode":0},"riskLevelDuringSignIn":"none",`
	monday        = riskySignIn + `"riskLevelAggregated":"none","riskState":"none","riskDetail":"none"}`
	friday        = riskySignIn + `"riskLevelAggregated":"high","riskState":"atRisk","riskDetail":"none"}`
	sunday        = riskySignIn + `"riskLevelAggregated":"none","riskState":"remediated","riskDetail":"userPerformedSecuredPasswordReset","userAgent":"UA"}`
	signInsCount  = "select count(*) from sign_ins where id = 'ID'"
	auditsCount   = "select count(*) from audit_events where id = 'ID'"
	updatesCount  = "select count(*) from directory_audits where id = 'ID'"
	policiesTold  = "select string_agg(policy_name, ' ' order by policy_name) from sign_in_policies where sign_in_id = 'ID'"
	changesTold   = "select string_agg(property, ' ' order by property) from directory_audit_changes where audit_id = 'ID'"
	historyOfRisk = "select risk_level, risk_state, updated_at from risk_history where id = 'ID' order by all"
)

// TestOneRecordInSeveralExports loads the exports of an event in each order, at once
// and one by one, under names in each order: what is in the case is always the same.
func TestOneRecordInSeveralExports(t *testing.T) {
	takesLong(t)
	type want struct{ query, rows string }
	tests := []struct {
		reason string
		files  [3]string // "" = there is none
		want   []want    // rows with a bar between them
	}{
		{"raw, -Formatted, Graph's audit log query", [3]string{auditRaw, auditWords, auditGraph}, []want{
			{auditsCount, "1"},
			{"select record_type, record_type_name, user_type from audit_events where id = 'ID'", "6|SharePointFileOperation|0"},
		}},
		{"the cmdlet's CSV, JSON lines in another order of keys, another number", [3]string{auditCSV(auditRaw), strings.Replace(auditWords, "{", `{"Z":1.0,`, 1), strings.Replace(auditRaw, "{", `{"Z":1,`, 1)}, []want{{auditsCount, "1"}}},
		{"OfficeActivity as JSON beside the unified log and its CSV", [3]string{ruleRaw, listedRule, auditCSV(ruleRaw)}, []want{
			{auditsCount, "1"},
			{"select operation, ip_address, object_id, len(from_json(raw -> '$.Parameters', '[\"JSON\"]')) from audit_events where id = 'ID'", "New-InboxRule|203.0.113.5|x|2"},
		}},
		{"OfficeActivity expanded into rows, beside the whole", [3]string{expandedRule, ruleRaw, ""}, []want{{auditsCount, "1"}}},
		{"OfficeActivity expanded into rows alone", [3]string{expandedRule, "", ""}, []want{
			{auditsCount, "1"},
			{"select list_sort(from_json(raw -> '$.Parameters', '[{\"Name\":\"VARCHAR\"}]'))::varchar from audit_events where id = 'ID'", "[{'Name': ForwardTo}, {'Name': Name}]"},
		}},
		{"OfficeActivity expanded into rows, a file each", [3]string{strings.Split(expandedRule, "\n")[0], strings.Split(expandedRule, "\n")[1], ""}, []want{
			{auditsCount, "1"},
			{"select len(from_json(raw -> '$.Parameters', '[\"JSON\"]')) from audit_events where id = 'ID'", "2"},
		}},
		{"OfficeActivity expanded into a column more", [3]string{columnOfRule, "", ""}, []want{{auditsCount, "1"}}},
		{"OfficeActivity without most of its columns", [3]string{listedRule, `{"OfficeId":"ID","TimeGenerated":"2026-05-02T10:01:00Z","OfficeWorkload":"Exchange","Operation":"New-InboxRule","RecordType":"ExchangeAdmin"}`, ""}, []want{
			{auditsCount, "1"},
			{"select user_id, event_time from audit_events where id = 'ID'", "adele@contoso.com|2026-05-02 10:01:00"},
		}},
		{"an export of AuditData that a workbook cut off", [3]string{auditCSV(ruleRaw), auditCSV(ruleRaw[:len(ruleRaw)-30]), ""}, []want{{auditsCount, "1"}}},
		{"a directory audit from Graph, a diagnostic setting, Log Analytics", [3]string{updateGraph, updateDiag, updateTable}, []want{{updatesCount, "1"}, {changesTold, "DisplayName"}}},
		{"the targets of a directory audit in a row each", [3]string{
			`{"TimeGenerated":"2026-05-04T09:03:22Z","Id":"ID","ActivityDisplayName":"Add member","LoggedByService":"Core Directory","InitiatedBy":"{}","TargetResources":{"id":"t1","type":"User","modifiedProperties":[` + nameChange + `]}}` + "\n" +
				`{"TimeGenerated":"2026-05-04T09:03:22Z","Id":"ID","ActivityDisplayName":"Add member","LoggedByService":"Core Directory","InitiatedBy":"{}","TargetResources":{"id":"t2","type":"Group","modifiedProperties":[` + cityChange + `]}}`, "", ""},
			[]want{{updatesCount, "1"}, {changesTold, "City DisplayName"}}},
		{"a sign-in whole, from a diagnostic setting, flattened", [3]string{signInFull, signInDiag, signInFlat}, []want{
			{signInsCount, "1"},
			{"select user_agent, city, client_app, session_id, error_code from sign_ins where id = 'ID'", "UA|Cork|Browser|s1|50126"},
			{policiesTold, "P Q"},
		}},
		{"a sign-in through PowerShell without its status, from Log Analytics, flattened", [3]string{signInLost, signInTable + `}`, signInFlat}, []want{
			{signInsCount, "1"},
			{"select user_id, app_id, status, error_code from sign_ins where id = 'ID'", "u1|a1|failure|50126"},
		}},
		{"a sign-in expanded into a row for each policy", [3]string{signInRows, "", ""}, []want{{signInsCount, "1"}, {policiesTold, "P Q"}}},
		{"beside the whole, of which one row has been left out", [3]string{strings.Split(signInRows, "\n")[0], signInFull, ""}, []want{{signInsCount, "1"}, {policiesTold, "P Q"}}},
		{"an id in other letters", [3]string{signInFull, strings.Replace(signInFlat, "ID", "id", 1), ""}, []want{{"select count(*) from sign_ins where lower(id) = lower('ID')", "1"}}},
		{"a guest by both names", [3]string{signInFlat, strings.Replace(signInFlat, "Adele@contoso.com", "adele_contoso.com#EXT#@fabrikam.onmicrosoft.com", 1), ""}, []want{{signInsCount, "1"}}},

		{"the risk of a sign-in rises", [3]string{monday, friday, ""}, []want{
			{signInsCount, "1"},
			{"select risk_level_aggregated, risk_state from sign_ins where id = 'ID'", "high|atRisk"},
			{historyOfRisk, "none|none|<nil>"},
		}},
		{"and is remediated: the higher level, the further state", [3]string{sunday, friday, monday}, []want{
			{"select risk_level_aggregated, risk_state, risk_detail, user_agent from sign_ins where id = 'ID'", "high|remediated|userPerformedSecuredPasswordReset|UA"},
			{historyOfRisk, "high|atRisk|<nil> none|none|<nil> none|remediated|<nil>"},
		}},
		{"a risky user by the time of the state, not by its height", [3]string{userAtRisk, userSafe, ""}, []want{
			{"select risk_level, risk_state, event_time from risky_users where id = 'ID'", "none|remediated|2026-05-08 08:00:00"},
			{historyOfRisk, "high|atRisk|2026-05-04 08:00:00"},
		}},
		{"a user at risk again", [3]string{userAgain, userAtRisk, userSafe}, []want{
			{"select risk_level, risk_state, event_time from risky_users where id = 'ID'", "medium|atRisk|2026-05-09 08:00:00"},
			{historyOfRisk, "high|atRisk|2026-05-04 08:00:00 none|remediated|2026-05-08 08:00:00"},
		}},
		{"a risk detection that was confirmed", [3]string{detected, confirmed, ""}, []want{
			{"select risk_level, risk_state, user_principal_name, last_updated_date_time from risk_detections where id = 'ID'", "high|confirmedCompromised|adele@contoso.com|2026-05-06 07:30:00"},
			{historyOfRisk, "low|atRisk|2026-05-04 07:30:00"},
		}},

		{"one id, another second", [3]string{signInFull, strings.Replace(signInFull, "08:04:11Z", "08:04:12Z", 1), ""}, []want{{signInsCount, "2"}}},
		{"one id, another address", [3]string{signInFull, strings.Replace(signInFlat, "203.0.113.5", "203.0.113.6", 1), ""}, []want{{signInsCount, "2"}}},
		{"one id, another user by name, one by id", [3]string{signInFlat, strings.Replace(signInFlat, "Adele@", "megan@", 1), ""}, []want{{signInsCount, "2"}}},
		{"one id, succeeded and not", [3]string{signInFlat, strings.Replace(signInFlat, "50126", "0", 1), ""}, []want{{signInsCount, "2"}}},
		{"one id, another resource", [3]string{signInFull, strings.Replace(signInFull, `"r1"`, `"r2"`, 1), ""}, []want{{signInsCount, "2"}}},
		{"two that contradict, and one that fits both", [3]string{signInFull, strings.Replace(signInFull, "203.0.113.5", "203.0.113.6", 1), strings.Replace(signInFull, `,"ipAddress":"203.0.113.5"`, `,"userAgent":"UA","latency":1,"userDisplayName":"A"`, 1)}, []want{{signInsCount, "2"}}},
		{"one id of the audit log, another subject", [3]string{strings.Replace(auditRaw, "{", `{"Subject":"x",`, 1), strings.Replace(auditRaw, "{", `{"Subject":"y",`, 1), auditWords}, []want{{auditsCount, "2"}}},
		{"one id of the audit log, another operation in the other table", [3]string{ruleRaw, strings.Replace(listedRule, "New-InboxRule", "Set-InboxRule", 1), ""}, []want{{auditsCount, "2"}}},
		{"one id of the audit log, other parameters", [3]string{ruleRaw, strings.Replace(listedRule, "x@example.org", "y@example.org", 1), ""}, []want{{auditsCount, "2"}}},
		{"one id of the audit log, another code", [3]string{auditRaw, strings.Replace(auditRaw, `"LogonType":2`, `"LogonType":1`, 1), ""}, []want{{auditsCount, "2"}}},
		{"one id of a directory audit, another property", [3]string{updateGraph, strings.Replace(updateDiag, nameChange, cityChange, 1), ""}, []want{{updatesCount, "2"}, {changesTold, "City DisplayName"}}},
		{"mailbox events without an id that differ in one name", [3]string{
			strings.Replace(ruleRaw, `"Id":"ID"`, `"Id":"","Box":"ID","MailboxGuid":"1"`, 1), strings.Replace(ruleRaw, `"Id":"ID"`, `"Id":"","Box":"ID"`, 1), ""},
			[]want{{"select count(*) from audit_events where id is null and (raw ->> '$.Box') = 'ID'", "2"}}},
		{"an id of zeros is none", [3]string{
			strings.Replace(ruleRaw, `"Id":"ID"`, `"Id":"00000000-0000-0000-0000-000000000000","Box":"ID","MailboxGuid":"1"`, 1), strings.Replace(ruleRaw, `"Id":"ID"`, `"Id":"00000000-0000-0000-0000-000000000000","Box":"ID"`, 1), ""},
			[]want{{"select count(*) from audit_events where (raw ->> '$.Box') = 'ID'", "2"}}},
		{"a risk detection of another user", [3]string{detected, strings.Replace(detected, `"u1"`, `"u2"`, 1), ""}, []want{{"select count(*) from risk_detections where id = 'ID'", "2"}}},
	}
	orders := [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}}
	if !*long {
		orders = orders[:2]
	}
	texts := [3][]string{}
	for i, tt := range tests {
		for k, text := range tt.files {
			texts[k] = append(texts[k], strings.ReplaceAll(text, "ID", fmt.Sprintf("Event-%d", i)))
		}
	}
	// The files of one place, named so that those of the order come first.
	folders := func(order []int) (paths [3][]string) {
		for k := range 3 {
			folder := filepath.Join(t.TempDir(), fmt.Sprint(slices.Index(order, k)))
			if err := os.Mkdir(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			for i, text := range texts[k] {
				if text == "" {
					continue
				}
				path := filepath.Join(folder, fmt.Sprintf("%02d.txt", i))
				if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				paths[k] = append(paths[k], path)
			}
		}
		return paths
	}
	var first []string
	for _, order := range orders {
		paths := folders(order)
		atOnce := load(t, slices.Concat(paths[:]...)...)
		apart := load(t, paths[order[0]]...)
		apart.add(paths[order[1]]...)
		apart.add(paths[order[2]]...)
		for how, c := range map[string]*loaded{"at once": atOnce, "one by one": apart} {
			for i, tt := range tests {
				for _, w := range tt.want {
					if first != nil {
						break // the rows are compared below
					}
					query := strings.ReplaceAll(w.query, "ID", fmt.Sprintf("Event-%d", i))
					if got := strings.Join(c.ask(query), " "); got != w.rows {
						t.Errorf("%s, %v %s: %s\n got %s\nwant %s", tt.reason, order, how, query, got, w.rows)
					}
				}
			}
			c.want("select path from files where records <> loaded + duplicates + rejected or rejected > 0")
			all := c.everything()
			if first == nil {
				first = all
			}
			for k := range max(len(all), len(first)) {
				if k >= len(all) || k >= len(first) || all[k] != first[k] {
					t.Errorf("%v %s is another case:\n%s\nfirst\n%s", order, how, at(all, k), at(first, k))
					break
				}
			}
		}
	}
}

func at(lines []string, k int) string {
	if k < len(lines) {
		return lines[k]
	}
	return "(nothing)"
}

// everything is what the case's tables hold, but for where it comes from.
func (c *loaded) everything() []string {
	c.t.Helper()
	var all []string
	for _, table := range append(schema.Copied(), lookedUp("duplicates"), lookedUp("risk_history")) {
		var columns []string
		for _, column := range table.Columns {
			if !strings.HasSuffix(column.Name, "file_id") && !strings.HasSuffix(column.Name, "record") {
				columns = append(columns, column.Name)
			}
		}
		for _, row := range c.ask("select " + strings.Join(columns, ", ") + " from " + table.Name + " order by all") {
			all = append(all, table.Name+": "+row)
		}
	}
	return all
}

func lookedUp(name string) schema.Table {
	t, _ := schema.Lookup(name)
	return t
}
