package ingest

import (
	"strings"
	"testing"
)

// What is wanted here was read off the fixtures by hand.

func TestHuntingSignIns(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("advanced_hunting_sign_ins.csv"), fixture("advanced_hunting_sign_ins.json"), fixture("advanced_hunting_hub.json"))
	c.want(accounts, "advanced_hunting_identity_logons|2|2|0|0", "advanced_hunting_sign_ins|2|2|0|0", "advanced_hunting_sign_ins|2|2|0|0")
	c.want(`select id[-3:], event_time, category, user_principal_name, user_type, service_principal_name, app_display_name, ip_address, country, latitude, status, error_code
		from sign_ins order by id`,
		"100|2026-10-11 08:01:11|interactive|adele.vance@contoso.com|member|<nil>|Office 365 Exchange Online|203.0.113.5|NL|52.09|failure|50126",
		"200|2026-10-11 08:03:00|non_interactive|megan@contoso.com|guest|<nil>|Outlook Mobile|2001:db8::9|IE|<nil>|success|0",
		"300|2026-10-11 09:00:00|service_principal|<nil>|<nil>|Payroll Sync|Payroll Sync|198.51.100.20|US|<nil>|failure|7000215",
		"400|2026-10-11 09:05:00|managed_identity|<nil>|<nil>|vm-backup|vm-backup|<nil>|<nil>|<nil>|success|0",
		"500|2026-10-11 10:00:00|interactive|alex@contoso.com|<nil>|<nil>|Azure Portal|203.0.113.9|<nil>|<nil>|success|0")
	c.want(`select id[-3:], device_id[-3:], is_managed, trust_type, conditional_access_status, has_policy_detail, authentication_requirement, risk_level_aggregated, risk_state,
			named_locations, session_id[-1:], token_issuer_type from sign_ins order by id`,
		"100|<nil>|false|<nil>|not_applied|true|single_factor|high|atRisk|Head office|<nil>|AzureAD",
		"200|001|true|Azure AD registered|success|true|multi_factor|<nil>|none|<nil>|a|AzureAD",
		"300|<nil>|<nil>|<nil>|<nil>|false|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>",
		"400|<nil>|<nil>|<nil>|<nil>|false|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>",
		"500|<nil>|<nil>|<nil>|failure|false|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>")
	c.want("select sign_in_id[-3:], policy_name, result, grant_controls from sign_in_policies", "200|Require MFA|success|Mfa")
}

// TestHuntingSignInIsThePortals: one sign-in, in the portal's export and in
// advanced hunting's, counts once; another sign-in of the same second does not.
func TestHuntingSignInIsThePortals(t *testing.T) {
	t.Parallel()
	const portal = "Date (UTC),Request ID,Correlation ID,User ID,User,Username,Application,Application ID,IP address,Location,Status,Sign-in error code,Session ID\r\n"
	row := func(id string) string {
		return "2026-10-11T08:03:00Z," + id + ",c2,a0000000-0000-4000-8000-000000000002,Megan Bowen,megan@contoso.com,Outlook Mobile,27922004-5251-4030-b22d-91ecd9a37ea4,2001:db8::9,\"Cork, IE\",Success,0,5e000000-0000-4000-8000-00000000000a\r\n"
	}
	c := load(t, fixture("advanced_hunting_sign_ins.csv"), write(t, "InteractiveSignIns.csv", portal+row("e1000000-0000-4000-8000-000000000200")+row("e1000000-0000-4000-8000-000000000201")))
	c.want("select count(*), count(distinct id) from sign_ins", "3|3")
	c.want("select count(*) from duplicates", "1")
	c.want("select device_name, user_display_name from sign_ins where id like '%200'", "PHONE-1|Megan Bowen")
}

func TestHuntingCloudAppEvents(t *testing.T) {
	c := load(t, fixture("advanced_hunting_cloud_app_events.csv"))
	c.want("select records, loaded, rejected from files", "2|2|0")
	c.want("select id, event_time, workload, operation, user_id, user_key, object_id, ip_address, user_agent, raw ->> '$.Parameters[1].Name' from audit_events order by event_time",
		"11114_1_x|2026-10-11 11:00:00|Salesforce|FileDownloaded|adele.vance@contoso.com|a0000000-0000-4000-8000-000000000001|Prices.xlsx|203.0.113.5|axios/1.7.2|<nil>",
		"ca000000-0000-4000-8000-000000000001|2026-10-11 11:01:00|Exchange|New-InboxRule|adele.vance@contoso.com|<nil>|<nil>|203.0.113.5|<nil>|DeleteMessage")
}

