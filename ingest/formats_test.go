package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"entrail/ingest/schema"
	"entrail/testdata/tenant"
)

// fixtures are exports of every format: files of testdata/formats, which are
// made up, or what the sample tenant writes. A file called after its format,
// FORMAT.csv or FORMAT.CASE.json, is found there; others are in oddFixtures. What
// the tests want of them was worked out by hand.
var fixtures = append(namedFixtures(), oddFixtures...)

type exportFixture struct {
	format string
	file   string
	write  func(io.Writer) error // nil = the file is in testdata/formats
}

func namedFixtures() []exportFixture {
	entries, err := os.ReadDir(fixture(""))
	if err != nil {
		panic(err)
	}
	var all []exportFixture
	for _, e := range entries {
		if slices.ContainsFunc(oddFixtures, func(f exportFixture) bool { return f.file == e.Name() }) {
			continue
		}
		format, _, _ := strings.Cut(e.Name(), ".")
		all = append(all, exportFixture{format, e.Name(), nil})
	}
	return all
}

// oddFixtures are what the sample tenant writes, and files that keep the name that
// their exporter gives them.
var oddFixtures = []exportFixture{
	{"directory_audits", "directory_audits.json", func(w io.Writer) error {
		return tenant.WriteDirectoryJSON(w, sample.DirectoryEvents(), tenant.Pretty)
	}},
	{"entra_sign_ins", "entra_sign_ins.json", func(w io.Writer) error {
		return tenant.WriteGraphPage(w, sample.SignIns(tenant.Interactive), tenant.OneLine)
	}},
	{"entra_sign_ins", "diagnostic.json", func(w io.Writer) error {
		return tenant.WriteDiagnosticLines(w, sample.SignIns(tenant.ManagedIdentity))
	}},
	{"entra_sign_ins", "powershell_sign_ins.json", nil},
	{"directory_audits", "powershell_audits.json", nil},
	{"risk_detections", "powershell_risk.json", nil},
	{"log_analytics_sign_ins", "log_analytics_sign_ins.csv", func(w io.Writer) error {
		return tenant.WriteLogAnalyticsCSV(w, sample.SignIns(tenant.Interactive))
	}},
	{"portal_audits", "portal_audits_spanish.csv", nil},
	{"portal_sign_ins", "portal_sign_ins_spanish.csv", nil},
	{"portal_sign_ins", "portal_sign_ins_french.csv", nil},
	{"portal_audits", "AuditLogs.csv", func(w io.Writer) error {
		return tenant.WriteDirectoryCSV(w, sample.DirectoryEvents())
	}},
	{"portal_auth_details", "InteractiveSignIns_AuthDetails.csv", func(w io.Writer) error {
		return tenant.WriteAuthDetailsCSV(w, sample.SignIns(tenant.Interactive))
	}},
	{"portal_sign_ins", "InteractiveSignIns.csv", func(w io.Writer) error {
		return tenant.WritePortalCSV(w, 57, sample.SignIns(tenant.Interactive))
	}},
	{"portal_sign_ins", "ApplicationSignIns.csv", func(w io.Writer) error {
		return tenant.WritePortalCSV(w, 22, sample.SignIns(tenant.ServicePrincipal))
	}},
	{"provisioning", "diagnostic_provisioning.json", nil},
	{"provisioning", "log_analytics_provisioning.csv", nil},
	{"portal_provisioning", "ProvisioningLogs.csv", nil},
	{"portal_provisioning_steps", "ProvisioningLogs_ProvisioningSteps.csv", nil},
	{"portal_provisioning_changes", "ProvisioningLogs_ModifiedProperties.csv", nil},
	{"risky_users", "diagnostic_risky_users.json", nil},
	{"advanced_hunting_alerts", "advanced_hunting_alert_evidence.json", nil},
	{"advanced_hunting_identity_logons", "advanced_hunting_hub.json", nil},
	{"advanced_hunting_url_clicks", "advanced_hunting_url_clicks.json", nil},
	{"azure_activity", "azure_activity.json", nil},
	{"azure_activity_events", "azure_activity_events.json", nil},
	{"azure_activity_events", "azure_activity_elevated.json", nil},
	{"azure_activity_portal", "azure_activity_portal.csv", nil},
	{"azure_activity_table", "azure_activity_table.csv", nil},
	{"service_principals_at_risk", "service_principals_at_risk.json", nil},
	{"risk_detections", "service_principal_risk.json", nil},
	{"graph_alerts", "graph_incidents.json", nil},
	{"sentinel_alerts", "sentinel_incidents.json", nil},
	{"message_trace_report", "message_trace_summary.csv", nil},
	{"message_trace_report", "message_trace_detail.csv", nil},
	{"state_inbox_rules", "graph_message_rules.json", nil},
	{"state_mailboxes", "mailbox_audit_status.csv", nil},
	{"state_mailboxes", "goose_mailbox_forwarding.json", nil},
	{"state_mailbox_permissions", "recipient_permissions.csv", nil},
	{"state_mailbox_permissions", "folder_permissions.json", nil},
	{"state_mailbox_permissions", "all_mailbox_permissions.csv", nil},
	{"state_consents", "hawk_consents.csv", nil},
	{"state_consents", "graph_grants.json", nil},
	{"state_consents", "graph_app_roles.json", nil},
	{"state_applications", "service_principals.json", nil},
	{"state_users", "msol_users.json", nil},
	{"state_applications", "hawk_credentials.csv", nil},
	{"state_consents", "sparrow_permissions.csv", nil},
	{"state_role_assignments", "hawk_administrators.csv", nil},
	{"state_authentication_methods", "goose_methods.json", nil},
	{"state_authentication_methods", "graph_methods.json", nil},
	{"state_organization", "msol_domains.csv", nil},
	{"state_group_members", "group_members.json", nil},
	{"state_role_assignments", "all_roles.csv", nil},
	{"state_authentication_methods", "registration_details.json", nil},
	{"state_authentication_methods", "phone_methods.json", nil},
	{"state_organization", "organization_config.json", nil},
	{"state_organization", "audit_config.json", nil},
	{"graph_activity", "graph_activity.json", nil},
	{"graph_activity", "graph_activity.csv", nil},
	{"graph_sign_ins", "graph_sign_ins.csv", nil},
	{"log_analytics_audits", "log_analytics_audits.csv", nil},
	{"log_analytics_audits", "log_analytics_audits.json", nil},
	{"office_activity", "office_activity.csv", nil},
	{"office_activity", "office_activity.json", nil},
	{"portal_audits", "portal_audits.csv", nil},
	{"provisioning", "provisioning.json", nil},
	{"risk_detections", "risk_detections.json", nil},
	{"risk_detections", "risk_detections.csv", nil},
	{"risky_users", "risky_users.json", nil},
	{"risky_users", "risky_users.csv", nil},
	{"admin_audit_log", "admin_audit_log.json", nil},
	{"advanced_hunting_alerts", "advanced_hunting_alerts.csv", nil},
	{"advanced_hunting_cloud_app_events", "advanced_hunting_cloud_app_events.csv", nil},
	{"advanced_hunting_emails", "advanced_hunting_emails.csv", nil},
	{"advanced_hunting_identity_logons", "advanced_hunting_identity_logons.csv", nil},
	{"advanced_hunting_sign_ins", "advanced_hunting_sign_ins.csv", nil},
	{"advanced_hunting_sign_ins", "advanced_hunting_sign_ins.json", nil},
	{"advanced_hunting_graph_activity", "advanced_hunting_graph_activity.csv", nil},
	{"graph_alerts", "graph_alerts.json", nil},
	{"graph_alerts", "graph_alerts_short.json", nil},
	{"sentinel_alerts", "sentinel_alerts.csv", nil},
	{"mailbox_audit_log", "mailbox_audit_log.csv", nil},
	{"message_trace", "message_trace.csv", nil},
	{"message_trace", "message_trace.json", nil},
	{"state_inbox_rules", "state_inbox_rules.csv", nil},
	{"state_inbox_rules", "state_inbox_rules.json", nil},
	{"state_mailboxes", "state_mailboxes.csv", nil},
	{"state_transport_rules", "state_transport_rules.csv", nil},
	{"state_transport_rules", "state_transport_rules.json", nil},
	{"state_mailbox_permissions", "state_mailbox_permissions.csv", nil},
	{"state_consents", "state_consents.csv", nil},
	{"state_applications", "state_applications.json", nil},
	{"state_applications", "state_applications.csv", nil},
	{"state_users", "state_users.csv", nil},
	{"state_users", "state_users.json", nil},
	{"state_groups", "state_groups.json", nil},
	{"state_groups", "state_groups.csv", nil},
	{"state_group_members", "state_group_members.csv", nil},
	{"state_role_assignments", "state_role_assignments.csv", nil},
	{"state_role_assignments", "state_role_assignments.json", nil},
	{"state_devices", "state_devices.csv", nil},
	{"state_devices", "state_devices.json", nil},
	{"state_authentication_methods", "state_authentication_methods.csv", nil},
	{"state_access_policies", "state_access_policies.json", nil},
	{"state_access_policies", "state_access_policies.csv", nil},
	{"state_named_locations", "state_named_locations.json", nil},
	{"state_named_locations", "state_named_locations.csv", nil},
	{"state_organization", "state_organization.json", nil},
	{"state_organization", "state_organization.csv", nil},
	{"unified_audit_log", "audit.csv", func(w io.Writer) error {
		return tenant.WriteCmdletCSV(w, 13, sample.AuditEvents())
	}},
}

