package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folderOf makes a folder with these files; a text that begins with @ is a fixture.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "evidence")
	for name, text := range files {
		if fixtureName, ok := strings.CutPrefix(text, "@"); ok {
			b, err := os.ReadFile(fixture(fixtureName))
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const saidLines = "[INFO] Running Get-UAL\r\n[INFO] Output written\r\n"

// TestCollectors loads folders that look like the output of each collector: its logs and
// states are read, what it leaves beside them is one line.
func TestCollectors(t *testing.T) {
	t.Parallel()
	list := "\r\nName        : Zoom\r\nEnabled     : True\r\nPriority    : 1\r\n"
	for _, tt := range []struct {
		name         string
		files        map[string]string
		logs, states int
		side         string
		named        []string // ends of what is said of single files
	}{
		{"Microsoft-Extractor-Suite", map[string]string{
			"Output/LogFile.txt": saidLines,
			"Output/UnifiedAuditLog/20260502/UAL-20260502101112.csv":                            auditCSV(audit("a1", "Send")),
			"Output/UnifiedAuditLog/20260502/Amount_Of_Audit_Logs.csv":                          "Workload,Amount\r\nExchange,5\r\n",
			"Output/EntraID/20260502-SignInLogs/20260502131826-interactiveUser-SignInLogs.json": "[" + signIn("s1") + "]",
			"Output/Rules/20260502091150-InboxRules.csv":                                        "@state_inbox_rules.csv",
			"Output/Users/202605020950-Users.csv":                                               "@state_users.csv",
			"Output/MFA/202605020949-MFA-AuthenticationMethods.csv":                             "@state_authentication_methods.csv",
			"Output/Licenses/202605020949-TenantLicenses.csv":                                   "Sku,Status\r\nE5,Enabled\r\n",
		}, 2, 3, "202605020949-TenantLicenses.csv, LogFile.txt, Amount_Of_Audit_Logs.csv", nil},
		{"hawk", map[string]string{
			"Hawk.log":                           saidLines,
			"Tenant/SPNCertsAndSecrets.csv":      "@hawk_credentials.csv",
			"Tenant/EntraIDAdministrators.csv":   "@hawk_administrators.csv",
			"Tenant/Consent_Grants.csv":          "@hawk_consents.csv",
			"Tenant/OrgConfig.txt":               list,
			"Tenant/XML/RemoteDomain.xml":        clixml("<Obj><Props><S N=\"DomainName\">*</S></Props></Obj>"),
			"adele@contoso.com/InboxRules.txt":   list,
			"adele@contoso.com/Mailbox_Info.txt": list,
		}, 0, 3, "Hawk.log, OrgConfig.txt, RemoteDomain.xml, InboxRules.txt, ...", nil},
		{"Untitled Goose Tool", map[string]string{
			"output/entraid/signin_rt/rt_signin_log_2026-05-02.json": signIn("s1") + "\n",
			"output/entraid/entraid_configs/users.json":              `{"userPrincipalName":"a@contoso.com","accountEnabled":true,"id":"x"}` + "\n",
			"output/entraid/entraid_configs/subscribedSkus.json":     `{"skuId":"x","capabilityStatus":"Enabled"}` + "\n",
			"output/entraid/.rt_signin_state":                        "time\n2026-05-02T23:59:59.999999Z",
			"output/m365/EXO_MailboxForwarding.json":                 "@goose_mailbox_forwarding.json",
			"output/m365/EXO_AddIns.json":                            `{"AppType":"x"}` + "\n",
			"reports/_no_results.json":                               "No output file: users_x - 2026-05-02\n",
		}, 1, 2, ".rt_signin_state, subscribedSkus.json, EXO_AddIns.json, _no_results.json", nil},
		{"CISA Sparrow", map[string]string{
			"ExportDir/Domain_List.csv":                 "@state_organization.csv",
			"ExportDir/ApplicationGraphPermissions.csv": "@sparrow_permissions.csv",
			"ExportDir/Consent_Operations_Export.csv":   "CreationTime,Id,Operation,RecordType,UserId\r\n2026-05-02T10:01:00,a1,Consent to application.,8,a@contoso.com\r\n",
			"ExportDir/Domain_Operations_Export.csv":    "",
		}, 1, 2, "Domain_Operations_Export.csv", nil},
		{"DFIR-O365RC", map[string]string{
			"azure_ad_signin/AADSigninLog_contoso.onmicrosoft.com_2026-05-02.json": "[" + signIn("s1") + "]",
			"azure_ad_apps/AADApps_contoso_service_principals_raw.json":            "@service_principals.json",
			"Get-AADLogs.log": "2026-05-02 10:01:00 INFO: start\r\n",
			"Get-AADApps.log": "2026-05-02 10:01:00 INFO: start\r\n",
		}, 1, 1, "Get-AADApps.log, Get-AADLogs.log", nil},
		{"ROADrecon", map[string]string{
			"roadrecon.db":    "SQLite format 3\x00" + strings.Repeat("\x00", 200) + `CREATE TABLE "TenantDetails" ("objectType" TEXT), CREATE TABLE "ServicePrincipals"`,
			".roadtools_auth": `{"accessToken":"x","expiresOn":"2026-05-02 09:01:11","tenantId":"t"}`,
			"caps.html":       "<!DOCTYPE html>\n<html><head><title>Policies</title></head></html>\n",
		}, 0, 0, ".roadtools_auth, caps.html", []string{"roadrecon.db: not recognised: ROADrecon's database, which is not read here: export users, applications and grants as JSON, with Graph or with Get-Mg... | ConvertTo-Json -Depth 10"}},
	} {
		c := load(t, folderOf(t, tt.files))
		if c.summary.Complete() != (tt.named == nil) {
			t.Errorf("%s: %+v", tt.name, c.summary)
		}
		c.want("select count(*) filter (where format like 'state_%'), count(*) filter (where format not like 'state_%') from files", fmt.Sprintf("%d|%d", tt.states, tt.logs))
		c.want("select count(*) from files where format is null and note <> 'a file that "+tt.name+" leaves beside its exports, neither a log nor a state' and note not like 'empty: %'", fmt.Sprint(len(tt.named)))
		n := len(tt.files) - tt.logs - tt.states - len(tt.named)
		want := fmt.Sprintf(": the output of %s: %d of its files are logs, %d are states, and %d are neither and not read (%s)", tt.name, tt.logs, tt.states, n, tt.side)
		if n == 0 {
			want = fmt.Sprintf(": the output of %s: %d of its files are logs, %d are states, and none is neither", tt.name, tt.logs, tt.states)
		}
		for i, text := range append(tt.named, want) {
			if len(c.warned) != len(tt.named)+1 || !strings.HasSuffix(c.warned[i], text) {
				t.Errorf("%s:\n got %q\nwant %q", tt.name, c.warned, text)
			}
		}
	}
}

// TestCollectorsNearMisses: what is no output of a collector, or no side file, is told as ever.
func TestCollectorsNearMisses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		files  map[string]string
		warned []string // ends of them
	}{
		{"one name alone is no output", map[string]string{"LogFile.txt": saidLines, "x.json": signIn("s1")}, []string{"LogFile.txt: not recognised: what a program said while it ran"}},
		{"an export that can't be read is told by itself", map[string]string{
			"Output/LogFile.txt": saidLines, "Output/1-MFA-x.csv": "@state_authentication_methods.csv", "Output/UAL-1.csv": "Some,Thing\r\n1,2\r\n",
		}, []string{"UAL-1.csv: not recognised", "are neither and not read (LogFile.txt)"}},
		{"a side file that is cut off is still one; beside the output it is not", map[string]string{
			"Output/LogFile.txt": "", "Output/1-MFA-x.csv": "@state_authentication_methods.csv", "other/LogFile.txt": saidLines,
		}, []string{"other/LogFile.txt: not recognised: what a program said while it ran", "are neither and not read (LogFile.txt)"}},
		{"a log called as a side file is read", map[string]string{
			"Output/LogFile.txt": audit("a1", "Send"), "Output/1-MFA-x.csv": "@state_authentication_methods.csv",
		}, []string{"1 of its files are logs, 1 are states, and none is neither"}},
		{"two outputs of one collector", map[string]string{
			"a/LogFile.txt": saidLines, "a/1-MFA-x.csv": "@state_authentication_methods.csv", "b/LogFile.txt": saidLines + "x", "b/2-MFA-x.csv": "@state_authentication_methods.csv",
		}, []string{"not read (LogFile.txt)", "not read (LogFile.txt)"}},
	} {
		c := load(t, folderOf(t, tt.files))
		ok := len(c.warned) == len(tt.warned)
		for i := 0; ok && i < len(tt.warned); i++ {
			ok = strings.Contains(c.warned[i], tt.warned[i])
		}
		if !ok {
			t.Errorf("%s:\n got %q\nwant %q", tt.reason, c.warned, tt.warned)
		}
	}
}
