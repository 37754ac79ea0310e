package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

// object is a record of JSON.
type object = map[string]any

// objects are the sign-ins as the portal downloads them.
func objects(t *testing.T, signIns iter.Seq[*tenant.SignIn]) []object {
	t.Helper()
	var text bytes.Buffer
	if err := tenant.WritePortalJSON(&text, signIns, tenant.OneLine); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&text)
	d.UseNumber()
	var all []object
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// pascal is what the Graph SDK for PowerShell calls the names of an object.
func pascal(v any) any {
	switch v := v.(type) {
	case object:
		named := object{}
		for name, value := range v {
			switch name {
			case "ipAddress":
				name = "IPAddress"
			case "riskEventTypes_v2":
				name = "riskEventTypesV2"
			}
			named[strings.ToUpper(name[:1])+name[1:]] = pascal(value)
		}
		return named
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = pascal(v[i])
		}
		return list
	}
	return v
}

// What an export can't say, or says only where it is so: the portal's CSV
// leaves the cells empty of a device that is neither compliant nor managed.
const (
	betaOnly    = " agent_type is_tenant_restricted conditional_access_audiences app_owner_tenant_id resource_owner_tenant_id is_through_global_secure_access"
	portalLacks = "additional_details device_name has_policy_detail is_compliant is_managed latitude longitude mfa_result named_locations" +
		" original_request_id policies resource_service_principal_id risk_detail risk_level_aggregated risk_level_during_sign_in risk_state steps" + betaOnly
	principalLacks = portalLacks + " authentication_protocol authentication_requirement autonomous_system_number client_credential_type cross_tenant_access_type" +
		" flagged_for_review incoming_token_type latency_ms managed_identity original_transfer_method token_issuer_type token_protection_status unique_token_id user_type"
	graphLacks = "authentication_protocol authentication_requirement autonomous_system_number client_credential_type cross_tenant_access_type" +
		" flagged_for_review home_tenant_id incoming_token_type latency_ms mfa_detail mfa_method named_locations original_request_id original_transfer_method" +
		" resource_service_principal_id resource_tenant_id session_id sign_in_identifier steps token_issuer_type token_protection_status unique_token_id user_agent user_type" + betaOnly
	logAnalyticsLacks = "client_credential_type flagged_for_review original_transfer_method resource_service_principal_id token_protection_status" + betaOnly // the sample has no such columns
)