var sample = tenant.New(tenant.Options{SignIns: 100, AuditEvents: 100})

// fixture is the path of a file of testdata/formats.
func fixture(name string) string { return filepath.Join("..", "testdata", "formats", name) }

// exported is the path of what the sample tenant writes.
func exported(t testing.TB, name string, write func(io.Writer) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEveryFormatHasAFixture loads all fixtures together, and wants each to be
// recognised as what it is, with every record; those that lie in files are counted apart.
func TestEveryFormatHasAFixture(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("formats")
	if err != nil {
		t.Fatal(err)
	}
	var paths, want, files, counted []string
	has := map[string]bool{}
	for _, f := range fixtures {
		if !slices.ContainsFunc(formats, func(known *format) bool { return known.name == f.format }) {
			t.Errorf("testdata/formats/%s: there is no format %s; name the file FORMAT.csv or FORMAT.CASE.json", f.file, f.format)
			continue
		}
		has[f.format] = true
		path := fixture(f.file)
		if f.write != nil {
			path = exported(t, f.file, f.write)
		} else {
			files = append(files, f.file)
			counted = append(counted, fmt.Sprintf("%s|%d", f.file, recordsIn(t, f.file)))
		}
		paths = append(paths, path)
		want = append(want, f.file+"|"+f.format+"|0")
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".sql"); !has[name] {
			t.Errorf("formats/%s.sql has no fixture: testdata/formats/%s.csv or .json", name, name)
		}
	}
	slices.Sort(want)
	c := load(t, paths...)
	c.want("select parse_filename(path), coalesce(format, note), rejected from files where records > 0 order by all", want...)
	slices.Sort(counted)
	c.want("select parse_filename(path), records from files where parse_filename(path) in ('"+strings.Join(files, "', '")+"') order by 1", counted...)
}

