package ingest

import (
	"strings"
	"testing"
)

func TestParseFormat(t *testing.T) {
	const head = "-- title: T\n-- recognised by: csv A; B\n"
	for _, test := range []struct{ text, want, reason string }{
		{head + "-- table: sign_ins\nselect 1", "", "the least"},
		{head + "-- in Welsh: Â = A\n-- table: sign_ins\nselect 1", "", "a translated name"},
		{head + "-- in Welsh: Â\n-- table: sign_ins\nselect 1", `x.sql: "Â" is not`, "half a translation"},
		{head + "-- columns: guessed\n-- table: sign_ins\nselect 1", `x.sql: unknown header key "columns"`, "columns are published, or not"},
		{head + "-- tabel: sign_ins\nselect 1", `x.sql: unknown header key "tabel"`, "a misspelt key"},
		{head + "select 1", `x.sql: "select 1" stands before`, "no table"},
		{"-- title: T\n-- table: sign_ins\nselect 1", "x.sql: the header must have", "nothing to recognise it by"},
		{head + "-- table: sign_ins\nselect 1\n-- table: steps\nselect 2", "x.sql: the first table takes the records", "a child without a parent"},
	} {
		_, err := parseFormat("x", test.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: %s, want %s", test.reason, got, test.want)
		}
	}
}

func TestRecogniseCSV(t *testing.T) {
	for _, test := range []struct{ header, format, refusal, reason string }{
		{"Date (UTC),Request ID,Application,Status,IP address", "portal_sign_ins", "", "as the portal writes it"},
		{"date (utc) ,REQUEST ID,Application ,Status,IP  address", "portal_sign_ins", "", "blanks and case don't count"},
		{"Fecha (UTC),Nombre de usuario,Aplicación,Estado,Dirección IP", "portal_sign_ins", "", "Spanish"},
		{"Date (UTC),Nom d’utilisateur,Application,Statut,Adresse IP", "portal_sign_ins", "", "French, with a curly apostrophe"},
		{"Datum (UTC),Benutzername,Anwendung,Status,IP-Adresse", "", `in a language that is not known here: download it as JSON, or set the portal to English; its columns are "Datum (UTC)", "Benutzername", "Anwendung", "Status", "IP-Adresse"`, "German"},
		{"Date (UTC),Request ID,Application,Status", "", `its columns are "Date (UTC)", "Request ID", "Application", "Status"`, "a column short"},
		{"Date (UTC),Service,Category,Activity,Result", "portal_audits", "", "as the portal writes it"},
		{"Date (UTC),Service,Category,Activity", "", "in a language that is not known", "a column short"},
		{"ActivityDisplayName,LoggedByService,InitiatedBy,TargetResources", "log_analytics_audits", "", "any order"},
		{"ActivityDisplayName,LoggedByService,InitiatedBy", "", `Log Analytics directory audit log would also need "TargetResources"`, "a column short"},
		{"TimeGenerated [UTC],Operation,RecordType,OfficeWorkload", "office_activity", "", "times are marked"},
		{"TimeGenerated [UTC],Operation,RecordType", "", `Log Analytics OfficeActivity would also need "OfficeWorkload"`, "a column short"},
		{"CreatedDateTime,UserPrincipalName,AppDisplayName", "graph_sign_ins", "", "a flattened table"},
		{"CreatedDateTime,UserPrincipalName,DisplayName", "state_users", "", "a list of users"},
		{"CreatedDateTime,ResultType,UserPrincipalName,AppDisplayName,IPAddress", "log_analytics_sign_ins", "", "it has the result, so it is not the other"},
		{"RiskEventType,DetectedDateTime", "risk_detections", "", "any case"},
		{"RiskLastUpdatedDateTime,RiskState", "", `Entra ID Protection risky users would also need "userPrincipalName"`, "a column short"},
		{"RequestId,RequestMethod,RequestUri", "", `Microsoft Graph activity log would also need "responseStatusCode"`, "a column short"},
		{"Change ID,Cycle ID,Job ID", "portal_provisioning", "", "blanks in names"},
		{"Change ID,Cycle ID,Job ID,TimeGenerated [UTC]", "provisioning", "", "Log Analytics"},
		{"Change ID,Job ID", "", `of the provisioning log's CSV download, with columns that are not known here: download it as JSON, which has the changes, their steps and the modified properties; its columns are "Change ID", "Job ID"`, "a column short"},
		{"ChangeId,Display Name,Old Value,New Value", "portal_provisioning_changes", "", "the third file of the download, as Graph names it"},
		{"Change ID,Attribute,New Value", "portal_provisioning_changes", "", "the same in other words"},
		{"Change ID,Step Name,Status", "portal_provisioning_steps", "", "the second file"},
		{"Change ID,Name,Status", "", "with columns that are not known here", "a step or a property, or neither"},
		{"CreationDate,UserIds,Operations", "", "the unified audit log without the column AuditData", "what Select-Object left out"},
		{"RecordId,CreationDate,RecordType,Operation,UserId", "", "the unified audit log without the column AuditData", "Purview's, cut"},
		{"Request ID,Authentication method", "", `Entra portal authentication details, CSV would also need "Succeeded"`, "a column short"},
		{"Name,Amount", "", `no known export has the columns "Name", "Amount"`, "something else"},
	} {
		f, refusal := recogniseRecord(strings.Split(test.header, ","), true)
		got := ""
		if f != nil {
			got = f.name
		}
		if got != test.format || !strings.Contains(refusal, test.refusal) || (refusal == "") != (test.refusal == "") {
			t.Errorf("%s: %s is %q (%s), want %q (%s)", test.reason, test.header, got, refusal, test.format, test.refusal)
		}
	}
}

