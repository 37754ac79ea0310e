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
	portalLacks = "additional_details device_name has_policy_detail is_compliant is_managed latitude longitude mfa_result named_locations" +
		" original_request_id policies resource_service_principal_id risk_detail risk_level_aggregated risk_level_during_sign_in risk_state steps"
	principalLacks = portalLacks + " authentication_protocol authentication_requirement autonomous_system_number client_credential_type cross_tenant_access_type" +
		" flagged_for_review incoming_token_type latency_ms managed_identity original_transfer_method token_issuer_type token_protection_status unique_token_id user_type"
	graphLacks = "authentication_protocol authentication_requirement autonomous_system_number client_credential_type cross_tenant_access_type" +
		" flagged_for_review home_tenant_id incoming_token_type latency_ms mfa_detail mfa_method named_locations original_request_id original_transfer_method" +
		" resource_service_principal_id resource_tenant_id session_id sign_in_identifier steps token_issuer_type token_protection_status unique_token_id user_agent user_type"
	logAnalyticsLacks = "client_credential_type flagged_for_review original_transfer_method resource_service_principal_id token_protection_status" // the sample has no such columns
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