func TestHuntingMail(t *testing.T) {
	c := load(t, fixture("advanced_hunting_emails.csv"), fixture("advanced_hunting_url_clicks.json"))
	c.want(`select id, event_time, message_id, sender_address, return_path, ip_address, recipient_address, subject, delivery_action, latest_delivery_location, threat_types, attachments, urls from emails`,
		"aa000000-0000-4000-8000-000000000001|2026-10-11 07:30:00|<pay@fabrikam.com>|ceo@fabrikam.com|bounce@fabrikam.com|198.51.100.7|adele.vance@contoso.com|Invoice 7|Delivered|Quarantine|Phish|1|2")
	c.want(`select id, event_time, user_principal_name, url, action, is_clicked_through, workload, ip_address, url_chain, subject
		from url_clicks join (select id as network_message_id, subject from emails) using (network_message_id)`,
		"uc1|2026-10-11 07:45:00|adele.vance@contoso.com|https://login.fabrikam.com/x|ClickAllowed|true|Email|203.0.113.77|https://login.fabrikam.com/x, https://fabrikam.com/y|Invoice 7")
}

func TestHuntingLogons(t *testing.T) {
	c := load(t, fixture("advanced_hunting_identity_logons.csv"), fixture("advanced_hunting_hub.json"))
	c.want(`select id, event_time, action, app_display_name, protocol, failure_reason, user_principal_name, account_name, device_name, ip_address, isp, target_device_name, target_ip
		from identity_logons order by id`,
		`il1|2026-10-11 12:00:00|LogonSuccess|Microsoft 365|<nil>|<nil>|adele.vance@contoso.com|contoso.com\adele.vance|<nil>|203.0.113.5|contoso isp|<nil>|<nil>`,
		`r7|2026-10-11 10:01:00|LogonFailed|Active Directory|Kerberos|WrongPassword|alex@contoso.com|contoso.local\alex|PC-7|10.1.2.3|<nil>|DC-1|10.1.2.1`)
}

// TestAlerts: an alert counts once, be it from advanced hunting or from Graph;
// its evidence and its incident are records of their own.
func TestAlerts(t *testing.T) {
	c := load(t, fixture("advanced_hunting_alerts.csv"), fixture("advanced_hunting_alert_evidence.json"), fixture("graph_alerts.json"), fixture("graph_incidents.json"))
	c.want("select sum(records), sum(loaded), sum(duplicates), sum(rejected) from files", "5|4|1|0")
	c.want(`select kind, id, title, severity, status, techniques, incident_id, entity_type, evidence_role, user_principal_name, ip_address, app_display_name
		from alerts order by kind, entity_type`,
		"alert|dax1|Suspicious inbox rule|medium|inProgress|T1564.008, T1114|924|cloudApplication, ip, mailbox, user|<nil>|adele.vance@contoso.com|203.0.113.5|Microsoft Exchange Online",
		"evidence|dax1|Suspicious inbox rule|<nil>|<nil>|<nil>|<nil>|Ip|Related|<nil>|203.0.113.5|<nil>",
		"evidence|dax1|Suspicious inbox rule|<nil>|<nil>|<nil>|<nil>|User|Impacted|adele.vance@contoso.com|<nil>|<nil>",
		"incident|924|Multi-stage incident|high|active|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>")
	c.want("select event_time, last_update_time, first_activity_time from alerts where kind = 'alert'", "2026-10-11 08:30:00|2026-10-12 09:00:00|2026-10-11 08:20:00")
}

// TestSentinelAlerts: of the rows that an incident has for each of its changes
// the last counts.
func TestSentinelAlerts(t *testing.T) {
	c := load(t, fixture("sentinel_alerts.csv"), fixture("sentinel_incidents.json"))
	c.want("select sum(records), sum(loaded), sum(duplicates), sum(rejected) from files", "3|2|1|0")
	c.want(`select kind, event_time, title, severity, status, classification, assigned_to, category, techniques, incident_id, entity_type, user_principal_name, ip_address, first_activity_time
		from alerts order by kind`,
		"alert|2026-10-13 09:00:00|Unfamiliar sign-in properties|high|New|<nil>|<nil>|InitialAccess|T1078|<nil>|account, ip|adele.vance@contoso.com|203.0.113.5|2026-10-13 08:50:00",
		"incident|2026-10-13 09:05:00|Sign-in from an unusual place|medium|Closed|TruePositive|soc@contoso.com|<nil>|<nil>|31|<nil>|<nil>|<nil>|<nil>")
}