// recordsIn counts the records of a fixture apart from the program: the rows of CSV as Go
// reads it, and in JSON the objects of the list, the page, the lines or the rows.
func recordsIn(t *testing.T, file string) int {
	text, err := os.ReadFile(fixture(file))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) {
		if text, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(text); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if filepath.Ext(file) == ".csv" {
		if bytes.HasPrefix(text, []byte("#TYPE")) {
			_, text, _ = bytes.Cut(text, []byte("\n"))
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
		header, _, _ := bytes.Cut(text, []byte("\n"))
		for _, separator := range ";\t" {
			if bytes.Count(header, []byte(string(separator))) > bytes.Count(header, []byte(string(r.Comma))) {
				r.Comma = separator
			}
		}
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(file, err)
		}
		n = len(rows) - 1
	} else {
		for d := json.NewDecoder(bytes.NewReader(text)); ; {
			var value any
			if err := d.Decode(&value); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(file, err)
			}
			if object, ok := value.(map[string]any); ok {
				for _, name := range []string{"value", "records", "results", "Results"} {
					if list, ok := object[name].([]any); ok {
						value = list
					}
				}
			}
			if list, ok := value.([]any); ok {
				n += len(list)
			} else {
				n++
			}
		}
	}
	return n
}

func TestPortalAudits(t *testing.T) {
	c := load(t, fixture("portal_audits.csv"))
	c.want(accounts, "portal_audits|2|2|0|0")
	c.want(`select record, event_time, category, activity, service, result, result_reason, initiated_by, initiated_by_type, ip_address, user_agent, targets, correlation_id
		from directory_audits order by record`,
		"1|2026-10-02 09:15:30|RoleManagement|Add member to role|Core Directory|success|<nil>|adele.vance@contoso.com|user|192.0.2.7|EvoSTS|megan@contoso.com, Global Administrator|c0000000-0000-4000-8000-000000000001",
		"2|2026-10-02 09:10:00|ApplicationManagement|Update application – Certificates and secrets management|Core Directory|failure|Not allowed|Payroll Sync|app|<nil>|-curl|Payroll|c0000000-0000-4000-8000-000000000002")
	c.want(`select record, target_type, target, property, old_value, new_value
		from directory_audit_changes join directory_audits on id = audit_id order by all`,
		`1|Role|Global Administrator|Members|"[]"|"[""megan""]"`,
		`1|User|megan@contoso.com|Role.DisplayName|<nil>|"Global Administrator"`,
		`1|User|megan@contoso.com|Role.ObjectID|<nil>|"b1"`)
}