// signInVariants are the exports that sign-ins come in. Each gets sign-ins of
// its own; a test holds them against the portal's JSON of all.
var signInVariants = []struct {
	cell     string // what it stands for
	file     string
	format   string
	category tenant.Category
	write    func(t *testing.T, signIns iter.Seq[*tenant.SignIn]) string
	lacks    string // the columns that it can't fill
}{
	{"portal CSV, 44 columns", "InteractiveSignIns_1.csv", "portal_sign_ins", tenant.Interactive, portalCSV(44), portalLacks + " original_transfer_method session_id token_protection_status user_agent"},
	{"portal CSV, 49 columns", "InteractiveSignIns_2.csv", "portal_sign_ins", tenant.Interactive, portalCSV(49), portalLacks + " session_id"},
	{"portal CSV, 54 columns", "NonInteractiveSignIns_3.csv", "portal_sign_ins", tenant.NonInteractive, portalCSV(54), portalLacks + " session_id"},
	{"portal CSV, 55 columns", "NonInteractiveSignIns_4.csv", "portal_sign_ins", tenant.NonInteractive, portalCSV(55), portalLacks},
	{"portal CSV, 57 columns", "InteractiveSignIns_5.csv", "portal_sign_ins", tenant.Interactive, portalCSV(57), portalLacks},
	{"portal CSV of applications", "ApplicationSignIns_6.csv", "portal_sign_ins", tenant.ServicePrincipal, portalCSV(22), principalLacks},
	{"portal CSV of managed identities", "MSISignIns_7.csv", "portal_sign_ins", tenant.ManagedIdentity, portalCSV(22), principalLacks},
	{"portal CSV saved by a European Excel", "InteractiveSignIns_8.csv", "portal_sign_ins", tenant.Interactive, func(t *testing.T, s iter.Seq[*tenant.SignIn]) string {
		rows, err := csv.NewReader(strings.NewReader(portalCSV(57)(t, s))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			at, err := time.Parse(time.RFC3339, row[0])
			if err != nil {
				t.Fatal(err)
			}
			row[0] = at.Format("02.01.2006 15:04:05")
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma, w.UseCRLF = ';', true
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		return "\ufeff" + out.String()
	}, portalLacks},
	{"portal JSON, interactive", "a.json", "entra_sign_ins", tenant.Interactive, portalJSON(tenant.Pretty), ""},
	{"portal JSON, non-interactive", "b.json", "entra_sign_ins", tenant.NonInteractive, portalJSON(tenant.OneLine), ""},
	{"portal JSON of applications", "c.json", "entra_sign_ins", tenant.ServicePrincipal, portalJSON(tenant.Pretty), ""},
	{"portal JSON of managed identities", "d.json", "entra_sign_ins", tenant.ManagedIdentity, portalJSON(tenant.Pretty), ""},
	{"Graph beta, a page", "e.json", "entra_sign_ins", tenant.Interactive, written(func(w io.Writer, s iter.Seq[*tenant.SignIn]) error {
		return tenant.WriteGraphPage(w, s, tenant.Pretty)
	}), ""},
	{"Graph v1.0, two pages joined", "f.json", "entra_sign_ins", tenant.Interactive, func(t *testing.T, s iter.Seq[*tenant.SignIn]) string {
		var pages string
		for _, o := range objects(t, s) {
			// v1.0 has these and no more.
			small := object{}
			for _, name := range []string{"id", "createdDateTime", "userDisplayName", "userPrincipalName", "userId", "appId", "appDisplayName", "ipAddress",
				"clientAppUsed", "correlationId", "conditionalAccessStatus", "isInteractive", "riskDetail", "riskLevelAggregated", "riskLevelDuringSignIn", "riskState",
				"riskEventTypes_v2", "resourceDisplayName", "resourceId", "status", "deviceDetail", "location", "appliedConditionalAccessPolicies"} {
				small[name] = o[name]
			}
			pages += marshal(object{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", "value": []any{small}})
		}
		return pages
	}, graphLacks},
	{"JSON lines", "g.jsonl", "entra_sign_ins", tenant.Interactive, lines(func(o object) any { return o }), ""},
	{"arrays joined", "h.json", "entra_sign_ins", tenant.Interactive, func(t *testing.T, s iter.Seq[*tenant.SignIn]) string {
		var text string
		for _, o := range objects(t, s) {
			text += marshal([]object{o})
		}
		return text
	}, ""},
	{"PowerShell 5's ConvertTo-Json", "i.json", "entra_sign_ins", tenant.Interactive, func(t *testing.T, s iter.Seq[*tenant.SignIn]) string {
		all := objects(t, s)
		for _, o := range all {
			at, err := time.Parse(time.RFC3339, o["createdDateTime"].(string))
			if err != nil {
				t.Fatal(err)
			}
			o["createdDateTime"] = fmt.Sprintf("/Date(%d)/", at.UnixMilli())
		}
		text, err := json.MarshalIndent(pascal(toList(all)), "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.ReplaceAll(string(text), "/Date(", `\/Date(`), `)/"`, `)\/"`)
	}, ""},
	{"diagnostic settings, SignInLogs", "j.json", "entra_sign_ins", tenant.Interactive, written(tenant.WriteDiagnosticLines), ""},
	{"diagnostic settings, NonInteractiveUserSignInLogs", "k.json", "entra_sign_ins", tenant.NonInteractive, written(tenant.WriteDiagnosticLines), ""},
	{"diagnostic settings, ServicePrincipalSignInLogs", "l.json", "entra_sign_ins", tenant.ServicePrincipal, written(tenant.WriteDiagnosticLines), ""},
	{"diagnostic settings, ManagedIdentitySignInLogs", "m.json", "entra_sign_ins", tenant.ManagedIdentity, written(tenant.WriteDiagnosticLines), ""},
	{"Event Hub", "n.json", "entra_sign_ins", tenant.Interactive, func(t *testing.T, s iter.Seq[*tenant.SignIn]) string {
		text := written(tenant.WriteDiagnosticLines)(t, s)
		return `{"records":[` + strings.ReplaceAll(strings.TrimSpace(text), "\n", ",") + "]}\n" + `{"records":[]}`
	}, ""},
	{"Log Analytics CSV, SigninLogs", "o.csv", "log_analytics_sign_ins", tenant.Interactive, written(tenant.WriteLogAnalyticsCSV), logAnalyticsLacks},
	{"Log Analytics CSV, AADNonInteractiveUserSignInLogs", "p.csv", "log_analytics_sign_ins", tenant.NonInteractive, written(tenant.WriteLogAnalyticsCSV), logAnalyticsLacks},
	{"Log Analytics JSON, SigninLogs", "q.json", "log_analytics_sign_ins", tenant.Interactive, logAnalyticsJSON(true), logAnalyticsLacks},
	{"Log Analytics JSON, AADNonInteractiveUserSignInLogs: objects as text", "r.json", "log_analytics_sign_ins", tenant.NonInteractive, logAnalyticsJSON(false), logAnalyticsLacks},
}

func toList(all []object) []any {
	list := make([]any, len(all))
	for i := range all {
		list[i] = all[i]
	}
	return list
}

// written is the text of one of the sample tenant's writers.
func written(write func(io.Writer, iter.Seq[*tenant.SignIn]) error) func(*testing.T, iter.Seq[*tenant.SignIn]) string {
	return func(t *testing.T, signIns iter.Seq[*tenant.SignIn]) string {
		t.Helper()
		var text bytes.Buffer
		if err := write(&text, signIns); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
}

func portalCSV(columns int) func(*testing.T, iter.Seq[*tenant.SignIn]) string {
	return written(func(w io.Writer, s iter.Seq[*tenant.SignIn]) error { return tenant.WritePortalCSV(w, columns, s) })
}

func portalJSON(style tenant.Style) func(*testing.T, iter.Seq[*tenant.SignIn]) string {
	return written(func(w io.Writer, s iter.Seq[*tenant.SignIn]) error { return tenant.WritePortalJSON(w, s, style) })
}

func lines(as func(object) any) func(*testing.T, iter.Seq[*tenant.SignIn]) string {
	return func(t *testing.T, signIns iter.Seq[*tenant.SignIn]) string {
		var text string
		for _, o := range objects(t, signIns) {
			text += marshal(as(o)) + "\n"
		}
		return text
	}
}

// logAnalyticsJSON is the table as JSON: times are ISO 8601, and what is JSON in
// a cell of the CSV is an object (opened), or text.
func logAnalyticsJSON(opened bool) func(*testing.T, iter.Seq[*tenant.SignIn]) string {
	return func(t *testing.T, signIns iter.Seq[*tenant.SignIn]) string {
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(written(tenant.WriteLogAnalyticsCSV)(t, signIns), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var all []object
		for _, row := range rows[1:] {
			o := object{}
			for i, name := range rows[0] {
				if short, isTime := strings.CutSuffix(name, " [UTC]"); isTime {
					at, err := time.Parse("1/2/2006, 3:04:05.000 PM", row[i])
					if err != nil {
						t.Fatal(err)
					}
					o[short] = at.Format("2006-01-02T15:04:05.000Z")
				} else if opened && row[i] != "" && (row[i][0] == '{' || row[i][0] == '[') {
					o[name] = json.RawMessage(row[i])
				} else {
					o[name] = row[i]
				}
			}
			all = append(all, o)
		}
		return marshal(all)
	}
}

// some are up to five of the list: those that are the k-th of so many.
func some[T any](k, of int, list iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		i, n := 0, 0
		for v := range list {
			if i++; i%of != k {
				continue
			}
			if n++; n > 5 || !yield(v) {
				return
			}
		}
	}
}

// TestSignInVariants: a sign-in fills the same columns with the same values,
// whatever it was exported as.
func TestSignInVariants(t *testing.T) {
	takesLong(t)
	t.Parallel()
	year := tenant.New(tenant.Options{Seed: 7, SignIns: 4000})
	var paths, truths []string
	for k, v := range signInVariants {
		mine := func() iter.Seq[*tenant.SignIn] { return some(k, len(signInVariants), year.SignIns(v.category)) }
		paths = append(paths, write(t, v.file, v.write(t, mine())))
		truths = append(truths, write(t, "x.json", portalJSON(tenant.OneLine)(t, mine())))
	}
	c, truth := load(t, paths...), load(t, truths...)
	columns := strings.Split(truth.ask("select string_agg(column_name, ',' order by column_index) from duckdb_columns() where database_name = 'evidence' and table_name = 'sign_ins' and column_name not in ('file_id', 'record', 'raw')")[0], ",")
	rows := func(c *loaded, file string) [][]string {
		var all [][]string
		for _, row := range c.ask("select " + strings.Join(columns, ", ") + `,
			(
				select string_agg(concat_ws('/', policy_id, policy_name, result, grant_controls, session_controls), ' ' order by policy_id)
				from sign_in_policies where parent_file_id = s.file_id and parent_record = s.record
			),
			(
				select string_agg(concat_ws('/', step_time, method, method_detail, succeeded, result_detail, requirement), ' ' order by step_time, method)
				from sign_in_steps where parent_file_id = s.file_id and parent_record = s.record
			)
			from sign_ins as s join files using (file_id) where path = ` + engine.Literal(file) + " order by id") {
			all = append(all, strings.Split(row, "|"))
		}
		return all
	}
	named := append(slices.Clone(columns), "policies", "steps")
	for k, v := range signInVariants {
		got, want := rows(c, paths[k]), rows(truth, truths[k])
		if len(got) != len(want) || len(got) < 3 {
			t.Errorf("%s: %d rows of %d", v.cell, len(got), len(want))
			continue
		}
		lacks := strings.Fields(v.lacks)
		filled := 0
		for i, name := range named {
			for r := range want {
				g, w := got[r][i], want[r][i]
				isEmpty := g == "<nil>" || name == "has_policy_detail" && g == "false"
				if g != w && !(isEmpty && slices.Contains(lacks, name)) {
					t.Errorf("%s: %s is %s, want %s", v.cell, name, g, w)
				}
				if g != "<nil>" {
					filled++
				}
			}
		}
		if filled < 15*len(want) {
			t.Errorf("%s: no more than %d cells of %d records are filled", v.cell, filled, len(want))
		}
	}
	var want []string
	for k, v := range signInVariants {
		want = append(want, paths[k]+"|"+v.format+"|0")
	}
	slices.Sort(want)
	c.want("select path, format, rejected from files order by path", want...)
}

// directoryVariants are the exports that directory audit records come in.
var directoryVariants = []struct {
	cell   string
	file   string
	format string
	write  func(t *testing.T, audits []object) string
}{
	{"portal JSON", "a.json", "directory_audits", func(t *testing.T, audits []object) string {
		text, err := json.MarshalIndent(audits, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}},
	{"Graph, a page", "b.json", "directory_audits", func(t *testing.T, audits []object) string {
		return marshal(object{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits", "value": audits})
	}},
	{"PowerShell's ConvertTo-Json", "c.json", "directory_audits", func(t *testing.T, audits []object) string { return marshal(pascal(toList(audits))) }},
	{"diagnostic settings, AuditLogs", "d.json", "directory_audits", func(t *testing.T, audits []object) string {
		var text string
		for _, o := range audits {
			text += marshal(diagnosticAudit(o)) + "\n"
		}
		return text
	}},
	{"Event Hub", "e.json", "directory_audits", func(t *testing.T, audits []object) string {
		var text string
		for _, o := range audits {
			text += marshal(object{"records": []any{diagnosticAudit(o)}}) + "\n"
		}
		return text
	}},
	{"Log Analytics JSON", "f.json", "log_analytics_audits", func(t *testing.T, audits []object) string {
		var all []any
		for _, o := range audits {
			all = append(all, logAnalyticsAudit(o))
		}
		return marshal(all)
	}},
	{"Log Analytics CSV", "g.csv", "log_analytics_audits", func(t *testing.T, audits []object) string {
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.UseCRLF = true
		var names []string
		for i, o := range audits {
			row := logAnalyticsAudit(o)
			if i == 0 {
				var header []string
				for name := range row {
					names = append(names, name)
				}
				slices.Sort(names)
				for _, name := range names {
					header = append(header, strings.NewReplacer("TimeGenerated", "TimeGenerated [UTC]", "ActivityDateTime", "ActivityDateTime [UTC]").Replace(name))
				}
				w.Write(header)
			}
			var cells []string
			for _, name := range names {
				cell, isText := row[name].(string)
				switch {
				case strings.HasSuffix(name, "DateTime"), name == "TimeGenerated":
					at, err := time.Parse(time.RFC3339, cell)
					if err != nil {
						t.Fatal(err)
					}
					cell = at.Format("1/2/2006, 3:04:05.000 PM")
				case !isText && row[name] != nil:
					indented, _ := json.MarshalIndent(row[name], "", "  ")
					cell = string(indented)
				}
				cells = append(cells, cell)
			}
			w.Write(cells)
		}
		w.Flush()
		return "\ufeff" + out.String()
	}},
}

// diagnosticAudit is the record that diagnostic settings make of it.
func diagnosticAudit(o object) object {
	return object{"time": o["activityDateTime"], "resourceId": "/tenants/t/providers/Microsoft.aadiam", "operationName": o["activityDisplayName"], "operationVersion": "1.0",
		"category": "AuditLogs", "tenantId": "t", "resultSignature": "None", "durationMs": 0, "correlationId": o["correlationId"], "Level": 4, "properties": o}
}

// logAnalyticsAudit is the row of the table AuditLogs.
func logAnalyticsAudit(o object) object {
	row := object{"TimeGenerated": o["activityDateTime"], "OperationName": o["activityDisplayName"], "Type": "AuditLogs", "SourceSystem": "Azure AD"}
	for _, name := range []string{"id", "activityDateTime", "activityDisplayName", "category", "correlationId", "loggedByService", "result", "resultReason", "initiatedBy", "targetResources", "additionalDetails"} {
		row[strings.ToUpper(name[:1])+name[1:]] = o[name]
	}
	return row
}

// TestDirectoryAuditVariants: the same of the directory audit log. Its CSV from
// the portal is in TestPortalAudits and TestLoadMatchesPortalAudits.
func TestDirectoryAuditVariants(t *testing.T) {
	t.Parallel()
	year := tenant.New(tenant.Options{Seed: 5, SignIns: 200, AuditEvents: 3000})
	var paths, truths []string
	for k, v := range directoryVariants {
		mine := func() iter.Seq[*tenant.AuditEvent] { return some(k, len(directoryVariants), year.DirectoryEvents()) }
		var text bytes.Buffer
		if err := tenant.WriteDirectoryJSON(&text, mine(), tenant.OneLine); err != nil {
			t.Fatal(err)
		}
		truths = append(truths, write(t, "x.json", text.String()))
		d := json.NewDecoder(&text)
		d.UseNumber()
		var audits []object
		if err := d.Decode(&audits); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, write(t, v.file, v.write(t, audits)))
	}
	c, truth := load(t, paths...), load(t, truths...)
	ask := func(c *loaded, file string) []string {
		return c.ask(`
			select
				id, date_trunc('second', event_time), category, activity, service, result, result_reason, initiated_by, initiated_by_type, ip_address, user_agent, targets, correlation_id,
				(
					select string_agg(concat_ws('/', target_type, target, property, old_value, new_value), ' ' order by target, property)
					from directory_audit_changes where parent_file_id = d.file_id and parent_record = d.record
				)
			from directory_audits as d join files using (file_id)
			where path = ` + engine.Literal(file) + " order by id")
	}
	var want []string
	for k, v := range directoryVariants {
		got, should := ask(c, paths[k]), ask(truth, truths[k])
		if len(got) < 3 || strings.Join(got, "\n") != strings.Join(should, "\n") {
			t.Errorf("%s:\n got %q\nwant %q", v.cell, got, should)
		}
		want = append(want, paths[k]+"|"+v.format+"|0")
	}
	slices.Sort(want)
	c.want("select path, format, rejected from files order by path", want...)
}

// TestAuthDetails: the steps of the AuthDetails CSV are those that the JSON has,
// and take their place where both are given.
func TestAuthDetails(t *testing.T) {
	t.Parallel()
	steps := exported(t, "InteractiveSignIns_AuthDetails_2026-09-14_2026-10-14.csv", func(w io.Writer) error {
		return tenant.WriteAuthDetailsCSV(w, sample.SignIns(tenant.Interactive))
	})
	full := write(t, "x.json", portalJSON(tenant.Pretty)(t, sample.SignIns(tenant.Interactive)))
	bare := write(t, "InteractiveSignIns_x.csv", portalCSV(57)(t, sample.SignIns(tenant.Interactive)))
	const list = `
		select sign_in_id, step_time, method, method_detail, succeeded, result_detail, requirement
		from sign_in_steps
		join sign_ins on sign_ins.id = sign_in_id
		order by all`
	want := load(t, full).ask(list)
	for reason, paths := range map[string][]string{"with the CSV of sign-ins": {bare, steps}, "with the JSON too": {full, steps, bare}} {
		if got := load(t, paths...).ask(list); len(want) < 10 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %d steps\n got %q\nwant %q", reason, len(want), got, want)
		}
	}
}

// TestSmallVariants are exports of a record or two, written by hand after
// Microsoft's lists of properties and columns.
func TestSmallVariants(t *testing.T) {
	t.Parallel()
	const (
		riskQuery = "select event_time, detected_date_time, risk_event_type, risk_level, ip_address, city, country, user_principal_name, request_id from risk_detections where id = "
		riskWant  = "2026-10-06 08:30:00|2026-10-06 08:30:05|unfamiliarFeatures|medium|198.51.100.23|Cork|IE|adele@contoso.com|q1"
		userQuery = "select event_time, user_principal_name, risk_level, risk_state, risk_detail, is_deleted, is_processing from risky_users where id = "
		userWant  = "2026-10-06 08:31:00|adele@contoso.com|high|atRisk|none|false|true"
		appQuery  = "select event_time, category, service_principal_id, service_principal_name, app_id, resource_display_name, ip_address, country, city, status, error_code, has_policy_detail from sign_ins where id = "
	)
	risk := func(id string) string {
		return `{"id":"` + id + `","requestId":"q1","riskType":"unfamiliarFeatures","riskEventType":"unfamiliarFeatures","riskLevel":"medium","ipAddress":"198.51.100.23","location":{"city":"Cork","countryOrRegion":"IE"},"activityDateTime":"2026-10-06T08:30:00Z","detectedDateTime":"2026-10-06T08:30:05Z","userPrincipalName":"Adele@contoso.com"}`
	}
	tests := []struct{ cell, file, text, format, query, want string }{
		{"diagnostic settings, ADFSSignInLogs", "a.json",
			`{"time":"12/12/2025 3:03:58 PM","category":"ADFSSignInLogs","properties":{"id":"v1","createdDateTime":"2025-12-12T15:01:02.1234567+00:00","userPrincipalName":"Adele@contoso.com","appId":"a1","ipAddress":"192.0.2.9","status":{"errorCode":0},"tokenIssuerType":"ADFederationServices"}}`,
			"entra_sign_ins", "select event_time, category, user_principal_name, token_issuer_type, status from sign_ins where id = 'v1'", "2025-12-12 15:01:02|adfs|adele@contoso.com|ADFederationServices|success"},
		{"diagnostic settings, MicrosoftServicePrincipalSignInLogs", "a2.json",
			`{"time":"2026-10-06T08:31:00Z","category":"MicrosoftServicePrincipalSignInLogs","properties":{"id":"v5","createdDateTime":"2026-10-06T08:30:00.1234567+00:00","servicePrincipalId":"sp5","servicePrincipalName":"Office 365 SharePoint Online","appId":"a5","resourceDisplayName":"Microsoft Graph","ipAddress":"2001:db8::5","location":{"city":"Cork","countryOrRegion":"IE"},"status":{"errorCode":0},"appliedConditionalAccessPolicies":[]}}`,
			"entra_sign_ins", appQuery + "'v5'", "2026-10-06 08:30:00|service_principal|sp5|Office 365 SharePoint Online|a5|Microsoft Graph|2001:db8::5|IE|Cork|success|0|true"},
		{"Log Analytics CSV, AADServicePrincipalSignInLogs", "b.csv",
			"TenantId,SourceSystem,TimeGenerated [UTC],OperationName,Category,ResultType,ResultDescription,CorrelationId,Identity,Level,Location,AppId,ConditionalAccessPolicies,ConditionalAccessStatus,Id,IPAddress,LocationDetails,ResourceDisplayName,ResourceIdentity,ServicePrincipalId,ServicePrincipalName,Type\r\n" +
				`w,Azure AD,"10/6/2026, 8:30:00.250 AM",Sign-in activity,ServicePrincipalSignInLogs,7000215,Invalid client secret provided,c,,4,IE,a2,[],notApplied,v2,192.0.2.10,"{""city"":""Cork"",""countryOrRegion"":""IE""}",Microsoft Graph,00000003-0000-0000-c000-000000000000,sp2,Backup,AADServicePrincipalSignInLogs` + "\r\n",
			"log_analytics_sign_ins", appQuery + "'v2'", "2026-10-06 08:30:00|service_principal|sp2|Backup|a2|Microsoft Graph|192.0.2.10|IE|Cork|failure|7000215|true"},
		{"Log Analytics JSON, AADManagedIdentitySignInLogs", "c.json",
			`[{"TimeGenerated":"2026-10-06T08:30:00Z","OperationName":"Sign-in activity","Category":"ManagedIdentitySignInLogs","ResultType":"0","AppId":"a3","Id":"v3","ResourceDisplayName":"Azure Key Vault","ServicePrincipalId":"sp3","ServicePrincipalName":"vm-1","Type":"AADManagedIdentitySignInLogs"}]`,
			"log_analytics_sign_ins", appQuery + "'v3'", "2026-10-06 08:30:00|managed_identity|sp3|vm-1|a3|Azure Key Vault|<nil>|<nil>|<nil>|success|0|false"},
		{"Log Analytics JSON, columns chosen by a query", "d.json",
			`[{"TimeGenerated":"2026-10-06T08:30:00Z","ResultType":"0","AppDisplayName":"Teams","Id":"v4","UserPrincipalName":"Adele@contoso.com","IPAddress":"192.0.2.9","Type":"AADNonInteractiveUserSignInLogs"}]`,
			"log_analytics_sign_ins", "select event_time, category, user_principal_name, app_display_name from sign_ins where id = 'v4'", "2026-10-06 08:30:00|non_interactive|adele@contoso.com|Teams"},
		{"Graph, riskDetection", "e.json", `{"@odata.context":"x","value":[` + risk("r1") + `]}`, "risk_detections", riskQuery + "'r1'", riskWant},
		{"diagnostic settings, UserRiskEvents", "f.json", `{"time":"10/6/2026 8:31:02 AM","category":"UserRiskEvents","properties":` + risk("r2") + `}`, "risk_detections", riskQuery + "'r2'", riskWant},
		{"Event Hub, UserRiskEvents", "g.json", `{"records":[{"time":"10/6/2026 8:31:02 AM","category":"UserRiskEvents","properties":` + risk("r3") + `}]}`, "risk_detections", riskQuery + "'r3'", riskWant},
		{"Log Analytics CSV, AADUserRiskEvents", "h.csv",
			"TimeGenerated [UTC],OperationName,Activity,ActivityDateTime [UTC],AdditionalInfo,DetectedDateTime [UTC],Id,IpAddress,Location,RequestId,RiskEventType,RiskLevel,UserPrincipalName\r\n" +
				`"10/6/2026, 8:31:00.000 AM",User Risk Detection,signin,"10/6/2026, 8:30:00.000 AM",,"10/6/2026, 8:30:05.000 AM",r4,198.51.100.23,"{""city"":""Cork"",""countryOrRegion"":""IE""}",q1,unfamiliarFeatures,medium,Adele@contoso.com` + "\r\n",
			"risk_detections", riskQuery + "'r4'", riskWant},
		{"Log Analytics JSON, AADUserRiskEvents: the location as text", "i.json",
			`[{"TimeGenerated":"2026-10-06T08:31:00Z","ActivityDateTime":"2026-10-06T08:30:00Z","DetectedDateTime":"2026-10-06T08:30:05Z","Id":"r5","IpAddress":"198.51.100.23","Location":"{\"city\":\"Cork\",\"countryOrRegion\":\"IE\"}","RequestId":"q1","RiskEventType":"unfamiliarFeatures","RiskLevel":"medium","UserPrincipalName":"Adele@contoso.com"}]`,
			"risk_detections", riskQuery + "'r5'", riskWant},
		{"diagnostic settings, RiskyUsers", "j.json", `{"time":"10/6/2026 8:31:02 AM","category":"RiskyUsers","properties":{"id":"u1","userPrincipalName":"Adele@contoso.com","riskLastUpdatedDateTime":"2026-10-06T08:31:00Z","riskState":"atRisk","riskDetail":"none","riskLevel":"high","isDeleted":false,"isProcessing":true}}`, "risky_users", userQuery + "'u1'", userWant},
		{"Log Analytics CSV, AADRiskyUsers", "k.csv",
			"TimeGenerated [UTC],Id,IsDeleted,IsProcessing,OperationName,RiskDetail,RiskLastUpdatedDateTime [UTC],RiskLevel,RiskState,UserDisplayName,UserPrincipalName\r\n" +
				`"10/6/2026, 8:31:02.000 AM",u2,false,true,Risky user,none,"10/6/2026, 8:31:00.000 AM",high,atRisk,Adele,Adele@contoso.com` + "\r\n",
			"risky_users", userQuery + "'u2'", userWant},
		{"PowerShell, riskyUser", "l.json", `[{"Id":"u3","UserPrincipalName":"Adele@contoso.com","RiskLastUpdatedDateTime":"\/Date(1791275460000)\/","RiskState":"atRisk","RiskDetail":"none","RiskLevel":"high","IsDeleted":false,"IsProcessing":true}]`, "risky_users", userQuery + "'u3'", userWant},
		{"Log Analytics JSON, MicrosoftGraphActivityLogs", "m.json",
			`[{"TimeGenerated":"2026-10-06T08:31:00Z","RequestId":"g1","RequestMethod":"GET","RequestUri":"https://graph.microsoft.com/v1.0/me","ResponseStatusCode":200,"IPAddress":"192.0.2.9","UserId":"u1","SessionId":"5E000000-0000-4000-8000-000000000001"}]`,
			"graph_activity", "select event_time, request_method, response_status_code, ip_address, user_id, session_id from graph_activity where id = 'g1'", "2026-10-06 08:31:00|GET|200|192.0.2.9|u1|5e000000-0000-4000-8000-000000000001"},
		{"Log Analytics JSON, AADProvisioningLogs", "n.json",
			`[{"TimeGenerated":"2026-10-06T08:31:00Z","Id":"p1","ChangeId":"ch","JobId":"j","CycleId":"cy","ProvisioningAction":"create","ResultType":"Failure","ResultSignature":"DuplicateTargetEntries","ResultDescription":"two of them","SourceIdentity":"{\"Id\":\"1\",\"Name\":\"Adele\"}","ProvisioningSteps":"[{\"name\":\"EntryImport\",\"provisioningStepType\":\"import\",\"status\":\"success\"}]"}]`,
			"provisioning", "select event_time, action, status, status_detail, source_identity, (select step_type from provisioning_steps where change_id = 'ch') from provisioning_events where id = 'p1'", "2026-10-06 08:31:00|create|failure|DuplicateTargetEntries: two of them|Adele|import"},
	}
	var paths []string
	for _, test := range tests {
		paths = append(paths, write(t, test.file, test.text))
	}
	c := load(t, paths...)
	files := map[string]string{}
	for _, row := range c.ask("select path, format, loaded, rejected from files") {
		path, rest, _ := strings.Cut(row, "|")
		files[path] = rest
	}
	for i, test := range tests {
		if files[paths[i]] != test.format+"|1|0" {
			t.Errorf("%s: the file is %s", test.cell, files[paths[i]])
		}
		if got := c.ask(test.query); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.cell, got, test.want)
		}
	}
}