func TestMessageTrace(t *testing.T) {
	c := load(t, fixture("message_trace.csv"), fixture("message_trace.json"), fixture("message_trace_summary.csv"), fixture("message_trace_detail.csv"))
	c.want("select parse_filename(path), encoding, records, rejected from files order by 1",
		"message_trace.csv|utf-8|2|0", "message_trace.json|utf-8|1|0", "message_trace_detail.csv|utf-8|2|0", "message_trace_summary.csv|utf-16le|2|0")
	c.want("select sum(loaded), sum(duplicates) from files", "6|1")
	c.want(`select id[-4:], event_time, kind, message_id, sender_address, recipient_address, subject, status, ip_address, size_bytes, direction, event, related_recipient_address
		from message_trace order by event_time, recipient_address`,
		"0002|2026-10-13 07:30:00|message|<pay@fabrikam.com>|ceo@fabrikam.com|adele.vance@contoso.com|Invoice 7|Delivered|198.51.100.7|12345|Incoming|<nil>|<nil>",
		"0002|2026-10-13 07:30:00|event|<pay@fabrikam.com>|ceo@fabrikam.com|adele.vance@contoso.com, megan@contoso.com|Invoice 7|<nil>|198.51.100.7|12345|Incoming|RECEIVE|<nil>",
		"0002|2026-10-13 07:30:00|message|<pay@fabrikam.com>|ceo@fabrikam.com|megan@contoso.com|Invoice 7|FilteredAsSpam|198.51.100.7|12345|<nil>|<nil>|<nil>",
		"0002|2026-10-13 07:30:02|event|<pay@fabrikam.com>|ceo@fabrikam.com|drop@fabrikam.com|Invoice 7|<nil>|198.51.100.7|12345|Originating|REDIRECT|adele.vance@contoso.com",
		"0003|2026-10-13 08:00:00|message|<out@contoso.com>|adele.vance@contoso.com|drop@fabrikam.com|Fwd: Invoice 7|Delivered|<nil>|2000|<nil>|<nil>|<nil>",
		"0004|2026-10-13 09:00:00|message|<prices@contoso.com>|adele.vance@contoso.com|a@fabrikam.com, b@fabrikam.com|Prices|a@fabrikam.com: Receive, Send; b@fabrikam.com: Receive, Fail|203.0.113.5|700|Originating|<nil>|<nil>")
}

func TestAzureActivity(t *testing.T) {
	c := load(t, fixture("azure_activity.json"), fixture("azure_activity_events.json"), fixture("azure_activity_table.csv"), fixture("azure_activity_portal.csv"))
	c.want("select sum(records), sum(loaded), sum(duplicates), sum(rejected) from files", "4|3|1|0")
	c.want(`select id[-4:], event_time, category, lower(operation), status, sub_status, caller, user_id[-1:], app_id[:4], ip_address, sign_in_id, role, subscription_id[-1:], correlation_id
		from azure_activity order by event_time`,
		"0001|2026-10-11 13:00:00|Administrative|microsoft.authorization/roleassignments/write|Succeeded|Created|adele.vance@contoso.com|1|c44b|203.0.113.5|fb224233-4466-7755-4899-abbccdde00ef|Owner|1|cc1",
		"<nil>|2026-10-11 13:10:00|Administrative|microsoft.compute/virtualmachines/runcommand/action|Started|<nil>|adele.vance@contoso.com|1|c44b|203.0.113.5|fb224233-4466-7755-4899-abbccdde00ef|Contributor|1|cc2",
		"<nil>|2026-10-11 14:00:00|Administrative|list storage account keys|Succeeded|<nil>|adele.vance@contoso.com|<nil>|<nil>|<nil>|<nil>|<nil>|1|cc3")
}

// TestBareRecords: records that an export made short are those of their log all the same.
func TestBareRecords(t *testing.T) {
	c := load(t, fixture("azure_activity_elevated.json"), fixture("graph_alerts_short.json"))
	c.want("select sum(records), sum(loaded), sum(rejected) from files", "2|2|0")
	c.want("select event_time, category, operation, status, caller, ip_address from azure_activity", // without properties, texts as objects
		"2026-10-11 15:00:00|Administrative|Microsoft.Authorization/elevateAccess/action|Succeeded|adele.vance@contoso.com|203.0.113.5")
	c.want("select kind, title, severity, status, service_source, detection_source, user_principal_name from alerts", // without the sensor
		"alert|Anonymous IP address|high|new|azureAdIdentityProtection|<nil>|adele.vance@contoso.com")
}