func TestLogAnalyticsAudits(t *testing.T) {
	c := load(t, fixture("log_analytics_audits.csv"), fixture("log_analytics_audits.json"))
	c.want(accounts, "log_analytics_audits|1|1|0|0", "log_analytics_audits|1|1|0|0")
	c.want(`select id, event_time, activity, result, initiated_by, initiated_by_type, ip_address, user_agent, targets
		from directory_audits order by event_time`,
		"Directory_c3_ABCDE_1|2026-10-02 21:15:58|Consent to application|success|adele.vance@contoso.com|user|192.0.2.7|EvoSTS|Payroll",
		"Directory_c4_ABCDE_2|2026-10-03 07:00:00|Add app role assignment to service principal|success|Payroll Sync|app|<nil>|<nil>|Payroll")
	c.want("select audit_id, target_type, target, property, new_value from directory_audit_changes order by all",
		`Directory_c3_ABCDE_1|ServicePrincipal|Payroll|ConsentAction.Permissions|"[] => [[Scope: Mail.Read]]"`,
		`Directory_c4_ABCDE_2|ServicePrincipal|Payroll|ConsentAction.Permissions|"[] => [[Scope: Mail.Read]]"`)
}

func TestOfficeActivity(t *testing.T) {
	c := load(t, fixture("office_activity.csv"), fixture("office_activity.json"))
	c.want(accounts, "office_activity|2|2|0|0", "office_activity|1|1|0|0")
	c.want(`select id, event_time, record_type, record_type_name, workload, operation, user_id, user_type, ip_address, user_agent, session_id, session_id_source, sign_in_id, is_system
		from audit_events order by id`,
		"f0000000-0000-4000-8000-000000000001|2026-10-04 00:05:09|6|SharePointFileOperation|SharePoint|FileDownloaded|megan@contoso.com|0|198.51.100.9|Mozilla/5.0|5e000000-0000-4000-8000-000000000001|AppAccessContext.AADSessionId|fbff2233-4455-6677-8899-aabbccddee00|false",
		"f0000000-0000-4000-8000-000000000002|2026-10-04 12:05:09|50|ExchangeItemAggregated|Exchange|MailItemsAccessed|adele@contoso.com|2|2001:db8::7|Client=OWA|<nil>|<nil>|<nil>|false",
		`f0000000-0000-4000-8000-000000000003|2026-10-05 10:00:00|1|ExchangeAdmin|Exchange|Set-Mailbox|nt authority\system (microsoft.exchange.servicehost)|3|<nil>|<nil>|<nil>|<nil>|<nil>|true`)
}

