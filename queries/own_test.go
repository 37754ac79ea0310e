package queries

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// ownEvents are what the rules of these tests look in: seven records of the unified audit
// log, a minute apart, three sign-ins and two acts in the directory.
var ownEvents = []string{
	`insert into audit_events (file_id, record, id, event_time, workload, operation, user_id, ip_address, ip_address_raw, app_id, raw)
	select 1, row_number() over (), id, timestamp '2026-10-05 08:00:00' + to_minutes((row_number() over ())::integer), 'Exchange', operation, user_id, ip, ip, null, raw
	from (values
		('u1', 'New-InboxRule', 'adele@contoso.com', '203.0.113.7', '{"Parameters":[{"Name":"ForwardTo","Value":"out@fabrikam.com"},{"Name":"SubjectContainsWords","Value":"50% *off*?"}],"Size":10,"Token":"eHggbWltaWthdHogeHg=","Folder":{"Path":"C:\\Temp\\new"}}'),
		('u2', 'Set-InboxRule', 'bram@contoso.com', '203.0.113.200', '{"Parameters":[{"Name":"MoveToFolder","Value":"RSS"}],"Size":200,"Folder":{"Path":"Inbox"},"folder":{"path":"Second"}}'),
		('u3', 'MailItemsAccessed', 'ADELE@contoso.com', '2001:db8::15', '{"Size":3000,"Folder":{"Path":"adele@contoso.com"}}'),
		('u4', 'MailItemsAccessed', 'carla@contoso.com', '198.51.100.9', '{"Size":"many","Remote":"carla@contoso.com","Wide":"//5tAGkA"}'),
		('u5', 'MailItemsAccessed', 'adele@contoso.com', '203.0.113.7', '{"Size":40,"Wide":"AHgAbQBpAG0AaQ==","Command":"send-x /all now"}'),
		('u6', 'Send', 'adele@contoso.com', null, '{"Subject":"say \"hello\""}'),
		('u7', 'Send', 'bram@contoso.com', '203.0.113.201', '{"Command":"send -all now"}')
	) as v (id, operation, user_id, ip, raw)`,
	`insert into sign_ins (file_id, record, id, event_time, user_principal_name, app_display_name, ip_address, status, error_code, authentication_requirement, user_agent, is_compliant, raw)
	select 2, row_number() over (), id, timestamp '2026-10-05 08:00:00' + to_minutes((row_number() over ())::integer), who, 'Office', ip, status, code, factors, agent, compliant, '{}'
	from (values
		('s1', 'adele@contoso.com', '203.0.113.7', 'success', 0, 'single_factor', 'axios/1.2', false),
		('s2', 'bram@contoso.com', '198.51.100.9', 'failure', 50126, 'single_factor', 'Mozilla/5.0', true),
		('s3', 'bram@contoso.com', '198.51.100.9', 'failure', 50053, 'multi_factor', null, null)
	) as v (id, who, ip, status, code, factors, agent, compliant)`,
	`insert into directory_audits (file_id, record, id, event_time, category, activity, result, initiated_by, raw)
	values
		(3, 1, 'd1', timestamp '2026-10-05 09:00:00', 'ApplicationManagement', 'Consent to application', 'success', 'adele@contoso.com',
			'{"TargetResources":"[{\"type\":\"ServicePrincipal\",\"modifiedProperties\":[{\"displayName\":\"ConsentContext.IsAdminConsent\",\"newValue\":\"\\\"True\\\"\"}]}]"}'),
		(3, 2, 'd2', timestamp '2026-10-05 09:01:00', 'ApplicationManagement', 'Update application', 'success', 'adele@contoso.com',
			'{"targetResources":[{"type":"Application","modifiedProperties":[{"displayName":"KeyDescription","newValue":"[]"}]}]}')`,
	`insert into azure_activity (file_id, record, id, event_time, category, operation, status, caller, ip_address, raw)
	values
		(4, 1, 'a1', timestamp '2026-10-05 10:00:00', 'Administrative', 'Microsoft.Authorization/roleAssignments/write', 'Succeeded', 'adele@contoso.com', '203.0.113.7', '{}'),
		(4, 2, 'a2', timestamp '2026-10-05 10:01:00', 'Administrative', 'Microsoft.Authorization/roleAssignments/write', 'Failed', 'bram@contoso.com', '203.0.113.7', '{}')`,
	`insert into graph_activity (file_id, record, id, event_time, user_id, request_method, request_uri, ip_address)
	values
		(5, 1, 'g1', timestamp '2026-10-05 11:00:00', 'u-1', 'GET', 'https://graph.microsoft.com/v1.0/users', '203.0.113.7'),
		(5, 2, 'g2', timestamp '2026-10-05 11:01:00', 'u-1', 'PATCH', 'https://graph.microsoft.com/v1.0/users/u-2', '203.0.113.7')`,
}

