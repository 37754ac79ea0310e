package ingest

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStates loads the fixtures of what tools dump beside logs. What is wanted of each
// was read off the file.
func TestStates(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const guid = "00000000-0000-4000-8000-0000000000"
	for _, tt := range []struct {
		table, columns string
		want           map[string][]string // file -> its rows
	}{
		{"state_inbox_rules", "id, mailbox, name, is_enabled, priority, conditions, move_to_folder, forward_to, redirect_to, is_deleting, is_marking_read, is_stopping", map[string][]string{
			"state_inbox_rules.csv": {
				"3296353452258492417|adele.vance@contoso.com|..|true|1|subject invoice, payment|RSS Feeds|<nil>|<nil>|false|true|true",
				`3345287221547630593|adele.vance@contoso.com|to home|false|2|<nil>|<nil>|"x@evil.example" [SMTP:x@evil.example]|<nil>|true|false|true`,
			},
			"state_inbox_rules.json": {`1234567890123456789|adele vance|..|true|1|subject invoice, payment|RSS Feeds|<nil>|"x@evil.example" [SMTP:x@evil.example]|false|<nil>|true`},
			"graph_message_rules.json": {
				`AQAAAJ5dZqA=|<nil>|partner|true|2|{"senderContains":["adele"]}|<nil>|x@evil.example, y@evil.example|<nil>|true|<nil>|true`,
				"AQAAAJ5dZqB=|<nil>|news|false|1|<nil>|AAMk=|<nil>|<nil>|<nil>|true|<nil>",
			},
		}},
		{"state_mailboxes", "mailbox, forwarding_address, forwarding_smtp_address, keeps_copy, is_audited, is_audit_bypassed, audit_actions", map[string][]string{
			"state_mailboxes.csv": {
				"adele.vance@contoso.com|<nil>|x@evil.example|true|true|<nil>|owner: MoveToDeletedItems, SoftDelete; delegate: SendAs",
				"shared@contoso.com|Megan Bowen|<nil>|false|false|<nil>|<nil>",
			},
			"mailbox_audit_status.csv":      {"adele.vance@contoso.com|<nil>|<nil>|<nil>|true|true|owner: HardDelete, Update; delegate: SendAs"},
			"goose_mailbox_forwarding.json": {"adele.vance@contoso.com|<nil>|<nil>|false|<nil>|<nil>|<nil>", "shared@contoso.com|x|<nil>|true|<nil>|<nil>|<nil>"},
		}},
		{"state_transport_rules", "name, state, mode, priority, copy_to, is_deleting, changed_time", map[string][]string{
			"state_transport_rules.csv":  {"copy all|Enabled|<nil>|<nil>|<nil>|<nil>|2026-08-29 16:33:42", "old|Disabled|<nil>|<nil>|<nil>|<nil>|2026-08-09 11:02:29"},
			"state_transport_rules.json": {"copy all|Enabled|Enforce|0|x@evil.example|false|2026-08-29 16:33:42"},
		}},
		{"state_mailbox_permissions", "mailbox, folder, trustee, access_rights, full_access, folder_access, is_inherited, is_denied", map[string][]string{
			"state_mailbox_permissions.csv": {"adele vance|<nil>|alex.wilber@contoso.com|FullAccess|<nil>|<nil>|false|false", `adele vance|<nil>|nt authority\self|FullAccess, ReadPermission|<nil>|<nil>|false|false`},
			"recipient_permissions.csv":     {"adele.vance|<nil>|alex.wilber@contoso.com|SendAs|<nil>|<nil>|false|false"},
			"folder_permissions.json":       {"adele.vance@contoso.com|Inbox|alex wilber|Reviewer|<nil>|<nil>|<nil>|<nil>"},
			"all_mailbox_permissions.csv":   {"adele.vance@contoso.com|<nil>|<nil>|<nil>|alex wilber (alex.wilber@contoso.com)|calendar: Alex Wilber: Reviewer|<nil>|<nil>"},
		}},
		{"state_consents", "kind, right(client_id, 2), right(app_id, 2), application, resource, permission, is_for_all, principal, is_enabled", map[string][]string{
			"state_consents.csv":      {"delegated|11|10|Invoice Helper|Microsoft Graph|Mail.Read|false|Adele Vance|true", "delegated|11|10|Invoice Helper|Microsoft Graph|offline_access|true|<nil>|false"},
			"hawk_consents.csv":       {"application|11|<nil>|Invoice Helper|Microsoft Graph|Mail.ReadWrite|<nil>|<nil>|<nil>"},
			"sparrow_permissions.csv": {"application|11|<nil>|Invoice Helper|<nil>|Mail.ReadWrite|<nil>|<nil>|<nil>"},
			"graph_grants.json":       {"delegated|11|<nil>|<nil>|<nil>|Mail.Read offline_access|true|<nil>|<nil>"},
			"graph_app_roles.json":    {"application|11|<nil>|Invoice Helper|Microsoft Graph|" + guid + "13|<nil>|<nil>|<nil>"},
		}},
		{"state_applications", "right(app_id, 2), display_name, kind, password_credentials, key_credentials, last_credential_time, last_credential_end, reply_urls, owners", map[string][]string{
			"state_applications.json": {
				"10|Invoice Helper|application|2|0|2026-05-23 00:00:00|2027-01-01 00:00:00|https://a.example/cb|<nil>",
				"14|Plain|application|0|0|<nil>|<nil>|<nil>|<nil>",
			},
			"service_principals.json": {"10|Invoice Helper|service principal|0|1|2026-05-24 00:00:00|2028-05-24 00:00:00|https://a.example/cb, https://b.example/cb|<nil>"},
			"hawk_credentials.csv":    {"<nil>|Invoice Helper|credential|<nil>|<nil>|2026-05-24 13:02:03|2028-05-24 13:02:03|<nil>|<nil>"},
			"state_applications.csv":  {"10|Invoice Helper|application|<nil>|<nil>|<nil>|<nil>|<nil>|Adele Vance"},
		}},
		{"state_users", "right(id, 2), user_principal_name, mail, user_type, is_enabled, created_time, last_password_change, last_sign_in", map[string][]string{
			"state_users.csv": {
				"20|adele.vance@contoso.com|adele.vance@contoso.com|Member|true|2024-04-28 16:44:10|2026-05-22 08:01:11|2026-05-22 08:01:11",
				"21|bob_fabrikam.com#ext#@contoso.onmicrosoft.com|bob@fabrikam.com|Guest|false|2024-04-28 16:44:10|<nil>|<nil>",
			},
			"state_users.json": {"20|adele.vance@contoso.com|adele.vance@contoso.com|Member|true|2019-03-01 07:00:00|<nil>|2026-05-01 08:00:00"},
			"msol_users.json":  {"20|adele.vance@contoso.com|<nil>|<nil>|true|2019-03-01 07:00:00|<nil>|<nil>"},
		}},
		{"state_groups", "right(id, 2), display_name, mail, kinds, is_security, membership_rule", map[string][]string{
			"state_groups.json": {`40|Finance|finance@contoso.com|Unified, DynamicMembership|false|user.department -eq "Finance"`},
			"state_groups.csv":  {"40|Finance|<nil>|<nil>|<nil>|<nil>", "41|Admins|<nil>|<nil>|<nil>|<nil>"},
		}},
		{"state_group_members", "right(group_id, 2), group_name, right(member_id, 2), member", map[string][]string{
			"state_group_members.csv": {"40|Finance|20|adele.vance@contoso.com"},
			"group_members.json":      {"40|<nil>|21|Bob"},
		}},
		{"state_role_assignments", "role, right(member_id, 2), member, kind, scope, start_time, end_time", map[string][]string{
			"state_role_assignments.csv": {
				"Global Administrator|<nil>|adele.vance@contoso.com|eligible|/|2026-05-22 12:53:27|<nil>",
				"User Administrator|<nil>|alex.wilber@contoso.com|active|/|2026-05-22 12:53:27|2026-10-12 12:53:14",
			},
			"hawk_administrators.csv":     {"Global Administrator|20|adele.vance@contoso.com|<nil>|<nil>|<nil>|<nil>"},
			"all_roles.csv":               {"Global Reader|22|curt@contoso.com|<nil>|<nil>|<nil>|<nil>"},
			"state_role_assignments.json": {guid + "62|20|<nil>|<nil>|/|<nil>|<nil>"},
		}},
		{"state_devices", "right(device_id, 2), display_name, operating_system, trust_type, is_enabled, is_compliant, is_managed, owners, created_time, last_sign_in", map[string][]string{
			"state_devices.csv":  {"50|KALI|Windows 10.0.1|Workplace|true|false|false|adele.vance@contoso.com|2026-05-22 08:01:11|2026-05-23 08:01:11"},
			"state_devices.json": {"50|KALI|Windows 10.0.1|Workplace|true|<nil>|false|<nil>|2026-05-22 08:01:11|2026-05-23 08:01:11"},
		}},
		{"state_authentication_methods", "user_principal_name, methods, default_method, is_mfa_registered, is_admin, phone", map[string][]string{
			"state_authentication_methods.csv": {"adele.vance@contoso.com|password, app, phone|<nil>|true|<nil>|<nil>", "alex@contoso.com|password|<nil>|false|<nil>|<nil>"},
			"registration_details.json":        {"adele.vance@contoso.com|mobilePhone, softwareOneTimePasscode|mobilePhone|true|true|<nil>"},
			"graph_methods.json": {
				"<nil>|password|<nil>|<nil>|<nil>|<nil>", "<nil>|app on iPhone|<nil>|<nil>|<nil>|<nil>", "<nil>|softwareOath|<nil>|<nil>|<nil>|<nil>", "<nil>|key Key|<nil>|<nil>|<nil>|<nil>",
				"<nil>|email (x@evil.example)|<nil>|<nil>|<nil>|<nil>", "<nil>|windowsHelloForBusiness on PC|<nil>|<nil>|<nil>|<nil>", "<nil>|temporaryAccessPass|<nil>|<nil>|<nil>|<nil>",
			},
			"goose_methods.json": {"adele.vance@contoso.com|phone (mobile)|<nil>|<nil>|<nil>|+31 6", "adele.vance@contoso.com|<nil>|<nil>|<nil>|<nil>|<nil>"},
			"phone_methods.json": {"<nil>|phone (mobile)|<nil>|<nil>|<nil>|+234 8000000000"},
		}},
		{"state_access_policies", "display_name, state, conditions, grant_controls, created_time, changed_time", map[string][]string{
			"state_access_policies.json": {`Require MFA|disabled|{"users":{"includeUsers":["All"]}}|{"builtInControls":["mfa"]}|2024-05-22 08:01:11|2026-05-22 08:01:11`},
			"state_access_policies.csv":  {"Require MFA|enabled|client apps all; sign-in risk high|mfa|2024-05-22 08:01:11|<nil>"},
		}},
		{"state_named_locations", "display_name, is_trusted, ip_ranges, countries", map[string][]string{
			"state_named_locations.json": {"Office|true|192.0.2.0/24, 2001:db8::/32|<nil>", "Home|<nil>|<nil>|NL, DE"},
			"state_named_locations.csv":  {"Office|true|192.0.2.0/24|<nil>"},
		}},
		{"state_organization", "kind, name, domains, authentication_type, is_audit_disabled, is_audit_log_on", map[string][]string{
			"state_organization.json":  {"organization|Contoso|contoso.com, contoso.onmicrosoft.com|<nil>|<nil>|<nil>"},
			"state_organization.csv":   {"domain|evil.example|evil.example|Federated|<nil>|<nil>", "domain|pending.example|<nil>|Managed|<nil>|<nil>"},
			"msol_domains.csv":         {"domain|Contoso.com|contoso.com|Managed|<nil>|<nil>", "domain|new.example|<nil>|Managed|<nil>|<nil>"},
			"organization_config.json": {"Exchange|contoso.onmicrosoft.com|<nil>|<nil>|true|<nil>"},
			"audit_config.json":        {"audit|Admin Audit Log Settings|<nil>|<nil>|<nil>|false"},
		}},
	} {
		var paths []string
		records := 0
		for file := range tt.want {
			paths = append(paths, fixture(file))
			records += recordsOf(t, fixture(file))
		}
		c := load(t, paths...)
		for file, rows := range tt.want {
			c.want("select "+tt.columns+" from "+tt.table+" where file_id = (select file_id from files where path like '%/"+file+"') order by record", rows...)
		}
		if got := c.summary; !got.Complete() || got.Records != int64(records) || got.Loaded != int64(records) {
			t.Errorf("%s: %d records stand in the files, of which it says %+v", tt.table, records, got)
		}
	}
}