func TestRisk(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("risk_detections.json"), fixture("risk_detections.csv"))
	c.want(accounts, "risk_detections|1|1|0|0", "risk_detections|1|1|0|0")
	c.want(`select id, event_time, detected_date_time, request_id, risk_event_type, risk_level, risk_state, detection_timing_type, activity, ip_address, city, country, user_principal_name, additional_info
		from risk_detections order by id`,
		`7a1b|2026-10-06 08:30:00|2026-10-06 08:30:05|92c3e8aa-0000-4000-8000-000000000100|unfamiliarFeatures|medium|atRisk|realtime|signin|198.51.100.23|Cork|IE|adele.vance@contoso.com|[{"Key":"userAgent","Value":"curl/8"}]`,
		`8b2c|2026-10-07 13:05:00|2026-10-13 14:00:00|<nil>|leakedCredentials|high|remediated|offline|user|<nil>|Cork|IE|megan@contoso.com|[]`)

	c = load(t, fixture("risky_users.json"), fixture("risky_users.csv"), fixture("diagnostic_risky_users.json"))
	c.want("select id, event_time, user_principal_name, risk_level, risk_state, risk_detail, is_deleted, is_processing from risky_users order by id",
		"a0000000-0000-4000-8000-000000000001|2026-10-06 08:31:00|adele.vance@contoso.com|high|atRisk|none|false|true",
		"a0000000-0000-4000-8000-000000000002|2026-10-14 09:00:00|megan@contoso.com|none|dismissed|adminDismissedAllRiskForUser|true|false",
		"a0000000-0000-4000-8000-000000000003|2026-10-06 08:31:01|alex@contoso.com|high|confirmedCompromised|adminConfirmedUserCompromised|false|false")
}

func TestProvisioning(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("provisioning.json"), fixture("diagnostic_provisioning.json"), fixture("log_analytics_provisioning.csv"),
		fixture("ProvisioningLogs.csv"), fixture("ProvisioningLogs_ProvisioningSteps.csv"), fixture("ProvisioningLogs_ModifiedProperties.csv"))
	c.want("select parse_filename(path), format, records, loaded, duplicates, rejected from files order by 1",
		"ProvisioningLogs.csv|portal_provisioning|2|2|0|0",
		"ProvisioningLogs_ModifiedProperties.csv|portal_provisioning_changes|2|2|0|0",
		"ProvisioningLogs_ProvisioningSteps.csv|portal_provisioning_steps|3|3|0|0",
		"diagnostic_provisioning.json|provisioning|1|1|0|0",
		"log_analytics_provisioning.csv|provisioning|1|1|0|0",
		"provisioning.json|provisioning|2|2|0|0")
	c.want(`select id, event_time, change_id, action, status, status_detail, initiated_by, service_principal_name, source_system, source_identity, target_system, target_identity, duration_ms
		from provisioning_events order by event_time, id`,
		"b3f2b676-f27c-432e-8757-be2d5ed80601|2026-10-08 11:22:33|228f043c-0000-4000-8000-000000000001|create|failure|AttributeValueNotUnique: userName is taken|Azure AD Provisioning Service|Ticketing|Microsoft Entra ID|Adele Vance|customappsso|ext-77|630",
		"b3f2b676-f27c-432e-8757-be2d5ed80602|2026-10-08 11:22:33|228f043c-0000-4000-8000-000000000001|update|success|<nil>|Irvin Sayers|Ticketing|Microsoft Entra ID|Adele Vance|customappsso|adele@ticketing|630",
		"<nil>|2026-10-08 11:22:33|228f043c-0000-4000-8000-000000000004|create|failure|InsufficientRights: Not allowed|Azure AD Provisioning Service|Ticketing|Microsoft Entra ID|Adele Vance|customappsso|ext-77|630",
		"b3f2b676-f27c-432e-8757-be2d5ed80603|2026-10-08 12:00:00|ch|delete|success|<nil>|Azure AD Provisioning Service|Ticketing|Microsoft Entra ID|Adele Vance|customappsso|ext-77|12",
		"b3f2b676-f27c-432e-8757-be2d5ed80607|2026-10-08 23:22:33|ch7|update|success|<nil>|Azure AD Provisioning Service|Ticketing|Workday|1017|Microsoft Entra ID|Megan Bowen|55",
		"<nil>|2026-10-09 01:02:03|228f043c-0000-4000-8000-000000000005|stagedDelete|skipped|<nil>|<nil>|<nil>|<nil>|Megan|<nil>|<nil>|<nil>")
	c.want(`select parent_record, change_id, name, step_type, status, description, details, raw is not null from provisioning_steps order by change_id, name`,
		`1|228f043c-0000-4000-8000-000000000001|EntryExportAdd|export|failure|userName is taken|{"ErrorCode":"AttributeValueNotUnique"}|false`,
		"1|228f043c-0000-4000-8000-000000000001|EntryImportAdd|import|success|Received User|<nil>|false",
		`<nil>|228f043c-0000-4000-8000-000000000004|EntryExportAdd|export|failure|Failed to create User|{"ErrorCode":"InsufficientRights"}|true`,
		`<nil>|228f043c-0000-4000-8000-000000000004|EntryImportAdd|import|success|Received User 'adele.vance@contoso.com'|{"objectId":"a0000000-0000-4000-8000-000000000001"}|true`,
		"<nil>|228f043c-0000-4000-8000-000000000005|EntrySynchronizationScoping|scoping|skipped|Not in scope|<nil>|true",
		"1|ch|EntryExportDelete|Export|success|User was deleted|<nil>|false",
		"1|ch7|EntryExportUpdate|export|success|User was updated|<nil>|false")
	c.want(`select parent_record, change_id, property, old_value, new_value from provisioning_changes order by change_id, property`,
		"1|228f043c-0000-4000-8000-000000000001|userName|<nil>|adele",
		"<nil>|228f043c-0000-4000-8000-000000000004|active|False|True",
		"<nil>|228f043c-0000-4000-8000-000000000004|userName|<nil>|adele.vance@contoso.com",
		"1|ch|active|True|False",
		"1|ch7|title|Clerk|Chief")
	c.want("select note from files where note is not null order by all",
		"1 record was completed from the envelope of Azure's diagnostic settings: its time, result, address or place",
		`not read, for their names are not known: "Tenant Region"; the JSON download has everything`)
}

