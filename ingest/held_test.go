package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestHeld loads what responders hold, as tools of several versions write it: each is read as what it is, whole.
func TestHeld(t *testing.T) {
	takesLong(t)
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/held.txtar")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(folder, filepath.Base(f.Name))
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	for _, f := range archive.Files {
		got := strings.Join(c.ask("select coalesce(format, '') || '/' || (loaded + duplicates) || '+' || rejected || '/' || regexp_extract(path, '[^/]*$') from files where path like '%/"+filepath.Base(f.Name)+"'"), " ")
		if got != f.Name {
			t.Errorf("%s is read as %s: %v", f.Name, got, c.ask("select note from files where path like '%/"+filepath.Base(f.Name)+"'"))
		}
	}
	for _, tt := range []struct{ file, table, columns, want string }{
		{"mes-SecurityAlerts.csv", "alerts", "kind, title, severity, user_principal_name, ip_address, service_source, event_time", "alert|Suspicious inbox rule|high|adele@contoso.com|192.0.2.1|MCAS|2026-05-23 08:01:11"},
		{"alerts-legacy.json", "alerts", "kind, title, user_principal_name, ip_address", "alert|Unfamiliar|adele@contoso.com|192.0.2.1"},
		{"xdr-incidents-queue.csv", "alerts", "kind, id, title, status, event_time", "incident|12|Multi-stage|Active|2026-05-23 08:01:11"},
		{"xdr-alerts-queue.csv", "alerts", "kind, id, title, category", "alert|dax|Sus inbox rule|Persistence"},
		{"hawk-simple-admin.csv", "audit_events", "operation, user_id, object_id, event_time", "New-InboxRule|adele|x|2026-05-23 08:01:11"},
		{"hawk-simple-ual.csv", "audit_events", "right(id, 2), operation, record_type, event_time, ip_address, raw ->> '$.Parameters[1].Name'", "aa|New-InboxRule|1|2026-05-23 08:01:11|192.0.2.1|DeleteMessage"},
		{"hawk-conv-auth.csv", "audit_events", "operation, event_time, user_agent", "UserLoggedIn|2026-05-23 08:01:00|Mozilla/5.0"},
		{"mg-namedlocations.json", "state_named_locations", "display_name, is_trusted, ip_ranges, countries, created_time", "Office|true|192.0.2.0/24|<nil>|2026-05-02 09:41:00 Home|<nil>|<nil>|NL, DE|<nil>"},
		{"mg-namedlocations-depth.json", "state_named_locations", "display_name, is_trusted, ip_ranges", "Office|true|<nil>"},
		{"mg-namedlocations.csv", "state_named_locations", "display_name, ip_ranges, changed_time", "Office|<nil>|2026-05-23 08:01:11"},
		{"mes-flat-ca.csv", "state_access_policies", "conditions, grant_controls", "users All; applications All; client apps all|mfa"},
		{"mes-conditional.csv", "state_access_policies", "conditions, grant_controls", "client apps all|mfa"},
		{"mes-riskdet.csv", "risk_detections", "city, state, country", "Utrecht|UT|NL"},
		{"mes-AzureActivity.csv", "azure_activity", "id, operation, caller, status, event_time", "e1|Microsoft.Compute/virtualMachines/write|adele@contoso.com|Succeeded|2026-05-23 08:01:11"},
		{"graph-pim-eligible.json", "state_role_assignments", "role, member, scope, start_time", "Global Administrator|adele@contoso.com|/|2026-05-23 08:01:11"},
		{"graph-directoryroles-expand.json", "state_role_assignments", "role, member", "Global Administrator|adele@contoso.com"},
		{"pim-export.csv", "state_role_assignments", "role, member, kind, start_time", "Global Administrator|adele@contoso.com|eligible|2026-05-23 08:01:11"},
		{"az-role-assign.json", "state_role_assignments", "role, member, scope", "Owner|adele@contoso.com|/subscriptions/s"},
		{"exo-forward-select.csv", "state_mailboxes", "mailbox, forwarding_smtp_address, keeps_copy", "adele|x@evil.example|true"},
		{"exo-mbxperm.csv", "state_mailbox_permissions", "mailbox, trustee, access_rights", "adele|m@evil.example|<nil>"},
		{"mg-apps.csv", "state_applications", "display_name, credentials", "Tool|<nil>"},
		{"mg-runhunting.json", "sign_ins", "id, user_principal_name, session_id, event_time", "h6|adele@contoso.com|s|2026-05-23 08:01:11"},
		{"xdr-portal-date.csv", "sign_ins", "id, event_time", "h1|2026-05-23 08:01:11"},
		{"xdr-portal-date3.csv", "sign_ins", "id, event_time", "h3|2026-05-23 08:01:11"},
		{"xdr-emailevents.csv", "emails", "event_time, sender_address, subject", "2026-05-23 08:01:11|a@x.example|Invoice"},
		{"xdr-url.csv", "url_clicks", "event_time, url, user_principal_name", "2026-05-23 08:01:11|https://x|adele@contoso.com"},
		{"kibana-o365.csv", "audit_events", "id, event_time", "e9|2026-05-23 10:01:11"},
		{"mt-graph.json", "message_trace", "event_time, sender_address, recipient_address, ip_address", "2026-05-23 08:01:11|a@x.example|adele@contoso.com|192.0.2.9"},
		{"mt-newportal.csv", "message_trace", "event_time, sender_address, message_id", "2026-05-23 08:01:00|a@x.example|<a@x>"},
		{"mt-reporting.json", "message_trace", "event_time, recipient_address", "2026-05-02 09:41:00|adele@contoso.com"},
		{"agent-risk.json", "risky_users", "user_display_name, service_principal_name, risk_level, event_time", "<nil>|Bot|high|2026-05-23 08:01:11"},
		{"sparrow-PSLogin_Operations_Export.csv", "audit_events", "id, operation, ip_address", "s1|UserLoggedIn|192.0.2.1 s2|UserLoggedIn|192.0.2.1"},
		{"snake-ual.jsonl", "audit_events", "id, operation, record_type, user_id, event_time", "sn1|Send|2|adele@contoso.com|2026-05-23 08:01:11"},
		{"snake-trace.jsonl", "message_trace", "sender_address, message_id, event_time", "a@x.example|<s@x>|2026-05-23 08:01:11"},
		{"exo-accepted.csv", "state_organization", "kind, domains", "domain|contoso.com"},
		{"x-transport.xml", "state_transport_rules", "name, copy_to, changed_time", "fwd|x@evil.example|2026-05-23 08:01:11"},
		{"x-users.xml", "state_users", "user_principal_name, is_enabled, created_time", "adele@contoso.com|true|2024-05-23 08:01:11 kim@contoso.com|false|<nil>"},
		{"mfa-msol.csv", "state_authentication_methods", "methods, default_method, is_mfa_registered", "phone|PhoneAppNotification|true"},
		{"de-perm.csv", "state_mailbox_permissions", "trustee, is_denied", "m@evil.example|false"},
		{"dots.csv", "audit_events", "id, session_id, raw ->> '$.Parameters[1].Name'", "q3|sess|DeleteMessage"},
		{"hash-cells.csv", "audit_events", "id, raw ->> '$.Parameters[1].Value'", "q6|True"},
		{"slashes.csv", "audit_events", "id, user_agent, raw ->> '$.Parameters[0].Value'", "q5|Moz|.."},
		{"pq-prefix.csv", "audit_events", "id, operation, user_id, ip_address", "q1|New-InboxRule|adele@contoso.com|192.0.2.1"},
		{"pipe.csv", "audit_events", "id, operation, event_time", "q29|Send|2026-05-23 08:01:11"},
		{"at-brace-list.json", "audit_events", "id, session_id, raw ->> '$.Parameters[1].Value'", "abl-1|sess|True"},
		{"at-brace.csv", "audit_events", "id, session_id, unique_token_id, raw ->> '$.Parameters[1].Name'", "ab-1|sess|uti|DeleteMessage"},
		{"auditdata-brace.json", "audit_events", "id, operation, record_type, event_time", "abd-1|New-InboxRule|1|2026-05-23 08:01:11"},
		{"splunk-table.csv", "audit_events", "id, user_id, ip_address", "st-1|adele@contoso.com|192.0.2.1"},
		{"elastic-o365-fields.json", "audit_events", "id, record_type, raw ->> '$.Parameters[1].Name'", "ef-1|1|DeleteMessage"},
		{"noise-prefix-lines.log", "audit_events", "right(id, 2), ip_address", "13|192.0.2.1 14|192.0.2.1"},
		{"cae-de.csv", "audit_events", "event_time, operation, ip_address", "2026-05-23 08:01:11|New-InboxRule|192.0.2.1"},
		{"sie-fr.csv", "sign_ins", "id, event_time, status, country", "rq-fr|2026-05-23 08:01:11|success|FR"},
		{"sie-es.csv", "sign_ins", "id, event_time, status, error_code", "rq-es|2026-05-23 08:01:11|failure|50126"},
		{"sie-ja.csv", "sign_ins", "id, event_time", "rq-ja|2026-05-23 08:01:11"},
		{"spn-si.csv", "sign_ins", "category, service_principal_name, event_time, resource_display_name", "service_principal|Tool|2026-05-23 08:01:11|Graph"},
		{"incidents-xdr-api.json", "alerts", "kind, id, title, status, event_time", "incident|924|x|Active|2026-05-23 08:01:11"},
		{"mde-alerts-api.json", "alerts", "kind, id, title, incident_id, event_time", "alert|da3|t|1|2026-05-23 08:01:11"},
		{"sentinel-incidents.json", "alerts", "kind, id, title, severity, event_time, first_activity_time", "incident|3|Sus|high|2026-05-23 08:01:11|2026-05-23 07:01:11"},
		{"mt-de.csv", "message_trace", "event_time, sender_address, ip_address", "2026-05-23 08:01:11|x@y.example|192.0.2.9"},
		{"mt-v2-ps51.json", "message_trace", "event_time, message_id", "2026-10-01 08:00:00|<m3@x>"},
		{"azact-portal.csv", "azure_activity", "event_time, caller, operation, status", "2026-05-23 08:01:11|adele@contoso.com|Create role assignment|Succeeded"},
		{"mbxaudit.json", "audit_events", "operation, user_id, ip_address, event_time", "HardDelete|adele@contoso.com|192.0.2.1|2026-10-01 08:00:00"},
		{"adminaudit-ps7.json", "audit_events", "operation, user_id, object_id, raw ->> '$.Parameters[0].Value'", "Set-Mailbox|adm|adele|x@evil.example"},
		{"sprisk.csv", "risky_users", "service_principal_name, risk_level, event_time", "Tool|high|2026-05-23 08:01:11"},
		{"rules-mes.csv", "state_inbox_rules", "mailbox, move_to_folder, forward_to", "adele@contoso.com|RSS Feeds|x@evil.example"},
		{"rules-mg.json", "state_inbox_rules", "name, is_enabled, is_deleting", "..|true|true"},
		{"fwd-de.csv", "state_mailboxes", "mailbox, forwarding_smtp_address, keeps_copy", "adele@contoso.com|x@evil.example|false"},
		{"audit-bypass.csv", "state_mailboxes", "mailbox, is_audit_bypassed", "adele|true"},
		{"transport-ps.json", "state_transport_rules", "name, copy_to, changed_time", "fwd|x@evil.example|2026-05-02 09:41:00"},
		{"perm-mbx.csv", "state_mailbox_permissions", "mailbox, trustee, access_rights, is_denied", "adele|m@evil.example|FullAccess|false"},
		{"perm-folder.csv", "state_mailbox_permissions", "mailbox, folder, trustee, access_rights", "adele|Inbox|default|Reviewer"},
		{"perm-recip.json", "state_mailbox_permissions", "mailbox, trustee, access_rights", "adele|m@evil.example|SendAs"},
		{"grants-mg.csv", "state_consents", "client_id, is_for_all, permission", "c1|true|Mail.ReadWrite offline_access"},
		{"grants-mes.csv", "state_consents", "application, permission, is_for_all, principal", "Tool|Mail.Read|false|Adele"},
		{"apps-mg.json", "state_applications", "app_id, kind, password_credentials, last_credential_time", "a1|application|1|2026-05-23 08:01:11"},
		{"users.clixml", "state_users", "user_principal_name, is_enabled, created_time", "adele@contoso.com|true|2024-05-23 08:01:11"},
		{"roles-graph.json", "state_role_assignments", "role, member, scope", "Global Administrator|adele@contoso.com|/"},
		{"intune-devices.json", "state_devices", "device_id, display_name, is_compliant, owners, created_time", "x|PC|true|adele@contoso.com|2026-05-23 08:01:11"},
		{"registration.json", "state_authentication_methods", "user_principal_name, methods, default_method, is_mfa_registered", "adele@contoso.com|mobilePhone, email|mobilePhone|true"},
		{"named.json", "state_named_locations", "display_name, is_trusted, ip_ranges", "Office|true|192.0.2.0/24"},
		{"adminauditcfg.csv", "state_organization", "kind, is_audit_log_on", "audit|false"},
		{"noise-portal-meta.csv", "sign_ins", "id, user_principal_name", "r1|adele@contoso.com"},
		{"noise-banner.csv", "audit_events", "id, operation", "z6|Send"},
	} {
		got := strings.Join(c.ask("select "+tt.columns+" from "+tt.table+" where file_id = (select file_id from files where path like '%/"+tt.file+"') order by record"), " ")
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.file, got, tt.want)
		}
	}
	if got := c.ask("select note from files where path like '%/kibana-o365.csv'")[0]; !strings.Contains(got, "in the time zone of its settings, and were read as UTC") {
		t.Errorf("nobody is told in whose time zone Kibana wrote: %q", got)
	}
	if got := c.ask("select note from files where path like '%/sie-fr.csv'")[0]; !strings.Contains(got, "times are as the Defender portal shows them, in UTC or in the local time") {
		t.Errorf("nobody is told in whose time zone the portal wrote: %q", got)
	}
	// What stands before a header is listed, line by line.
	rejected := c.ask("select r.record, r.line, r.reason, r.excerpt from rejects as r join files using (file_id) where path like '%/noise-banner.csv' order by all")
	want := []string{"Export of unified audit log", "Tenant: contoso, case 42", "Exported by: adele; 23/05/2026"}
	if len(rejected) != len(want) {
		t.Fatalf("%q", rejected)
	}
	for i, text := range want {
		if line := fmt.Sprintf("%d|%d|a line before the header, which is no part of the table|%s", i+1, i+1, text); rejected[i] != line {
			t.Errorf("got %q, want %q", rejected[i], line)
		}
	}
}