func TestOlderAuditLogs(t *testing.T) {
	c := load(t, fixture("mailbox_audit_log.csv"), fixture("admin_audit_log.json"))
	c.want(`select id, event_time, record_type_name, operation, user_id, ip_address, raw ->> '$.Item.Subject', raw ->> '$.Item.ParentFolder.Path', raw ->> '$.MailboxOwnerUPN', raw ->> '$.Parameters[1].Name'
		from audit_events order by id`,
		"aa1|2026-10-13 08:01:11|ExchangeAdmin|New-InboxRule|adele.vance@contoso.com|<nil>|<nil>|<nil>|<nil>|DeleteMessage",
		`ma1|2026-10-13 08:01:11|ExchangeItem|SoftDelete|alex wilber|203.0.113.5|Invoice 7|\Inbox|Adele.Vance@contoso.com|<nil>`,
		`ma2|2026-10-13 20:02:00|ExchangeItem|HardDelete|adele.vance@contoso.com|<nil>|<nil>|\Sent|Adele.Vance@contoso.com|<nil>`)
}

func TestHuntingGraphActivity(t *testing.T) {
	c := load(t, fixture("advanced_hunting_graph_activity.csv"))
	c.want("select id, event_time, request_method, request_uri, response_status_code, response_size_bytes, duration_ms, ip_address, user_id[-1:], app_id, scopes, sign_in_id is not null from graph_activity",
		"gr1|2026-10-12 10:00:00|GET|https://graph.microsoft.com/v1.0/users|200|5000|120|203.0.113.5|1|app1|User.Read Mail.Read|true")
}

// TestRiskOfServicePrincipals: service principals and agents at risk are in the
// tables of users at risk, and say that they are none.
func TestRiskOfServicePrincipals(t *testing.T) {
	c := load(t, fixture("service_principals_at_risk.json"), fixture("service_principal_risk.json"), fixture("risky_users.json"))
	c.want("select service_principal_name, app_id[-3:], risk_level, risk_state, event_time from risky_users where user_principal_name is null order by event_time",
		"Payroll Sync|001|high|atRisk|2026-10-12 08:00:00", "Helper|bp1|medium|atRisk|2026-10-12 09:00:00")
	c.want("select count(*) from risky_users where service_principal_name is null", "1")
	c.want("select id, risk_event_type, service_principal_id[-1:], service_principal_name, key_ids, user_id from risk_detections", "sd1|leakedCredentials|2|Payroll Sync|k1, k2|<nil>")
	c = load(t, write(t, "x.csv", "Id,AppId,DisplayName,RiskState,RiskLevel,RiskLastUpdatedDateTime,ServicePrincipalType\r\ns1,a1,Sync,dismissed,low,2026-10-12T08:00:00Z,Application\r\n"),
		write(t, "y.json", `{"time":"2026-10-12T08:00:00Z","category":"RiskyServicePrincipals","properties":{"id":"s2","appId":"a2","displayName":"B","riskState":"atRisk","riskLevel":"high","riskLastUpdatedDateTime":"2026-10-12T08:00:00Z"}}`))
	c.want("select id, service_principal_name, app_id, risk_state from risky_users order by id", "s1|Sync|a1|dismissed", "s2|B|a2|atRisk")
}