// TestProvisioningFromBothDownloads: a change that the portal gave as CSV and as
// JSON is one row, with its steps once, in whatever order the files are loaded.
func TestProvisioningFromBothDownloads(t *testing.T) {
	t.Parallel()
	object := func(id, change, action string) string {
		return `{"id":"#` + id + `","activityDateTime":"2026-10-08T11:22:33.5Z","jobId":"j","cycleId":"y","changeId":"#` + change + `","provisioningAction":"` + action +
			`","provisioningStatusInfo":{"status":"success"},"provisioningSteps":[{"name":"EntryExportAdd","provisioningStepType":"export","status":"success"}]}` + "\n"
	}
	row := func(change, action string) string {
		return "2026-10-08T11:22:33Z,#" + change + ",y,j," + action + ",Success\r\n"
	}
	tests := []struct{ csv, json, want, reason string }{ // want: events, duplicates, steps
		{row("C1", "Create"), object("p1", "c1", "create"), "1|1|1", "the same change"},
		{row("c2", "Create"), object("p1", "c1", "create"), "2|0|1", "another change"},
		{row("c1", "Delete"), object("p1", "c1", "create"), "2|0|1", "another action"},
		{row("c1", "Create"), object("p1", "c1", "create") + object("p2", "c1", "create"), "3|0|1", "two of the change in JSON: nobody knows which"},
		{row("c1", "Create") + strings.Replace(row("c1", "Create"), ",y,", ",z,", 1), object("p1", "c1", "create"), "3|0|1", "two of the change in the CSV"},
	}
	csv, lines, steps := "Date (UTC),Change ID,Cycle ID,Job ID,Action,Status\r\n", "", "Change ID,Name,Status,Description\r\n"
	for i, test := range tests { // all in one case: # becomes the number
		number := strings.NewReplacer("#", fmt.Sprint(i, "-"))
		csv += number.Replace(test.csv)
		lines += number.Replace(test.json)
		steps += number.Replace("#c1,EntryExportAdd,success,\r\n")
	}
	paths := []string{write(t, "a.csv", csv), write(t, "b.jsonl", lines), write(t, "c.csv", steps)}
	together, apart := load(t, paths...), load(t, paths[1])
	apart.add(paths[2])
	apart.add(paths[0])
	for order, c := range map[string]*loaded{"together": together, "apart": apart} {
		got := c.ask(`
			with taken as (
				select raw, (kept_file_id, kept_record) as kept
				from duplicates
				join provisioning_events on provisioning_events.file_id = kept_file_id and provisioning_events.record = kept_record
			)
			select
				(select count(*) from provisioning_events where starts_with(change_id, i || '-')),
				(select count(*) from taken where contains(raw, '"' || i || '-')),
				(select count(*) from provisioning_steps where starts_with(change_id, i || '-'))
			from range(` + fmt.Sprint(len(tests)) + `) as tests(i)
			order by i`)
		for i, test := range tests {
			if got[i] != test.want {
				t.Errorf("%s, loaded %s: %s, want %s", test.reason, order, got[i], test.want)
			}
		}
	}
}