// detection is a rule with this detection, for the log of m365 unless it says another.
func detection(log, body string) string {
	sources := map[string]string{
		"":  "{product: m365, service: audit}",
		"s": "{product: azure, service: signinlogs}",
		"d": "{product: azure, service: auditlogs}",
		"a": "{product: azure, service: activitylogs}",
		"g": "{product: azure, service: microsoftgraphactivitylogs}",
	}
	return "title: Under test\nlevel: high\nlogsource: " + sources[log] + "\ndetection:\n" + body
}

// hitsOf runs a file of rules and returns the ids of the records that are evidence, in
// order, and what was said.
func hitsOf(t *testing.T, c *Case, path, text string) (ids string, refused, idle []string) {
	t.Helper()
	ctx := context.Background()
	refused, idle, err := c.AddRules(ctx, []RuleFile{{Path: path, Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	c.findings.isLookedFor = true // the rules of the program have no part in it
	rows, err := c.all(ctx, "select distinct r.id from (select unnest(records) as r from rule_hits) order by 1")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		all = append(all, fmt.Sprint(row[0]))
	}
	forget(t, c)
	return strings.Join(all, " "), refused, idle
}

// forget takes what rules of one's own found away.
func forget(t *testing.T, c *Case) {
	t.Helper()
	for _, statement := range []string{"delete from rule_hits", "delete from rule_absences"} {
		if err := c.engine.Exec(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	c.findings.own = nil
}

// TestSigmaMeaning holds each modifier and form of a condition to the records that it must
// find; the others are its near misses.
func TestSigmaMeaning(t *testing.T) {
	takesLong(t)
	c := openCase(t, Filter{}, time.UTC, ownEvents...)
	for _, test := range []struct {
		reason, log, body string
		want              string
		idle              string // part of what is said of a rule that can find nothing
	}{
		{"equal, whatever the case", "", "  s: {Operation: new-inboxrule}\n  condition: s", "u1", ""},
		{"not a part of it", "", "  s: {Operation: InboxRule}\n  condition: s", "", "no record of the unified audit log has Operation InboxRule"},
		{"a value that is misspelt", "", "  s: {Operation: New-InboxRul}\n  condition: s", "", "did you mean New-InboxRule or"},
		{"a field that is misspelt", "", "  s: {Operatoin: Send}\n  condition: s", "", "has a field Operatoin (did you mean operation"},
		{"cased", "", "  s: {UserId|cased: adele@contoso.com}\n  condition: s", "u1 u5 u6", ""},
		{"cased, and no record so", "", "  s: {Operation|cased: send}\n  condition: s", "", "has Operation send"},
		{"any of a list", "", "  s: {Operation: [Send, Set-InboxRule]}\n  condition: s", "u2 u6 u7", ""},
		{"contains", "", "  s: {Operation|contains: inbox}\n  condition: s", "u1 u2", ""},
		{"contains, and none does", "", "  s: {Operation|contains: outbox}\n  condition: s", "", "has Operation outbox"},
		{"startswith", "", "  s: {Operation|startswith: se}\n  condition: s", "u2 u6 u7", ""},
		{"startswith, and none does", "", "  s: {Operation|startswith: inbox}\n  condition: s", "", "has Operation inbox"},
		{"endswith", "", "  s: {Operation|endswith: RULE}\n  condition: s", "u1 u2", ""},
		{"endswith, and none does", "", "  s: {Operation|endswith: inbox}\n  condition: s", "", "has Operation inbox"},
		{"all", "", "  s: {Operation|contains|all: [new, rule]}\n  condition: s", "u1", ""},
		{"all, and no record has all", "", "  s: {Operation|contains|all: [new, set]}\n  condition: s", "", "has Operation new or set"},
		{"all, of several values", "", "  s: {Folder.Path|all: [inbox, second]}\n  condition: s", "u2", ""},
		{"wildcards", "", "  s: {Operation: '*-In?oxRule'}\n  condition: s", "u1 u2", ""},
		{"a wildcard for one letter", "", "  s: {Operation: 'New?InboxRul'}\n  condition: s", "", "has Operation New?InboxRul"},
		{"escaped wildcards", "", `  s: {SubjectContainsWords: '50% \*off\*\?'}` + "\n  condition: s", "u1", ""},
		{"escaped, and so no wildcard", "", `  s: {Operation: 'New\*'}` + "\n  condition: s", "", `has Operation New\*`},
		{"single backslashes", "", `  s: {Folder.Path: 'C:\Temp\new'}` + "\n  condition: s", "u1", ""},
		{"a backslash before a wildcard", "", `  s: {Folder.Path: 'c:\temp\\*'}` + "\n  condition: s", "u1", ""},
		{"a regular expression", "", "  s: {Operation|re: '^(New|Set)-In'}\n  condition: s", "u1 u2", ""},
		{"a regular expression minds the case", "", "  s: {Operation|re: '^new'}\n  condition: s", "", "has Operation ^new"},
		{"unless it says so", "", "  s: {Operation|re|i: '^new'}\n  condition: s", "u1", ""},
		{"cidr", "", "  s: {ClientIP|cidr: 203.0.113.128/25}\n  condition: s", "u2 u7", ""},
		{"cidr of IPv6", "", "  s: {ClientIP|cidr: '2001:db8::20/124'}\n  condition: s", "", "has ClientIP 2001:db8::20/124"},
		{"cidr of either", "", "  s: {ClientIP|cidr: ['2001:0DB8:0::/32', 10.0.0.0/8]}\n  condition: s", "u3", ""},
		{"gt", "", "  s: {Size|gt: 40}\n  condition: s", "u2 u3", ""},
		{"gte", "", "  s: {Size|gte: 40}\n  condition: s", "u2 u3 u5", ""},
		{"lt", "", "  s: {Size|lt: 40}\n  condition: s", "u1", ""},
		{"lte", "", "  s: {Size|lte: 40}\n  condition: s", "u1 u5", ""},
		{"gt, and none is", "", "  s: {Size|gt: 3000}\n  condition: s", "", "has Size 3000"},
		{"exists", "", "  s: {ClientIP|exists: true}\n  condition: s", "u1 u2 u3 u4 u5 u7", ""},
		{"exists not", "", "  s: {ClientIP|exists: false}\n  condition: s", "u6", ""},
		{"exists, and does nowhere", "", "  s: {ApplicationId|exists: true}\n  condition: s", "", "has ApplicationId so"},
		{"null", "", "  s: {ClientIP: null}\n  condition: s", "u6", ""},
		{"null, and each has it", "", "  s: {Operation: null}\n  condition: s", "", "has Operation so"},
		{"null or a value", "", "  s: {ClientIP: [null, 198.51.100.9]}\n  condition: s", "u4 u6", ""},
		{"an empty text is none", "", "  s: {ClientIP: ''}\n  condition: s", "u6", ""},
		{"base64", "", "  s: {Token|base64: 'xx mimikatz xx'}\n  condition: s", "u1", ""},
		{"base64 of another text", "", "  s: {Token|base64: 'mimikatz'}\n  condition: s", "", "has Token mimikatz"},
		{"base64offset", "", "  s: {Token|base64offset|contains: mimikatz}\n  condition: s", "u1", ""},
		{"base64offset of another text", "", "  s: {Token|base64offset|contains: mimidogs}\n  condition: s", "", "has Token mimidogs"},
		{"base64offset of UTF-16", "", "  s: {Token|wide|base64offset|contains: mimikatz}\n  condition: s", "", "has Token mimikatz"},
		{"base64offset of UTF-16, the other order", "", "  s: {Wide|utf16be|base64offset|contains: mimi}\n  condition: s", "u5", ""},
		{"and of another text", "", "  s: {Wide|utf16be|base64offset|contains: mimo}\n  condition: s", "", "has Wide mimo"},
		{"UTF-16 with the mark of its order", "", "  s: {Wide|utf16|base64: mi}\n  condition: s", "u4", ""},
		{"and without it", "", "  s: {Wide|utf16le|base64: mi}\n  condition: s", "", "has Wide mi"},
		{"windash", "", "  s: {Command|windash|contains: ' -all '}\n  condition: s", "u5 u7", ""},
		{"windash, and no such word", "", "  s: {Command|windash|contains: ' -al '}\n  condition: s", "", "has Command"},
		{"windash within a word", "", "  s: {Command|windash: 'send-x /all now'}\n  condition: s", "u5", ""},
		{"the minute of a time", "", "  s: {CreationTime|minute: 3}\n  condition: s", "u3", ""},
		{"an hour, and none is", "", "  s: {CreationTime|hour: 9}\n  condition: s", "", "has CreationTime 9"},
		{"minutes from", "", "  s: {CreationTime|minute|gte: 6}\n  condition: s", "u6 u7", ""},
		{"a year", "s", "  s: {createdDateTime|year: 2026}\n  condition: s", "s1 s2 s3", ""},
		{"fieldref", "", "  s: {UserId|fieldref: Folder.Path}\n  condition: s", "u3", ""},
		{"fieldref to what is nowhere", "", "  s: {UserId|fieldref: Nowhere}\n  condition: s", "", "has UserId Nowhere"},
		{"neq", "", "  s: {Operation|neq: [Send, MailItemsAccessed]}\n  condition: s", "u1 u2", ""},
		{"keywords", "", "  s: [out@FABRIKAM.com, RSS]\n  condition: s", "u1 u2", ""},
		{"keywords as JSON writes them", "", "  s: ['say \"hello\"']\n  condition: s", "u6", ""},
		{"keywords, all of them", "", "  s: {'|all': [inbox, second]}\n  condition: s", "u2", ""},
		{"keywords that no record has", "", "  s: [nowhere]\n  condition: s", "", "has the text nowhere"},
		{"a name in a list of names and values", "", "  s: {ForwardTo|endswith: '@fabrikam.com'}\n  condition: s", "u1", ""},
		{"its value is another", "", "  s: {ForwardTo: RSS}\n  condition: s", "", "has ForwardTo RSS"},
		{"fields of one map are all needed", "", "  s: {Operation: Send, UserId|startswith: bram}\n  condition: s", "u7", ""},
		{"maps of a list are not", "", "  s: [{Operation: New-InboxRule}, {UserId|startswith: carla}]\n  condition: s", "u1 u4", ""},
		{"and, or, not, parentheses", "", "  a: {Operation: Send}\n  b: {UserId|startswith: bram}\n  c: {Operation: Set-InboxRule}\n  condition: (a or c) and not (b and a)", "u2 u6", ""},
		{"and before or", "", "  a: {Operation: Send}\n  b: {UserId|startswith: bram}\n  c: {Operation: New-InboxRule}\n  condition: c or a and b", "u1 u7", ""},
		{"1 of", "", "  x_a: {Operation: Send}\n  x_b: {Operation: New-InboxRule}\n  y: {UserId|startswith: bram}\n  condition: 1 of x_* and not y", "u1 u6", ""},
		{"all of", "", "  x_a: {Operation: Send}\n  x_b: {UserId|startswith: bram}\n  condition: all of x_*", "u7", ""},
		{"all of them", "", "  a: {Operation: Send}\n  b: {UserId|startswith: bram}\n  _c: {Operation: Nothing}\n  condition: all of them", "u7", ""},
		{"only what is denied is missing", "", "  a: {Operation: Send}\n  b: {UserId: nobody}\n  condition: a and not b", "u6 u7", ""},
		{"each alone is there, and never both", "", "  a: {Operation: Send}\n  b: {UserId|startswith: carla}\n  condition: a and b", "", "-"},

		{"a number", "s", "  s: {ResultType: 50126}\n  condition: s", "s2", ""},
		{"as Microsoft writes it", "s", "  s: {AuthenticationRequirement: singleFactorAuthentication, Status: Success}\n  condition: s", "s1", ""},
		{"true", "s", "  s: {DeviceDetail.isCompliant: true}\n  condition: s", "s2", ""},
		{"properties before a name", "s", "  s: {properties.userAgent|startswith: axios}\n  condition: s", "s1", ""},
		{"what a sign-in lacks", "s", "  s: {userAgent: null}\n  condition: s", "s3", ""},

		{"the activity of an audit record", "d", "  s: {properties.message: Consent to application.}\n  condition: s", "d1", ""},
		{"an operation of Azure, in capitals", "a", "  s: {operationName: MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE, ActivityStatusValue: succeeded}\n  condition: s", "a1", ""},
		{"an operation of Azure that none has", "a", "  s: {operationName: MICROSOFT.KEYVAULT/VAULTS/DELETE}\n  condition: s", "", "no record of the Azure activity log has operationName"},
		{"a request to Graph", "g", "  s: {RequestMethod: patch, RequestUri|contains: /users/}\n  condition: s", "g2", ""},
		{"a path through lists and text", "d", "  s: {TargetResources.type: serviceprincipal}\n  condition: s", "d1", ""},
		{"a path through lists", "d", "  s: {targetResources.type: Application}\n  condition: s", "d2", ""},
		{"a property that was changed", "d", "  s: {ConsentContext.IsAdminConsent: 'true'}\n  condition: s", "d1", ""},
		{"a property changed to another value", "d", "  s: {ConsentContext.IsAdminConsent: 'false'}\n  condition: s", "", "has ConsentContext.IsAdminConsent false"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			got, refused, idle := hitsOf(t, c, "rule.yml", detection(test.log, test.body))
			if len(refused) > 0 {
				t.Errorf("refused: %q", refused)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			said := strings.Join(idle, "; ")
			isSaid := test.idle != "" && test.idle != "-"
			if isSaid != (said != "") || isSaid && !strings.Contains(said, test.idle) {
				t.Errorf("said %q, want %q", said, test.idle)
			}
		})
	}
}

// TestSigmaCorrelations holds each kind of correlation to a hit, a near miss, and a rule
// that can find nothing.
func TestSigmaCorrelations(t *testing.T) {
	t.Parallel()
	base := func(name, log, body string) string {
		return "---\nname: " + name + "\n" + detection(log, body) + "\n"
	}
	correlation := func(body string) string {
		return "---\ntitle: Together\nname: rule\nlevel: medium\ncorrelation: {" + body + "}\n"
	}
	read := base("read", "", "  s: {Operation: MailItemsAccessed}\n  condition: s")
	created := base("created", "", "  s: {Operation|endswith: InboxRule}\n  condition: s")
	sent := base("sent", "", "  s: {Operation: Send}\n  condition: s")
	failed := base("failed", "s", "  s: {Status: failure}\n  condition: s")
	nothing := base("nothing", "", "  s: {Operation: Nothing}\n  condition: s")
	c := openCase(t, Filter{}, time.UTC, ownEvents...)
	for _, test := range []struct{ reason, text, want, idle string }{
		// adele: u3 at 08:03, u5 at 08:05; carla: u4 at 08:04
		{"event_count", read + correlation("type: event_count, rules: [read], group-by: [UserId], timespan: 2m, condition: {gte: 2}"), "u3 u5", ""},
		{"in a shorter time", read + correlation("type: event_count, rules: [read], group-by: [UserId], timespan: 1m, condition: {gte: 2}"), "", ""},
		{"one more", read + correlation("type: event_count, rules: [read], group-by: [UserId], timespan: 1h, condition: {gt: 2}"), "", ""},
		{"without a group", read + correlation("type: event_count, rules: [read], timespan: 2m, condition: {gte: 3}"), "u3 u4 u5", ""},
		{"event_count of nothing", nothing + correlation("type: event_count, rules: [nothing], timespan: 2m, condition: {gte: 1}"), "", "has Operation Nothing, of its rule nothing"},
		{"event_count by what is nowhere", read + correlation("type: event_count, rules: [read], group-by: [Nowhere], timespan: 2m, condition: {gte: 1}"), "", "has a field Nowhere"},
		{"value_count", read + correlation("type: value_count, rules: [read], timespan: 5m, condition: {field: UserId, gte: 2}"), "u3 u4 u5", ""},
		{"one more value", read + correlation("type: value_count, rules: [read], timespan: 5m, condition: {field: UserId, gte: 3}"), "", ""},
		{"value_count of nothing", nothing + correlation("type: value_count, rules: [nothing], timespan: 5m, condition: {field: UserId, gte: 1}"), "", "has Operation Nothing"},
		// adele: created u1 at 08:01, sent u6 at 08:06; bram: u2 at 08:02, u7 at 08:07
		{"temporal", created + sent + correlation("type: temporal, rules: [created, sent], group-by: [UserId], timespan: 5m"), "u1 u2 u6 u7", ""},
		{"temporal in a shorter time", created + sent + correlation("type: temporal, rules: [created, sent], group-by: [UserId], timespan: 4m"), "", ""},
		{"temporal in whatever order", created + sent + correlation("type: temporal, rules: [sent, created], group-by: [UserId], timespan: 5m"), "u1 u2 u6 u7", ""},
		{"temporal of nothing", created + nothing + correlation("type: temporal, rules: [created, nothing], group-by: [UserId], timespan: 5m"), "", "has Operation Nothing"},
		{"temporal_ordered", created + read + sent + correlation("type: temporal_ordered, rules: [created, read, sent], group-by: [UserId], timespan: 5m"), "u1 u3 u5 u6", ""},
		{"in another order", created + read + sent + correlation("type: temporal_ordered, rules: [read, created, sent], group-by: [UserId], timespan: 5m"), "", ""},
		{"temporal_ordered in a shorter time", created + read + sent + correlation("type: temporal_ordered, rules: [created, read, sent], group-by: [UserId], timespan: 4m"), "", ""},
		{"temporal_ordered of nothing", created + nothing + correlation("type: temporal_ordered, rules: [created, nothing], timespan: 5m"), "", "has Operation Nothing"},
		// failed: s2 at 08:02 and s3 at 08:03 of bram, from 198.51.100.9; carla's u4 is from there
		{"over two logs, by an alias", failed + read + correlation("type: temporal, rules: [failed, read], group-by: [address], aliases: {address: {failed: ipAddress, read: ClientIP}}, timespan: 5m"), "s2 s3 u4", ""},
		{"the rules make findings too", read + sent + correlation("type: event_count, rules: [read], group-by: [UserId], timespan: 2m, condition: {gte: 2}, generate: true"), "u3 u4 u5 u6 u7", ""},
	} {
		t.Run(test.reason, func(t *testing.T) {
			got, refused, idle := hitsOf(t, c, "all.yml", test.text)
			if len(refused) > 0 {
				t.Errorf("refused: %q", refused)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if said := strings.Join(idle, "; "); (said != "") != (test.idle != "") || !strings.Contains(said, test.idle) {
				t.Errorf("said %q, want %q", said, test.idle)
			}
		})
	}
}

// TestOwnRulesRefused holds what can't be used to its reason; the rest runs.
func TestOwnRulesRefused(t *testing.T) {
	takesLong(t)
	t.Parallel()
	header := "-- title: T\n-- severity: low\n-- meaning: m\n-- false positives: f\n-- blind spots: b\n-- next: n\n-- needs: audit_events\n-- source: s\n"
	hit := func(severity, from string) string {
		return header + "select " + severity + " as severity, 'w' as what, user_id as who, event_time as first_seen, event_time as last_seen, 1 as events, null as target, " +
			"null as app_id, null as session_id, null as ip_addresses, null as rarity, null as act, [{'file_id': file_id, 'record': record, 'id': id}] as records from " + from
	}
	ctx := context.Background()
	c := openCase(t, Filter{}, time.UTC, ownEvents...)
	c.findings.isLookedFor = true // the rules of the program have no part in it
	good := RuleFile{Path: "good.yml", Text: detection("", "  s: {Operation: New-InboxRule}\n  condition: s")}
	for _, test := range []struct{ reason, path, text, want string }{
		{"a finding in SQL", "own.sql", hit("'low'", "evidence.audit_events"), ""},
		{"that ends with a semicolon", "own.sql", hit("'low'", "evidence.audit_events;\n"), ""},
		{"a file is read", "own.sql", hit("'low'", "evidence.audit_events where exists (from read_text('/etc/passwd'))"), "read_text"},
		{"two statements", "own.sql", hit("'low'", "evidence.audit_events; drop table rules"), "only a SELECT"},
		{"no such severity", "own.sql", hit("'worst'", "evidence.audit_events"), "severity"},
		{"other columns", "own.sql", header + "select 1 as severity", "its columns must be severity, what"},
		{"what rules find", "own.sql", hit("'low'", "evidence.audit_events where exists (from rule_hits)"), "can't read what rules find"},
		{"what rules find, by a view", "own.sql", hit("'low'", "evidence.audit_events where exists (from findings)"), "can't read what rules find"},
		{"no such table", "own.sql", strings.Replace(hit("'low'", "evidence.audit_events"), "needs: audit_events", "needs: audit_event", 1), "did you mean audit_events?"},
		{"no header", "own.sql", "select 1", "the header must have"},
		{"a name of ours", "password_spray.sql", hit("'low'", "evidence.audit_events"), "another rule has this name"},
		{"a name that is none", "Own rule.sql", hit("'low'", "evidence.audit_events"), "its name must be"},
		{"no YAML", "rule.yml", "a: [b", "no YAML"},
		{"nothing", "rule.yml", "# nothing\n", "it holds no rule"},
		{"aliases in aliases", "rule.yml", "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\n", "aliases resolved"},
		{"an alias of itself", "rule.yml", "a: &a {b: *a}\n", "deep"},
		{"too deep", "rule.yml", "a: " + strings.Repeat("[", 30) + strings.Repeat("]", 30), "more than 20 deep"},
		{"a key twice", "rule.yml", "title: a\ntitle: b\n", "title is given twice"},
		{"no detection", "rule.yml", "title: a\nlogsource: {product: m365}\n", "it has no detection"},
		{"another log", "rule.yml", "title: a\nlogsource: {product: windows, category: process_creation}\n", "1 rule is for the log windows/process_creation"},
		{"a level that is none", "rule.yml", "title: a\nlevel: worst\n", "want critical, high"},
		{"an unknown modifier", "rule.yml", detection("", "  s: {Operation|expand: '%x%'}\n  condition: s"), "the modifier expand is not supported"},
		{"a lookahead", "rule.yml", detection("", "  s: {Operation|re: '(?=x)'}\n  condition: s"), "regular expression"},
		{"a long regular expression", "rule.yml", detection("", "  s: {Operation|re: '"+strings.Repeat("a", 1001)+"'}\n  condition: s"), "more than 1000 bytes"},
		{"no range", "rule.yml", detection("", "  s: {ClientIP|cidr: here}\n  condition: s"), "want a range"},
		{"no number", "rule.yml", detection("", "  s: {Size|gt: big}\n  condition: s"), "want a number"},
		{"an hour that is no number", "rule.yml", detection("", "  s: {CreationTime|hour: noon}\n  condition: s"), "want a number"},
		{"an hour of a part", "rule.yml", detection("", "  s: {CreationTime|hour|contains: 3}\n  condition: s"), "stands alone"},
		{"windash of a range", "rule.yml", detection("", "  s: {ClientIP|windash|cidr: 10.0.0.0/8}\n  condition: s"), "windash stands with"},
		{"a number that is none", "rule.yml", detection("", "  s: {Size|gt: NaN}\n  condition: s"), "want a number"},
		{"aggregation", "rule.yml", detection("", "  s: {Operation: Send}\n  condition: s | count() > 5"), "write a correlation"},
		{"no such selection", "rule.yml", detection("", "  s: {Operation: Send}\n  condition: x"), `there is no selection "x"`},
		{"a condition too deep", "rule.yml", detection("", "  s: {Operation: Send}\n  condition: "+strings.Repeat("(", 60)+"s"+strings.Repeat(")", 60)), "more than 40 deep"},
		{"not closed", "rule.yml", detection("", "  s: {Operation: Send}\n  condition: (s"), "not closed"},
		{"a field with a quote", "rule.yml", detection("", "  s: {'a\"b': Send}\n  condition: s"), "no log has a field of that name"},
		{"a correlation of what is not there", "rule.yml", "title: a\ncorrelation: {type: event_count, rules: [none], timespan: 1h, condition: {gte: 1}}\n", "rules that are not there: none"},
		{"a correlation of another kind", "rule.yml", "title: a\ncorrelation: {type: value_avg, rules: [none], timespan: 1h, condition: {gte: 1}}\n", "want event_count"},
		{"no timespan", "rule.yml", "title: a\ncorrelation: {type: event_count, rules: [none], condition: {gte: 1}}\n", "timespan"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			refused, _, err := c.AddRules(ctx, []RuleFile{{Path: test.path, Text: test.text}, good})
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Join(refused, "; ")
			if (said != "") != (test.want != "") || !strings.Contains(said, test.want) {
				t.Errorf("said %q, want %q", said, test.want)
			}
			want := "good"
			if test.want == "" {
				want = "good\nown"
			}
			if got := answer(t, c, "select distinct finding from rule_hits order by finding"); got != want {
				t.Errorf("hits of %q, want %q", got, want)
			}
			forget(t, c)
		})
	}
}

// TestHostileRules holds that a rule's words reach SQL as literals alone: what would end a
// literal, a name or a comment finds nothing, and breaks nothing.
func TestHostileRules(t *testing.T) {
	takesLong(t)
	t.Parallel()
	c := openCase(t, Filter{}, time.UTC, ownEvents...)
	for _, word := range []string{`'; drop table rules; --`, `' or true or '`, `a' || (select raw) || '`, `$$`, `*/ select 1 /*`, `\'`, `{0}`, `%s`} {
		quoted := "'" + strings.ReplaceAll(word, "'", "''") + "'"
		for _, body := range []string{
			"  s: {Operation: " + quoted + "}\n  condition: s",
			"  s: {Operation|contains: " + quoted + "}\n  condition: s",
			"  s: {Operation: [Send, 'x*" + quoted[1:] + "]}\n  condition: s",
			"  s: [" + quoted + "]\n  condition: s",
			"  s: {'x." + quoted[1:] + ": Send}\n  condition: s",
		} {
			for _, title := range []string{"title: Under test", "title: " + quoted + "\nname: rule"} {
				got, refused, _ := hitsOf(t, c, "rule.yml", strings.Replace(detection("", body), "title: Under test", title, 1))
				isName := strings.ContainsAny(word, `\|`) && strings.Contains(body, "x.")
				if isName != (len(refused) > 0) || strings.Contains(body, "[Send") != (got != "") {
					t.Errorf("%s, %s: found %q, refused %q", title, body, got, refused)
				}
			}
		}
	}
}