// TestHuntingVariants: the same tables with other columns, in another order, and
// through other doors.
func TestHuntingVariants(t *testing.T) {
	takesLong(t)
	t.Parallel()
	for _, test := range []struct{ name, text, query, want, reason string }{
		{"x.csv", "AccountUpn,RequestId,Application,ErrorCode,TimeGenerated [UTC],IPAddress\r\nadele@contoso.com,r1,Office,0,\"10/11/2026, 8:01:11.500 AM\",203.0.113.5\r\n",
			"select id, event_time, status, app_display_name from sign_ins", "r1|2026-10-11 08:01:11|success|Office", "few columns, as Sentinel exports them"},
		{"x.json", `[{"TableName":"PrimaryResult","Timestamp":"2026-10-11T08:01:11Z","ErrorCode":"50126","AccountUpn":"adele@contoso.com","Application":"Office","RequestId":"r1","RiskLevelDuringSignIn":"50","RiskState":"atRisk","SessionId":"None","IsManaged":"True","City":"None"}]`,
			"select id, status, risk_level_during_sign_in, risk_state, session_id, is_managed, city from sign_ins", "r1|failure|medium|atRisk|<nil>|true|<nil>", "az monitor log-analytics query, whose null is a word"},
		{"x.json", `[{"TableName":"PrimaryResult","TimeGenerated":"2026-10-11T08:01:11Z","OperationName":"Sign-in activity","Category":"SignInLogs","ResultType":"0","AppDisplayName":"Office","UserPrincipalName":"a@contoso.com","Id":"r1","Status":"{\"errorCode\":0}","LocationDetails":"{\"city\":\"Cork\"}","SessionId":"None"}]`,
			"select id, status, city, session_id from sign_ins", "r1|success|Cork|<nil>", "the same of SigninLogs"},
		{"x.json", `{"Schema":[{"Name":"timestamp"}],"Results":[{"timestamp":"2026-10-11T08:01:11Z","errorcode":0,"accountupn":"adele@contoso.com","application":"Office","requestid":"r1"}]}`,
			"select id, event_time from sign_ins", "r1|2026-10-11 08:01:11", "names in lower case"},
		{"x.csv", "RecipientAddress,SenderAddress,Received,MessageTraceId\r\nA@contoso.com,b@fabrikam.com,2026-10-13T07:30:00Z,t1\r\n",
			"select id, recipient_address, event_time from message_trace", "t1|a@contoso.com|2026-10-13 07:30:00", "Select-Object"},
		{"x.json", `[{"MessageId":"<a>","Received":"\/Date(1791878400000)\/","SenderAddress":"b@fabrikam.com","RecipientAddress":"a@contoso.com","Status":2}]`,
			"select message_id, event_time from message_trace", "<a>|2026-10-13 08:00:00", "ConvertTo-Json"},
		{"x.csv", "origin_timestamp,sender_address,recipient_status\r\n2026-10-13T07:30:00Z,b@fabrikam.com,a@contoso.com##Deliver\r\n",
			"select recipient_address, status from message_trace", "a@contoso.com|Deliver", "the summary with few columns"},
		{"x.json", `{"records":[{"time":"2026-10-11T13:00:00Z","resourceId":"/SUBSCRIPTIONS/S1/X","operationName":"A/B/WRITE","category":"Policy","resultType":"Failure","resultSignature":"Failed.Forbidden","callerIpAddress":"203.0.113.5:443","correlationId":"c","identity":"x","properties":"{}"}]}`,
			"select operation, status, sub_status, ip_address, subscription_id from azure_activity", "A/B/WRITE|Failed|Forbidden|203.0.113.5|s1", "an event hub, without claims"},
		{"x.json", `[{"EventTimestamp":"2026-10-11T13:00:00Z","Caller":"adele@contoso.com","OperationName":{"Value":"A/B/write"},"Status":{"Value":"Succeeded"},"EventDataId":"e1","Claims":{"Content":{"appid":"app1"}},"Authorization":{"Role":"Owner"}}]`,
			"select id, operation, status, app_id from azure_activity", "e1|A/B/write|Succeeded|app1", "Get-AzActivityLog"},
		{"x.csv", "EntityType,AlertId,EvidenceRole,Timestamp,AccountUpn\r\nUser,al1,Impacted,2026-10-11T08:00:00Z,A@contoso.com\r\n",
			"select id, kind, user_principal_name from alerts", "al1|evidence|a@contoso.com", "evidence with few columns"},
		{"x.json", `{"category":"AdvancedHunting-CloudAppEvents","properties":{"Timestamp":"2026-10-11T08:00:00Z","ActionType":"X","Application":"Box","AccountObjectId":"o1","ActivityType":"Other","ReportId":"r","RawEventData":null}}`,
			"select id, operation, workload from audit_events", "r|X|Box", "nothing in RawEventData"},
		{"x.csv", "LastAccessed,Operation,LogonType,MailboxOwnerUPN\r\n2026-10-13T08:00:00Z,Move,Admin,a@contoso.com\r\n",
			"select event_time, operation, user_id from audit_events", "2026-10-13 08:00:00|Move|<nil>", "nobody named"},
	} {
		c := load(t, write(t, test.name, test.text))
		c.want(test.query, test.want)
		if t.Failed() {
			t.Fatal(test.reason, c.ask("select note from files"), c.ask("select reason from rejects"))
		}
	}
}

// TestHuntingNearMisses: tables of Defender that are none of these.
func TestHuntingNearMisses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Timestamp,DeviceId,DeviceName,ActionType,FileName,ReportId\r\n2026-10-11T08:00:00Z,d,n,FileCreated,x,1\r\n",
		"Timestamp,NetworkMessageId,Url,UrlDomain,ReportId\r\n2026-10-11T08:00:00Z,n,https://x,x,1\r\n",
		"SenderAddress,RecipientAddress\r\na@x.com,b@x.com\r\n",
	} {
		c := load(t, write(t, "x.csv", text))
		if got := c.ask("select format, loaded, note from files")[0]; !strings.HasPrefix(got, "<nil>|0|not recognised") {
			t.Errorf("%q was read: %s", text, got)
		}
	}
}