func TestPowerShell(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("powershell_sign_ins.json"), fixture("powershell_audits.json"), fixture("powershell_risk.json"))
	c.want("select parse_filename(path), format, records, loaded, note from files order by 1",
		"powershell_audits.json|directory_audits|1|1|the names of properties start with a capital, as PowerShell and Log Analytics write them; they were read as Graph spells them",
		"powershell_risk.json|risk_detections|1|1|the names of properties start with a capital, as PowerShell and Log Analytics write them; they were read as Graph spells them",
		`powershell_sign_ins.json|entra_sign_ins|2|2|the names of properties start with a capital, as PowerShell and Log Analytics write them; they were read as Graph spells them; "appliedConditionalAccessPolicies", "geoCoordinates": only the name of a .NET type was written, the content was never exported and can't be recovered; export again with ConvertTo-Json -Depth 10`)
	c.want(`select id, event_time, category, user_principal_name, app_display_name, ip_address, city, latitude, status, error_code, failure_reason, browser, is_compliant, conditional_access_status, risk_event_types, has_policy_detail
		from sign_ins order by id`,
		"92c3e8aa-0000-4000-8000-000000000300|2026-10-07 08:00:00|interactive|megan@contoso.com|Azure Portal|2001:db8::17|Cork|51.9|failure|50126|Error validating credentials.|Edge 140.0|false|success|unfamiliarFeatures|true",
		"92c3e8aa-0000-4000-8000-000000000400|2026-10-07 08:01:00|interactive|megan@contoso.com|Azure Portal|2001:db8::17|Cork|<nil>|failure|50126|Error validating credentials.|Edge 140.0|false|success|unfamiliarFeatures|false")
	c.want("select sign_in_id, policy_name, result, grant_controls from sign_in_policies", "92c3e8aa-0000-4000-8000-000000000300|Require MFA|success|Mfa")
	c.want("select initiated_by, ip_address, user_agent, targets from directory_audits", "adele@contoso.com|192.0.2.7|EvoSTS|megan@contoso.com")
	c.want("select target_type, property, new_value from directory_audit_changes", `User|Role.DisplayName|"Global Administrator"`)
	c.want("select event_time, ip_address, city, risk_event_type from risk_detections", "2026-10-07 08:00:00|192.0.2.7|Cork|anonymizedIPAddress")
}

func TestGraphSignInsCSV(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("graph_sign_ins.csv"))
	c.want(accounts, "graph_sign_ins|2|2|0|0")
	c.want(`select id, event_time, category, user_principal_name, app_display_name, client_app, is_legacy_auth, ip_address, status, error_code, conditional_access_status, has_policy_detail, city
		from sign_ins order by id`,
		"92c3e8aa-0000-4000-8000-000000000100|2026-10-01 07:05:09|non_interactive|adele.vance@contoso.com|Office 365 Exchange Online|IMAP4|true|203.0.113.5|<nil>|<nil>|not_applied|false|<nil>",
		"92c3e8aa-0000-4000-8000-000000000200|2026-10-13 20:15:30|interactive|adele.vance@contoso.com|Office 365 Exchange Online|IMAP4|true|203.0.113.5|<nil>|<nil>|not_applied|false|<nil>")
	if note := c.ask("select note from files"); !strings.HasPrefix(note[0], `the dates in "CreatedDateTime" were read as month-day-year: no month is above 12 in "10/13/2026 8:15:30 PM" in column "CreatedDateTime", line 3; "AppliedConditionalAccessPolicies", "DeviceDetail", "Location", "RiskEventTypes", "RiskEventTypesV2", "Status" and 1 more: only the name`) {
		t.Error(note)
	}
}

