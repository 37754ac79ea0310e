package ingest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// heldCase is a file of a case that went wrong elsewhere, and what its note says is right.
type heldCase struct {
	path   string // below the folder of cases
	format string // it is read as; "" = refused
	books  string // loaded|duplicates|rejected, with --date-order mdy
	query  string // of a case with that file alone; "" = the books say it all
	want   string // its rows, or a part of the reason of the refusal
}

const (
	auditAct    = "select operation, user_id, event_time, ip_address from audit_events order by record"
	signInsAsOf = "select user_principal_name, app_display_name, error_code, status, event_time from sign_ins order by record"
	stateOfRule = "select mailbox, name, is_enabled, move_to_folder from state_inbox_rules"
)

// heldCases are the cases of the kinds O (wrappers that could be opened) and P (refusals that do not say what the file is), and of
// the last table of their README. The values were read off the files.
var heldCases = []heldCase{
	{"10-auditdata-quoted-twice/audit.csv", "unified_audit_log", "2|0|0", "select count(distinct id) from audit_events", "2"},
	{"16-management-api-error/good.json", "unified_audit_log", "1|0|0", "", ""},
	{"16-management-api-error/denied.json", "", "0|0|0", "", "Authorization has been denied for this request"},
	{"16-management-api-error/error.json", "", "0|0|0", "", "AF20055: Start time and end time must both be specified"},
	{"44-la-local-time/amsterdam.csv", "", "0|0|0", "", "in the local time of whoever exported it"},
	{"44-la-local-time/localtime.csv", "", "0|0|0", "", "in the local time of whoever exported it"},
	{"44-la-local-time/utcplus.csv", "log_analytics_sign_ins", "1|0|0", "", ""},
	{"46-la-api-tables/query.json", "log_analytics_sign_ins", "2|0|0", "select count(distinct id), count(event_time), count(user_principal_name) from sign_ins", "2|2|2"},
	{"48-xdr-cloudappevents/CloudAppEvents.csv", "unified_audit_log", "1|0|0", auditAct, "New-InboxRule|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"48-xdr-cloudappevents/api.json", "unified_audit_log", "1|0|0", auditAct, "New-InboxRule|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"48-xdr-cloudappevents/hub.jsonl", "unified_audit_log", "1|0|0", auditAct, "New-InboxRule|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"49-xdr-entraidsignins/AADSignInEventsBeta.csv", "advanced_hunting_sign_ins", "1|0|0", signInsAsOf, "adele.vance@contoso.com|Contoso App|50126|failure|2026-05-02 08:01:11"},
	{"49-xdr-entraidsignins/EntraIdSignInEvents.csv", "advanced_hunting_sign_ins", "1|0|0", signInsAsOf, "adele.vance@contoso.com|Contoso App|50126|failure|2026-05-02 08:01:11"},
	{"51-message-trace/MessageTrace.csv", "message_trace", "1|0|0", "select sender_address, recipient_address, subject, ip_address, event_time, right(id, 2) from message_trace", "x@fabrikam.com|adele.vance@contoso.com|Invoice|198.51.100.7|2026-05-02 08:01:11|02"},
	{"51-message-trace/MessageTraceV2.csv", "message_trace", "1|0|0", "select sender_address, recipient_address, subject, ip_address, event_time, right(id, 2) from message_trace", "x@fabrikam.com|adele.vance@contoso.com|Invoice|198.51.100.7|2026-05-02 08:01:11|02"},
	{"51-message-trace/MTSummary.csv", "message_trace_report", "1|0|0", "select sender_address, subject, ip_address, event_time, message_id from message_trace", "x@fabrikam.com|Invoice|198.51.100.7|2026-05-02 08:01:11|<a@contoso.com>"},
	{"51-message-trace/report.jsonl", "message_trace", "1|0|0", "select sender_address, recipient_address, subject, ip_address, event_time from message_trace", "x@fabrikam.com|adele.vance@contoso.com|Invoice|198.51.100.7|2026-05-02 09:41:00"},
	{"52-mailbox-and-admin-audit/AdminAuditLog.csv", "admin_audit_log", "1|0|0", "select event_time from audit_events", "2026-05-02 08:01:11"},
	{"52-mailbox-and-admin-audit/MailboxAuditLog.csv", "mailbox_audit_log", "1|0|0", "select event_time from audit_events", "2026-05-02 08:01:11"},
	{"52-mailbox-and-admin-audit/mailbox.xml", "", "0|0|0", "", "the mailbox audit log as XML"},
	{"53-rule-dumps/InboxRules.csv", "state_inbox_rules", "1|0|0", stateOfRule, "adele.vance@contoso.com|..|true|RSS Feeds"},
	{"53-rule-dumps/inboxrule.json", "state_inbox_rules", "1|0|0", stateOfRule, "adele vance|..|true|RSS Feeds"},
	{"53-rule-dumps/MailboxPermissions.csv", "state_mailbox_permissions", "1|0|0", "select mailbox, trustee, access_rights from state_mailbox_permissions", "adele vance|alex.wilber@contoso.com|FullAccess"},
	{"53-rule-dumps/TransportRules.csv", "state_transport_rules", "1|0|0", "select name, state, changed_time from state_transport_rules", "fwd|Enabled|2026-05-02 08:01:11"},
	{"54-oauth-mfa-dumps/MFA.csv", "state_authentication_methods", "1|0|0", "select user_principal_name, methods, default_method, is_mfa_registered from state_authentication_methods", "adele.vance@contoso.com|password, app|push|true"},
	{"54-oauth-mfa-dumps/userRegistrationDetails.csv", "state_authentication_methods", "1|0|0", "select user_principal_name, methods, is_mfa_registered from state_authentication_methods", "adele.vance@contoso.com|microsoftAuthenticatorPush|true"},
	{"54-oauth-mfa-dumps/OAuthPermissions.csv", "state_consents", "1|0|0", "select kind, application, permission, principal from state_consents", "delegated|PERFECTDATA SOFTWARE|Mail.Read|Adele Vance"},
	{"54-oauth-mfa-dumps/grants.json", "state_consents", "1|0|0", "select kind, permission, is_for_all from state_consents", "delegated|Mail.Read|false"},
	{"54-oauth-mfa-dumps/capolicies.json", "state_access_policies", "1|0|0", "select display_name, state from state_access_policies", "Require MFA|enabled"},
	{"55-ual-opened-csv/audit.csv", "unified_audit_log", "2|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5 UserLoggedIn|adele.vance@contoso.com|2026-05-03 10:02:00|203.0.113.5"},
	{"55-ual-opened-csv/hawk.csv", "unified_audit_log", "1|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"56-format-list/list.txt", "", "0|0|0", "", "the output of PowerShell as a list (Format-List)"},
	{"56-format-list/wide.txt", "", "0|0|0", "", "the output of PowerShell as a list (Format-List)"},
	{"56-format-list/table.txt", "", "0|0|0", "", "the output of PowerShell as a table (Format-Table)"},
	{"58-siem-exports/elastic.json", "unified_audit_log", "1|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"58-siem-exports/graylog.csv", "unified_audit_log", "1|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"58-siem-exports/splunk.csv", "unified_audit_log", "1|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"58-siem-exports/splunk.json", "unified_audit_log", "2|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5 FileAccessed|adele.vance@contoso.com|2026-05-03 10:02:00|<nil>"},
	{"58-siem-exports/wazuh.json", "unified_audit_log", "1|0|0", auditAct, "UserLoggedIn|adele.vance@contoso.com|2026-05-02 10:01:00|203.0.113.5"},
	{"61-no-header/audit.csv", "", "0|0|0", "", "a table without the line that names its columns"},
	{"68-lower-case-keys/audit.json", "unified_audit_log", "1|0|0", "", ""},
	{"68-lower-case-keys/camel.json", "unified_audit_log", "1|0|0", "", ""},
	{"75-archives/a.7z", "", "0|0|0", "", "a 7z archive, which can't be opened here"},
	{"75-archives/b.rar", "", "0|0|0", "", "a rar archive, which can't be opened here"},
	{"75-archives/e.json.bz2", "unified_audit_log", "1|0|0", "", ""},
	{"75-archives/c.tar.gz", "tar", "0|0|0", "select loaded from files where path like '%c.tar.gz!audit.json'", "1"},
	{"75-archives/f.zip", "zip", "0|0|0", "select loaded from files where path like '%f.zip!inner.zip!audit.json'", "1"},
	{"79-graph-error-page/signins_1.json", "entra_sign_ins", "1|0|0", "", ""},
	{"79-graph-error-page/signins_2.json", "", "0|0|0", "", "TooManyRequests: Too Many Requests"},
	{"84-noise-before-json/lines.jsonl", "unified_audit_log", "2|0|1", "select r.line, r.reason, r.excerpt from rejects as r", "1|a line that is no JSON|WARNING: Your session will end soon"},
	{"84-noise-before-json/list.json", "unified_audit_log", "2|0|2", "select distinct operation from audit_events", "FileAccessed"},
	{"84-noise-before-json/utf16.json", "entra_sign_ins", "1|0|1", signInsAsOf, "adele.vance@contoso.com|Contoso App|0|success|2026-05-02 08:01:11"},
	{"87-ualgraph-csv-hashtable/ual.csv", "unified_audit_log", "2|0|0", "select operation, user_id, event_time from audit_events order by record", "FileAccessed|adele.vance@contoso.com|2026-05-02 10:01:00 FileAccessed|adele.vance@contoso.com|2026-05-03 10:02:00"},
	{"98-ods-workbook/evidence.ods", "", "0|0|0", "", "an OpenDocument spreadsheet (ODS): save its sheets as CSV UTF-8, or as xlsx"},
	{"33-users-export-json/users.json", "state_users", "2|0|0", "select count(*) from sign_ins", "0"},
	{"33-users-export-json/mgusers.json", "state_users", "1|0|0", "select count(*) from sign_ins", "0"},
}

var casesFolder = flag.String("cases", "../../shared/cases", "folder with inputs that went wrong once, a folder each")

// TestHeldCases reads the cases where their folder lies beside the project.
func TestHeldCases(t *testing.T) {
	folder := *casesFolder
	if _, err := os.Stat(folder); err != nil {
		t.Skip("there is no folder of cases beside the project: -cases names it")
	}
	takesLong(t)
	for _, tt := range heldCases {
		holds(t, filepath.Join(folder, filepath.FromSlash(tt.path)), tt)
	}
}

// holds loads one file, and looks at what became of it.
func holds(t *testing.T, path string, tt heldCase) {
	t.Helper()
	c := loadWith(t, Options{DateOrder: "mdy"}, path)
	got := strings.Split(c.ask("select coalesce(format, ''), loaded, duplicates, rejected, coalesce(note, '') from files order by file_id")[0], "|")
	if books := strings.Join(got[1:4], "|"); got[0] != tt.format || books != tt.books {
		t.Errorf("%s: read as %q, %s, want %q, %s: %s", tt.path, got[0], books, tt.format, tt.books, got[4])
	}
	if tt.format == "" {
		if note := strings.Join(got[4:], "|"); !strings.HasPrefix(note, "not recognised: ") || !strings.Contains(note, tt.want) {
			t.Errorf("%s: refused with %q, want %q", tt.path, note, tt.want)
		}
		return
	}
	if tt.query == "" {
		return
	}
	if rows := strings.Join(c.ask(tt.query), " "); rows != tt.want {
		t.Errorf("%s:\n got %s\nwant %s", tt.path, rows, tt.want)
	}
}

// TestNamedCases are the cases that the README of the cases names by their number and that are not among them, made from its words.
func TestNamedCases(t *testing.T) {
	takesLong(t)
	t.Parallel()
	folder := t.TempDir()
	for _, tt := range []struct {
		name, text string
		heldCase
	}{
		{"34-consents.json", `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants","value":[{"clientId":"c1","consentType":"AllPrincipals","id":"g1","principalId":null,"resourceId":"r1","scope":" Mail.Read offline_access"}]}`,
			heldCase{format: "state_consents", books: "1|0|0", query: "select id, kind, client_id, is_for_all, permission from state_consents", want: "g1|delegated|c1|true|Mail.Read offline_access"}},
		{"34-service_principals.json", `{"value":[{"id":"s1","appId":"a1","displayName":"Tool","createdDateTime":"2026-05-02T08:01:11Z","servicePrincipalType":"Application","accountEnabled":true,"passwordCredentials":[{"keyId":"k","startDateTime":"2026-05-02T08:01:11Z","endDateTime":"2028-05-02T08:01:11Z"}],"keyCredentials":[]}]}`,
			heldCase{format: "state_applications", books: "1|0|0", query: "select app_id, kind, password_credentials, last_credential_time, (select count(*) from sign_ins) from state_applications", want: "a1|service principal|1|2026-05-02 08:01:11|0"}},
		{"35-groups.json", `[{"Id":"g1","DisplayName":"Finance","GroupTypes":["Unified"],"MailEnabled":true,"SecurityEnabled":false,"CreatedDateTime":"/Date(1777714860000)/"}]`,
			heldCase{format: "state_groups", books: "1|0|0", query: "select id, display_name, created_time from state_groups", want: "g1|Finance|2026-05-02 09:41:00"}},
		{"35-devices.json", `{"value":[{"id":"d1","deviceId":"x1","displayName":"KALI","operatingSystem":"Windows","operatingSystemVersion":"10","trustType":"Workplace","accountEnabled":true,"registrationDateTime":"2026-05-02T08:01:11Z"}]}`,
			heldCase{format: "state_devices", books: "1|0|0", query: "select device_id, display_name, trust_type from state_devices", want: "x1|KALI|Workplace"}},
		{"50-identity_logons.csv", "Timestamp,ActionType,Application,LogonType,Protocol,AccountUpn,AccountObjectId,IPAddress,Location,ReportId\n2026-05-02T08:01:11.5Z,LogonFailed,Microsoft 365,Failed logon,OAuth2,Adele.Vance@contoso.com,o1,203.0.113.5,NL,r1\n",
			heldCase{format: "advanced_hunting_identity_logons", books: "1|0|0", query: "select action, user_principal_name, ip_address, event_time from identity_logons", want: "LogonFailed|adele.vance@contoso.com|203.0.113.5|2026-05-02 08:01:11"}},
		{"50-emails.json", `{"Schema":[{"Name":"Timestamp","Type":"DateTime"}],"Results":[{"Timestamp":"2026-05-02T08:01:11Z","NetworkMessageId":"N1","InternetMessageId":"<a@x>","SenderFromAddress":"x@fabrikam.com","RecipientEmailAddress":"adele.vance@contoso.com","Subject":"Invoice","DeliveryAction":"Delivered","ReportId":"r2"}]}`,
			heldCase{format: "advanced_hunting_emails", books: "1|0|0", query: "select id, sender_address, subject, delivery_action from emails", want: "n1|x@fabrikam.com|Invoice|Delivered"}},
		{"50-clicks.jsonl", `{"time":"2026-05-02T08:05:00Z","category":"AdvancedHunting-UrlClickEvents","operationName":"Publish","properties":{"Timestamp":"2026-05-02T08:01:11Z","Url":"https://x.example/","ActionType":"ClickAllowed","AccountUpn":"adele.vance@contoso.com","Workload":"Email","NetworkMessageId":"N1","IPAddress":"203.0.113.5","IsClickedThrough":true,"ReportId":"r3"}}`,
			heldCase{format: "advanced_hunting_url_clicks", books: "1|0|0", query: "select url, user_principal_name, network_message_id, is_clicked_through from url_clicks", want: "https://x.example/|adele.vance@contoso.com|n1|true"}},
		{"57-rules.xml", clixml(`<Obj RefId="0"><TN RefId="0"><T>Deserialized.Microsoft.Exchange.Management.Common.InboxRule</T></TN><Props><S N="Name">..</S><B N="Enabled">true</B><I32 N="Priority">1</I32><S N="RuleIdentity">42</S><S N="MailboxOwnerId">Adele Vance</S><B N="DeleteMessage">true</B></Props></Obj>`),
			heldCase{format: "state_inbox_rules", books: "1|0|0", query: "select mailbox, name, is_enabled, is_deleting from state_inbox_rules", want: "adele vance|..|true|true"}},
		{"57-processes.xml", clixml(`<Obj RefId="0"><TN RefId="0"><T>System.Diagnostics.Process</T></TN><Props><S N="Name">pwsh</S><I32 N="Id">4</I32></Props></Obj>`),
			heldCase{books: "0|0|0", want: "objects that PowerShell stored with Export-Clixml (System.Diagnostics.Process)"}},
		{"89-syslog.log", "<134>1 2026-05-02T10:01:05Z collector o365 - - - " + audit("89-1", "Send") + "\n<134>May  2 10:01:06 collector o365[7]: " + audit("89-2", "Send") + "\n",
			heldCase{format: "unified_audit_log", books: "2|0|0", query: "select id from audit_events order by id", want: "89-1 89-2"}},
		{"96-users.csv", "Id,DisplayName,UserPrincipalName,AccountEnabled,CreatedDateTime,State\nu1,Adele,Adele.Vance@contoso.com,True,2024-05-02 08:01:11,Utrecht\n",
			heldCase{format: "state_users", books: "1|0|0", query: "select user_principal_name, is_enabled, created_time, (select count(*) from sign_ins) from state_users", want: "adele.vance@contoso.com|true|2024-05-02 08:01:11|0"}},
		{"132-activity.json", `{"value":[{"authorization":{"action":"Microsoft.Authorization/roleAssignments/write"},"caller":"adele.vance@contoso.com","eventTimestamp":"2026-05-02T08:01:11.5Z","eventDataId":"e1","operationName":{"value":"Microsoft.Authorization/roleAssignments/write","localizedValue":"Create role assignment"},"status":{"value":"Succeeded"},"httpRequest":{"clientIpAddress":"203.0.113.5"}}]}`,
			heldCase{format: "azure_activity", books: "1|0|0", query: "select id, operation, caller, ip_address, status, event_time from azure_activity", want: "e1|Microsoft.Authorization/roleAssignments/write|adele.vance@contoso.com|203.0.113.5|Succeeded|2026-05-02 08:01:11"}},
		{"133-activity.csv", "TimeGenerated [UTC],OperationNameValue,Caller,CallerIpAddress,CorrelationId,ActivityStatusValue,ResourceGroup\n\"5/2/2026, 8:01:11.500 AM\",MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE,adele.vance@contoso.com,203.0.113.5,c1,Success,rg\n",
			heldCase{format: "azure_activity_table", books: "1|0|0", query: "select caller, ip_address, status, event_time from azure_activity", want: "adele.vance@contoso.com|203.0.113.5|Succeeded|2026-05-02 08:01:11"}},
		{"144-activity.jsonl", `{"time":"2026-05-02T08:01:11.5Z","resourceId":"/SUBSCRIPTIONS/S","operationName":"MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION","category":"Administrative","resultType":"Success","resultSignature":"Succeeded.OK","durationMs":12,"callerIpAddress":"203.0.113.5","correlationId":"c2","identity":{"claims":{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"adele.vance@contoso.com"}},"level":"Information","properties":{}}`,
			heldCase{format: "azure_activity_events", books: "1|0|0", query: "select operation, ip_address, status, event_time from azure_activity", want: "MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION|203.0.113.5|Succeeded|2026-05-02 08:01:11"}},
	} {
		path := filepath.Join(folder, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		tt.path = tt.name
		holds(t, path, tt.heldCase)
	}
}