func TestRecogniseJSON(t *testing.T) {
	for _, test := range []struct{ keys, format, envelope, refusal, reason string }{
		{"id,createdDateTime,appId,status", "entra_sign_ins", "", "", "Graph"},
		{"Id,CreatedDateTime,AppId,Status", "entra_sign_ins", "", "", "PowerShell"},
		{"id,createdDateTime,appId", "", "", `no known export has the keys "id", "createdDateTime", "appId"`, "anything of an application"},
		{"id,createdDateTime,displayName", "", "", `no known export has the keys "id", "createdDateTime", "displayName"`, "a user"},
		{"activityDisplayName,loggedByService", "", "", `Entra directory audit log, JSON would also need "initiatedBy"`, "a key short"},
		{"ActivityDisplayName,LoggedByService,InitiatedBy", "directory_audits", "", "", "PowerShell"},
		{"TimeGenerated,ActivityDisplayName,LoggedByService,InitiatedBy", "log_analytics_audits", "", "", "Log Analytics has capitals of its own"},
		{"RecordType,CreationDate,AuditData", "", "AuditData", "", "the cmdlet"},
		{"id,auditLogRecordType,auditData", "", "auditData", "", "Graph"},
		{"time,category,properties", "", "properties", "", "diagnostic settings"},
		{"CreationTime,Id,Operation,RecordType", "unified_audit_log", "", "", "AuditData itself"},
		{"CreationTime,Id,Operation", "", "", `Unified audit log would also need "RecordType"`, "a key short"},
		{"jobId,cycleId,changeId", "provisioning", "", "", "Graph"},
		{"JobId,CycleId,ChangeId", "provisioning", "", "", "Log Analytics"},
		{"OfficeWorkload,Operation", "", "", `Log Analytics OfficeActivity would also need "RecordType"`, "a key short"},
		{"riskState,riskLastUpdatedDateTime,userPrincipalName", "risky_users", "", "", "Graph"},
		{"requestId,requestMethod,requestUri,responseStatusCode", "graph_activity", "", "", "diagnostic settings"},
		{"RequestId,RequestMethod,RequestUri,ResponseStatusCode", "graph_activity", "", "", "Log Analytics"},
		{"riskEventType,id", "", "", `Entra ID Protection risk detections would also need "detectedDateTime"`, "a key short"},
	} {
		got := recogniseJSON(strings.Split(test.keys, ","))
		name := ""
		if got.format != nil {
			name = got.format.name
		}
		if name != test.format || got.envelope != test.envelope || !strings.Contains(got.reason, test.refusal) || (got.reason == "") != (test.refusal == "") {
			t.Errorf("%s: %s is %q in %q (%s), want %q in %q (%s)", test.reason, test.keys, name, got.envelope, got.reason, test.format, test.envelope, test.refusal)
		}
	}
}