func TestPortalLanguages(t *testing.T) {
	t.Parallel()
	c := load(t, fixture("portal_sign_ins_spanish.csv"), fixture("portal_sign_ins_french.csv"), fixture("portal_audits_spanish.csv"))
	c.want(`select id, event_time, user_principal_name, app_id, ip_address, city, state, country, status, error_code, browser, is_compliant, is_managed, authentication_requirement, autonomous_system_number, session_id, conditional_access_status
		from sign_ins order by id`,
		"92c3e8aa-0000-4000-8000-000000000500|2026-10-05 06:07:08|adele.vance@contoso.com|c44b4083-3bb0-49c1-b47d-974e53cbdf3c|192.0.2.55|Cork|Munster|IE|interrupted|50074|Edge 140|false|true|multi_factor|64500|<nil>|not_applied",
		"92c3e8aa-0000-4000-8000-000000000600|2026-10-05 07:00:00|megan@contoso.com|00000002-0000-0ff1-ce00-000000000000|198.51.100.60|Nice|Provence-Alpes-Côte d'Azur|FR|success|0|Chrome 141.0|true|false|multi_factor|64501|5e000000-0000-4000-8000-000000000600|success",
		"92c3e8aa-0000-4000-8000-000000000601|2026-10-05 06:59:00|megan@contoso.com|<nil>|198.51.100.60|<nil>|<nil>|FR|failure|50126|<nil>|<nil>|<nil>|single_factor|<nil>|<nil>|not_applied")
	c.want("select event_time, activity, result, user_agent, targets from directory_audits", "2026-10-05 08:00:00|Reset user password|success|curl/8|megan@contoso.com")
	const kind = "the columns don't say which kind of sign-ins these are, nor does the file's name"
	c.want("select parse_filename(path), note from files order by 1",
		"portal_audits_spanish.csv|the columns are named in Spanish; they were read by their English names",
		"portal_sign_ins_french.csv|the columns are named in French; they were read by their English names; "+kind,
		`portal_sign_ins_spanish.csv|the columns are named in Spanish; they were read by their English names; not read, for their names are not known: "Latencia"; the JSON download has everything; `+kind)
}

func TestGraphActivity(t *testing.T) {
	c := load(t, fixture("graph_activity.csv"), fixture("graph_activity.json"))
	c.want(accounts, "graph_activity|1|1|0|0", "graph_activity|1|1|0|0")
	c.want(`select id, event_time, request_method, request_uri, response_status_code, duration_ms, ip_address, user_agent, user_id, service_principal_id, app_id, client_auth_method, scopes, roles, session_id, sign_in_id, token_issued_at
		from graph_activity order by id`,
		"0d000000-0000-4000-8000-000000000001|2026-10-09 10:25:12|GET|https://graph.microsoft.com/v1.0/me/messages?$top=100|200|2693631|192.0.2.7|python-requests/2.32|a1|<nil>|14d82eec-204b-4c2f-b7e8-296a70dab67e|0|Mail.Read User.Read|<nil>|5e000000-0000-4000-8000-000000000001|fbff2233-4455-6677-8899-aabbccddee00|2026-10-09 10:20:11",
		"0d000000-0000-4000-8000-000000000002|2026-10-09 23:00:00|POST|https://graph.microsoft.com/beta/users|403|12|2001:db8::9|<nil>|<nil>|sp9|app9|2|<nil>|Directory.Read.All|<nil>|<nil>|<nil>")
	c.want("select first_event from files order by file_id", "2026-10-09 23:00:00", "2026-10-09 10:25:12")
}

// TestEveryColumnIsFilled wants a format for each column of a table, for one that none
// fills is misspelt or was forgotten, and of each format what leads back to the record.
func TestEveryColumnIsFilled(t *testing.T) {
	for _, table := range schema.Tables() {
		all := ""
		for _, f := range formats {
			for _, s := range f.sections {
				if s.table != table.Name || f.of != "" {
					continue
				}
				last := s.sql[max(0, strings.LastIndex(s.sql, "\nselect")):]
				must := []string{"file_id", "record", "raw"}
				if s.parent != "" {
					must = []string{"parent_file_id", "parent_record"}
				}
				for _, name := range must {
					if !fills(last, name) {
						t.Errorf("formats/%s.sql does not fill the column %s of %s", f.name, name, table.Name)
					}
				}
				all += last
			}
		}
		for _, c := range table.Columns {
			if all != "" && c.Name != "snapshot_time" && !fills(all, c.Name) { // that is for the load to fill
				t.Errorf("schema/tables/%s.sql: no format fills the column %s", table.Name, c.Name)
			}
		}
	}
}

// fills tells whether a SELECT has a column of that name.
func fills(text, name string) bool {
	return regexp.MustCompile(`(?m)\bas ` + name + `\b|^\s*(select )?(\w+\.)?` + name + `,?$`).MatchString(text)
}