// recordsOf counts the records of a fixture with other programs' readers.
func recordsOf(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) == ".csv" {
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(rows) - 1
	}
	n := 0
	for values := json.NewDecoder(strings.NewReader(string(text))); values.More(); {
		var value any
		if err := values.Decode(&value); err != nil {
			t.Fatal(err)
		}
		switch v := value.(type) {
		case []any:
			n += len(v)
		case map[string]any:
			if list, ok := v["value"].([]any); ok {
				n += len(list)
			} else {
				n++
			}
		}
	}
	return n
}

// TestSnapshotTime: what stood at two times is two records, each of its time.
func TestSnapshotTime(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(fixture("state_users.json"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range []string{"202605220801-Users.json", "Users_2026-06-01_101500.json"} {
		// blanks at the end, lest the second be the same file
		if err := os.WriteFile(filepath.Join(folder, name), []byte(string(text)+strings.Repeat("\n", len(name))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	c.want("select user_principal_name, snapshot_time from state_users order by all", "adele.vance@contoso.com|2026-05-22 08:01:00", "adele.vance@contoso.com|2026-06-01 10:15:00")
	c.want("select first_event, duplicates from files order by all", "2026-05-22 08:01:00|0", "2026-06-01 10:15:00|0")
	// A copy of one of them is none of its own; a name with a day alone has the time of the file.
	copied := write(t, "202605220801-Users.json", string(text))
	daily := write(t, "Users-20260522.json", string(text)+" ")
	c.add(copied, daily)
	c.want("select loaded, duplicates from files where file_id > 2 order by path like '%Users-%'", "0|1", "1|0")
	c.want("select snapshot_time = modified_at from state_users join files using (file_id) where path like '%Users-%'", "true")
}

// TestStateTimes: a time that may be two days is left out, and the record stays.
func TestStateTimes(t *testing.T) {
	t.Parallel()
	c := load(t, write(t, "rules.csv", "Name,State,Mode,Priority,WhenChanged\r\nfwd,Enabled,Enforce,0,5/2/2026 8:01:11 AM\r\n"))
	c.want("select name, changed_time from state_transport_rules", "fwd|<nil>")
	if c.summary.Damaged != 1 || c.summary.Loaded != 1 || !strings.Contains(c.warned[0], "--date-order") {
		t.Errorf("%+v %q", c.summary, c.warned)
	}
	c = loadWith(t, Options{DateOrder: "mdy"}, write(t, "rules.json", `[{"Name":"fwd","State":"Enabled","Mode":"Enforce","Priority":0,"WhenChanged":"5/2/2026 8:01:11 AM"}]`))
	c.want("select name, changed_time from state_transport_rules", "fwd|2026-05-02 08:01:11")
	c = load(t, write(t, "rules.json", `[{"Name":"fwd","State":"Enabled","Mode":"Enforce","Priority":0,"WhenChanged":"5/2/2026 8:01:11 AM"}]`))
	c.want("select name, changed_time from state_transport_rules", "fwd|<nil>")
}

// TestAccountInPath: where the records don't say whose they are, the path may.
func TestAccountInPath(t *testing.T) {
	text, err := os.ReadFile(fixture("graph_message_rules.json"))
	if err != nil {
		t.Fatal(err)
	}
	phones, err := os.ReadFile(fixture("phone_methods.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, folderOf(t, map[string]string{
		"rules/Adele.Vance@contoso.com.json":   string(text),
		"alex@contoso.co.uk/202605010901.json": string(text) + " ",
		"rules/202605010900-all.json":          string(text) + "  ",
		"methods megan@contoso.com.json":       string(phones),
		"owners@contoso.com.json":              "@state_inbox_rules.json",
	}))
	c.want("select distinct mailbox from state_inbox_rules order by all nulls last", "adele vance", "adele.vance@contoso.com", "alex@contoso.co.uk", "<nil>")
	c.want("select user_principal_name from state_authentication_methods", "megan@contoso.com")
}

// TestPagesOfUsers: Graph says in the context of a page whose rules or methods it lists.
func TestPagesOfUsers(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const context = `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('%s')/mailFolders('inbox')/messageRules",`
	rule := func(id string) string {
		return `{"id":"` + id + `","displayName":"..","sequence":1,"isEnabled":true,"actions":{"delete":true}}`
	}
	page := func(user, id string) string {
		return `{` + strings.Replace(context, "%s", user, 1) + `"value":[` + rule(id) + `]}`
	}
	for _, tt := range []struct{ text, want, reason string }{
		{page("Adele%40contoso.com", "r1"), "r1|adele@contoso.com", "a page"},
		{page("adele%40contoso.com", "r1") + "\n" + page("kim@contoso.com", "r2"), "r1|adele@contoso.com r2|kim@contoso.com", "pages of two, one behind the other"},
		{`{"responses":[{"id":"1","status":200,"body":` + page("adele%40contoso.com", "r1") + `},{"id":"2","status":200,"body":{"value":[` + rule("r2") + `]}}]}`, "r1|adele@contoso.com r2|<nil>", "replies, of which one does not say it"},
		{page("00000000-0000-4000-8000-000000000001", "r1"), "r1|<nil>", "an id is no account"},
		{page("x%ZZ@contoso.com", "r1"), "r1|<nil>", "no address"},
		{"[" + rule("r1") + "]", "r1|<nil>", "no page"},
	} {
		c := load(t, write(t, "x.json", tt.text))
		if got := strings.Join(c.ask("select id, mailbox from state_inbox_rules order by id"), " "); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.reason, got, tt.want)
		}
	}
	c := load(t, write(t, "x.json", page("adele%40contoso.com", "r1")))
	c.want("select raw ->> '$.userPrincipalName' from state_inbox_rules", "<nil>")
}
