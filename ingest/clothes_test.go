package ingest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// clothed is a file in which a record stands otherwise than Microsoft writes
// it, and what a query must say of it. The values are read off the text.
type clothed struct {
	name, text  string
	query, want string // rows, with blanks for ends of lines
	note        string // a part of the file's note; "" = it has none
	reason      string
}

func try(t *testing.T, tests []clothed) {
	t.Helper()
	var paths []string
	for i, tt := range tests { // all in one case: # becomes the number
		tests[i].want = strings.ReplaceAll(tt.want, "#", fmt.Sprint("n", i))
		paths = append(paths, write(t, tt.name, strings.ReplaceAll(tt.text, "#", fmt.Sprint("n", i))))
	}
	c := load(t, paths...)
	for i, tt := range tests {
		got := strings.Join(c.ask(strings.ReplaceAll(tt.query, "FILE", "(select file_id from files where path = '"+paths[i]+"')")), " ")
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.reason, got, tt.want)
		}
		note := strings.Join(c.ask("select coalesce(note, '') from files where path = '"+paths[i]+"'"), "")
		if !strings.Contains(note, tt.note) || tt.note == "" && note != "" {
			t.Errorf("%s: the note is %q, want %q", tt.reason, note, tt.note)
		}
	}
}

var nameOfMember = regexp.MustCompile(`"\w+":`)

// lowerNames is the JSON with its names in lower case.
func lowerNames(text string) string { return nameOfMember.ReplaceAllStringFunc(text, strings.ToLower) }

const (
	resultAndPlace = "select error_code, status, city, country, has_policy_detail from sign_ins where file_id = FILE order by record"
	howMany        = "select (select count(*) from sign_ins where file_id = FILE), coalesce(format, '') from files where file_id = FILE"
)

// TestOtherObjects: what has a time and an account is no sign-in for that.
func TestOtherObjects(t *testing.T) {
	t.Parallel()
	try(t, []clothed{
		{"a.json", `{"createdDateTime":"2019-03-01T07:00:00Z","userPrincipalName":"a@contoso.com","accountEnabled":true}`, howMany, "0|state_users", "", "a user"},
		{"b.json", `{"value":[{"id":"1","createdDateTime":"2019-03-01T07:00:00Z","userPrincipalName":"a@contoso.com","displayName":"A","mail":"a@contoso.com","userType":"Member"}]}`, howMany, "0|state_users", "", "a page of users"},
		{"c.json", `[{"Id":"1","CreatedDateTime":"2019-03-01T07:00:00Z","AppId":"x","DisplayName":"Tool","SignInAudience":"AzureADMyOrg"}]`, howMany, "0|state_applications", "they were read as Graph spells them", "applications, of PowerShell"},
		{"d.json", `[{"id":"1","createdDateTime":"2019-03-01T07:00:00Z","appId":"x","appDisplayName":"Tool","servicePrincipalType":"Application","accountEnabled":true}]`, howMany, "0|state_applications", "", "service principals"},
		{"e.csv", "Id,CreatedDateTime,AppId,AppDisplayName,UserPrincipalName,ServicePrincipalType\n1,2019-03-01T07:00:00Z,x,Tool,,Application\n", howMany, "0|state_applications", "", "the same as CSV"},
		{"f.json", `[{"id":"1","createdDateTime":"2019-03-01T07:00:00Z","principalId":"p","appRoleId":"r","resourceId":"r","resourceDisplayName":"Graph"}]`, howMany, "0|state_consents", "", "what an application may do"},
		{"g.json", `{"createdDateTime":"2019-03-01T07:00:00Z","userPrincipalName":"a@contoso.com","ipAddress":"192.0.2.1"}`, howMany, "1|entra_sign_ins", "", "with an address it is a sign-in"},
		{"h.json", `{"value":[{"id":"h","createdDateTime":"2019-03-01T07:00:00Z","appId":"x","appDisplayName":"Tool","status":"InProgress","pendingScopes":[]}]}`, howMany, "0|", "no known export has the keys", "a request for a consent, with a status"},
		{"i.json", `{"value":[{"id":"i","createdDateTime":"2019-03-01T07:00:00Z","userPrincipalName":"a@contoso.com","decision":"Approve","resource":{"id":"r"}}]}`, howMany, "0|", "a list of users, which is no log", "a decision of an access review"},
		{"j.json", `{"value":[{"id":"j","createdDateTime":"2019-03-01T07:00:00Z","status":"Provisioned","principalId":"p","roleDefinitionId":"r","action":"selfActivate"}]}`, howMany, "0|state_role_assignments", "", "a request for a role"},
		{"k.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,Permission\n2026-05-02T08:01:11Z,a@contoso.com,Tool,Mail.Read\n", howMany, "0|", "a list of users, which is no log", "a list of permissions"},
	})
}

// TestErrorAnswers: what an API answered instead of records is told in its words.
func TestErrorAnswers(t *testing.T) {
	try(t, []clothed{
		{"a.json", `{"error":{"code":"TooManyRequests","message":"Slow down."}}`, howMany, "0|", "an error that the API answered instead of records: TooManyRequests: Slow down; ask", "Graph"},
		{"b.json", `{"error":{"code":"AF20020","message":"The subscription is disabled"}}`, howMany, "0|", "AF20020: The subscription is disabled", "Management API"},
		{"c.json", `{"Message":"Authorization has been denied for this request."}`, howMany, "0|", "Authorization has been denied for this request; ask", "the same, refused"},
		{"d.json", `{"error":"x"}`, howMany, "0|", `no known export has the keys "error"`, "something else"},
	})
}

// TestFlattened: nested values that were flattened are read where they can be.
func TestFlattened(t *testing.T) {
	t.Parallel()
	record := func(status, location, policies string) string {
		return `{"id":"#","createdDateTime":"2026-05-02T08:01:11Z","userPrincipalName":"a@contoso.com","status":` + status + `,"location":` + location + `,"appliedConditionalAccessPolicies":` + policies + `}`
	}
	const portal = `{"errorCode":50126}`
	try(t, []clothed{
		{"a.json", record(`"@{ErrorCode=50126; FailureReason=Invalid; or wrong; AdditionalDetails=}"`, `"@{City=Utrecht; CountryOrRegion=NL; GeoCoordinates=}"`, `""`), resultAndPlace, "50126|failure|Utrecht|NL|false", "", "cut off by the depth of ConvertTo-Json"},
		{"b.json", record(portal, `"@{City=Utrecht; GeoCoordinates=@{Latitude=52.1; Longitude=5.1}; CountryOrRegion=NL}"`, `["@{Id=p1; DisplayName=MFA; Result=success}","@{Id=p2; DisplayName=Block; Result=notApplied}"]`),
			"select latitude, (select string_agg(policy_name || ' ' || result, ',' order by policy_id) from sign_in_policies as p where p.parent_file_id = s.file_id) from sign_ins as s where file_id = FILE", "52.1|MFA success,Block notApplied", "", "one within another, and a list of them"},
		{"c.json", record(`"{\"errorCode\":50126}"`, `"{'city': 'Utrecht', 'countryOrRegion': 'NL', 'state': None}"`, `"[{\"id\":\"p\",\"result\":\"success\"}]"`), resultAndPlace, "50126|failure|Utrecht|NL|true", "", "as JSON text, and as Python writes it"},
		{"d.json", record(`50126`, `"NL"`, `[]`), resultAndPlace, "50126|failure|<nil>|NL|true", "", "a bare code and a bare country"},
		{"e.json", record(`0`, `"Utrecht, UT, NL"`, `null`), resultAndPlace, "0|success|Utrecht|NL|false", "", "success, and the portal's place"},
		{"f.json", record(`"System.Collections.Hashtable"`, `"System.Object[]"`, `["System.Object[]"]`), resultAndPlace, "<nil>|<nil>|<nil>|<nil>|false", `"status", "location", "appliedConditionalAccessPolicies": only the name of a .NET type`, "only the types' names"},
		{"g.json", record(portal, `{"city":"Utrecht","countryOrRegion":"NL"}`, `"see attachment"`), resultAndPlace, "50126|failure|Utrecht|NL|false", `"appliedConditionalAccessPolicies": what stands there could not be read`, "a text that is no list"},
		{"h.json", record(`"class MicrosoftGraphSignInStatus {\n  additionalDetails: \n  errorCode: 50126\n}"`, `null`, `{"id":"p","result":"success"}`), resultAndPlace, "50126|failure|<nil>|<nil>|true", "", "the listing of a class, and a list of one without its brackets"},
		{"i.csv", "id,createdDateTime,userPrincipalName,appId,status.errorCode,location.city,location.countryOrRegion,appliedConditionalAccessPolicies\n#,2026-05-02T08:01:11Z,a@contoso.com,x,50126,Utrecht,NL,\"[{'id': 'p', 'result': 'success'}]\"\n", resultAndPlace, "50126|failure|Utrecht|NL|true", "", "columns with dots"},
		{"j.csv", "id,createdDateTime,userPrincipalName,appId,status_errorCode,location/city,Location_CountryOrRegion,appliedConditionalAccessPolicies.0.id,appliedConditionalAccessPolicies.0.result\n#,2026-05-02T08:01:11Z,a@contoso.com,x,50126,Utrecht,NL,p,success\n", resultAndPlace, "50126|failure|Utrecht|NL|true", "", "columns with underscores, slashes and numbers"},
		{"k.csv", "Id,CreatedDateTime,UserPrincipalName,AppId,ErrorCode,City,Country\n#,2026-05-02T08:01:11Z,a@contoso.com,x,50126,Utrecht,NL\n", resultAndPlace, "50126|failure|Utrecht|NL|false", "", "columns of their own"},
		{"l.json", lowerNames(record(portal, `{"city":"Utrecht","countryOrRegion":"NL"}`, `[{"id":"p","result":"success"}]`)), "select user_principal_name, city, country, error_code, event_time from sign_ins where file_id = FILE", "a@contoso.com|Utrecht|NL|50126|2026-05-02 08:01:11", "", "all in lower case"},
		{"m.json", record(portal, `{"city":"","geoCoordinates":{"latitude":0.0,"longitude":0}}`, `[]`), "select latitude, longitude from sign_ins where file_id = FILE", "<nil>|<nil>", "", "0/0 is no place"},
		{"o.json", record(`"map[additionalDetails:<nil> errorCode:50126]"`, `"map[city:Den Haag countryOrRegion:NL geoCoordinates:map[latitude:52 longitude:4.3]]"`, `"[map[id:p result:success] map[id:q result:failure]]"`), resultAndPlace, "50126|failure|Den Haag|NL|true", "", "as Go prints maps"},
		{"p.json", record(`"{\"errorCode\"=>50126}"`, `"{city: 'Utrecht', countryOrRegion: 'NL'}"`, `[]`), resultAndPlace, "50126|failure|Utrecht|NL|true", "", "as Ruby and JavaScript print them"},
		{"q.json", record(`"\"{\\\"errorCode\\\":50126}\""`, `null`, `[]`), resultAndPlace, "50126|failure|<nil>|<nil>|true", "", "JSON text of JSON text"},
		{"r.json", record(`"Failure (50126)"`, `null`, `[]`), resultAndPlace, "50126|failure|<nil>|<nil>|true", "", "a word, and its code behind it"},
		{"s.json", record(`"Failure","errorCode":50126`, `null`, `[]`), resultAndPlace, "50126|failure|<nil>|<nil>|true", "", "a word, and its code beside it"},
		{"t.json", record(`"see attachment"`, `"{..."`, `[]`), resultAndPlace, "<nil>|<nil>|<nil>|<nil>|true", `"status", "location": what stands there could not be read`, "neither a word nor a code, and no place"},
		{"u.json", record(`"[object Object]"`, `"Deserialized.Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInLocation"`, `["[object Object]"]`), resultAndPlace, "<nil>|<nil>|<nil>|<nil>|false", `"status", "location", "appliedConditionalAccessPolicies": only the name of a .NET type`, "types of JavaScript and of a PowerShell elsewhere"},
		{"v.json", record(`{"ErrorCode":50126}`, `{"city":"Utrecht","country_or_region":"NL"}`, `[]`), resultAndPlace, "50126|failure|Utrecht|NL|true", "", "names in another case, or with _, inside alone"},
		{"w.json", record(portal, `null`, `["Require MFA","Block"]`), resultAndPlace, "50126|failure|<nil>|<nil>|false", `"appliedConditionalAccessPolicies": what stands there could not be read`, "a list of names alone"},
		{"n.json", record(portal, `{"city":"Quito","geoCoordinates":{"latitude":0,"longitude":-78.5}}`, `[]`), "select latitude, longitude from sign_ins where file_id = FILE", "0|-78.5", "", "the equator is one"},
	})
}

// TestEnvelope: what the properties of a diagnostic record lack is taken from around them.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	const asked = "select event_time, error_code, status, ip_address, country, correlation_id, category from sign_ins where file_id = FILE order by record"
	const completed = "completed from the envelope"
	around := `"time":"2026-05-04T08:05:40Z","resultType":"50126","resultDescription":"Invalid","callerIpAddress":"192.0.2.9","correlationId":"c","location":"NL","category":"SignInLogs"`
	try(t, []clothed{
		{"a.json", `{` + around + `,"properties":{"id":"#","userPrincipalName":"a@contoso.com","isInteractive":true}}`, asked, "2026-05-04 08:05:40|50126|failure|192.0.2.9|NL|c|interactive", completed, "nearly all"},
		{"b.json", `{` + around + `,"properties":{"id":"#","createdDateTime":"2026-05-04T08:00:00Z","userPrincipalName":"a@contoso.com","ipAddress":"192.0.2.1","correlationId":"d","location":{"countryOrRegion":"BE"},"status":{"errorCode":0}}}`, asked, "2026-05-04 08:00:00|0|success|192.0.2.1|BE|d|<nil>", "", "the record's own values win"},
		{"c.json", `{` + around + `,"properties":{"id":"#","createdDateTime":"not-a-date","userPrincipalName":"a@contoso.com","ipAddress":"","correlationId":"d","location":{"countryOrRegion":"BE"},"status":{"errorCode":null}}}`, asked, "2026-05-04 08:05:40|50126|failure|192.0.2.9|BE|d|<nil>", completed, "a time that is none, an empty address, a code that is null"},
		{"d.json", `{"records":[{` + strings.Replace(around, `"50126"`, `0`, 1) + `,"properties":"{\"id\":\"#\",\"servicePrincipalId\":\"s\"}"}]}`, asked, "2026-05-04 08:05:40|0|success|192.0.2.9|NL|c|<nil>", completed, "a number, and properties that are text"},
		{"e.json", `{"time":"2026-05-04T08:05:40Z","category":"AuditLogs","operationName":"Add user","correlationId":"c","properties":{"id":"#","result":"success"}}`, "select event_time, activity, result, correlation_id from directory_audits where file_id = FILE", "2026-05-04 08:05:40|Add user|success|c", completed, "the directory's log"},
		{"g.json", `{` + around + `,"properties":{"id":"#","createdDateTime":"0001-01-01T00:00:00Z","userPrincipalName":"a@contoso.com","ipAddress":"null","location":{},"status":{}}}`, asked, "2026-05-04 08:05:40|50126|failure|192.0.2.9|NL|c|<nil>", completed, "a year that no log is of, a placeholder, empty objects"},
		{"h.json", `{"body":{` + around + `,"properties":{"id":"#","userPrincipalName":"a@contoso.com"}}}`, asked, "2026-05-04 08:05:40|50126|failure|192.0.2.9|NL|c|<nil>", completed, "an envelope that another program has wrapped"},
		{"i.json", `{` + around + `,"properties":{"id":"#","userPrincipalName":"a@contoso.com","userDisplayName":"\ud83d"}}`, asked, "2026-05-04 08:05:40|50126|failure|192.0.2.9|NL|c|<nil>", completed, "a record that is mended"},
		{"j.json", `{` + around + `,"properties":{"id":"#","createdDateTime":1777714860000,"userPrincipalName":"a@contoso.com","ipAddress":"192.0.2.1","correlationId":"d","location":{"countryOrRegion":"BE"},"status":{"errorCode":0}}}`, asked, "2026-05-02 09:41:00|0|success|192.0.2.1|BE|d|<nil>", "", "a number is a time"},
		{"k.json", `{"time":"2026-05-04T08:05:40Z","category":"AuditLogs","operationName":"Add user","resultType":"Success","callerIpAddress":"192.0.2.9","properties":{"id":"#","category":"UserManagement","initiatedBy":{"app":{"displayName":"Tool"}}}}`, "select result, ip_address, initiated_by_type from directory_audits where file_id = FILE", "success|192.0.2.9|app", completed, "the directory's log, by an application"},
		{"l.json", `{"time":"2026-05-04T08:05:40Z","category":"MicrosoftGraphActivityLogs","callerIpAddress":"192.0.2.9","properties":{"requestId":"#","requestMethod":"GET","requestUri":"/me","responseStatusCode":200}}`, "select event_time, ip_address from graph_activity where file_id = FILE", "2026-05-04 08:05:40|192.0.2.9", completed, "requests to Graph"},
		{"f.json", `{"time":"2026-05-04T08:05:40Z","category":"AuditLogs","operationName":"Add user","properties":{"id":"2","activityDisplayName":"Delete user","activityDateTime":"2026-05-04T08:00:00Z","correlationId":"d","loggedByService":"Core","initiatedBy":{}}}`, "select event_time, activity, correlation_id from directory_audits where file_id = FILE", "2026-05-04 08:00:00|Delete user|d", "", "whole"},
	})
}

// TestAuditInOtherClothes: the unified audit log as other programs write it.
func TestAuditInOtherClothes(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const event = "select id, event_time, record_type, record_type_name, user_type, user_id, ip_address, is_system from audit_events where file_id = FILE order by record"
	record := func(more string) string {
		return `{"Id":"#","CreationTime":"2026-05-02T10:01:00","Operation":"FileAccessed","UserId":"A@contoso.com",` + more + `}`
	}
	mail := `"TimeGenerated":"2026-05-02T10:01:00Z","OfficeWorkload":"Exchange","OfficeId":"#","UserId":"A@contoso.com","RecordType":"ExchangeItemAggregated","Operation":"MailItemsAccessed"`
	try(t, []clothed{
		{"a.json", record(`"RecordType":"ExchangeItem","UserType":"DcAdmin"`), event, "#|2026-05-02 10:01:00|2|ExchangeItem|3|a@contoso.com|<nil>|true", "", "-Formatted: words for numbers"},
		{"b.json", record(`"RecordType":"exchangeitem","UserType":"Regular"`), event, "#|2026-05-02 10:01:00|2|ExchangeItem|0|a@contoso.com|<nil>|false", "", "in any case"},
		{"c.json", record(`"RecordType":2.0,"UserType":"2.0E0"`), event, "#|2026-05-02 10:01:00|2|ExchangeItem|2|a@contoso.com|<nil>|false", "", "numbers with fractions"},
		{"d.json", record(`"RecordType":2.5,"UserType":"x"`), event, "#|2026-05-02 10:01:00|<nil>|2.5|<nil>|a@contoso.com|<nil>|false", "", "no whole number is none"},
		{"e.json", record(`"RecordType":15,"ClientIP":"<null>","ActorIpAddress":"203.0.113.23"`), event, "#|2026-05-02 10:01:00|15|AzureActiveDirectoryStsLogon|<nil>|a@contoso.com|203.0.113.23|false", "", "a placeholder does not hide the address"},
		{"f.json", record(`"RecordType":15,"ClientIP":"(null)","ClientIPAddress":"[203.0.113.24]:443"`), event, "#|2026-05-02 10:01:00|15|AzureActiveDirectoryStsLogon|<nil>|a@contoso.com|203.0.113.24|false", "", "another"},
		{"g.json", lowerNames(record(`"RecordType":1,"ClientIP":"203.0.113.5:88","Parameters":[{"Name":"Identity","Value":"x"}]`)), "select operation, ip_address, coalesce(raw ->> '$.Parameters[0].Name', raw ->> '$.Parameters[0].name') from audit_events where file_id = FILE", "FileAccessed|203.0.113.5|Identity", "", "keys in lower case"},
		{"h.csv", "CreationTime,Id,Operation,RecordType,UserId,ClientIP,Parameters\n2026-05-02T10:01:00,#,New-InboxRule,1,A@contoso.com,192.0.2.1,\"[{\"\"Name\"\":\"\"DeleteMessage\"\",\"\"Value\"\":\"\"True\"\"}]\"\n",
			"select id, event_time, record_type, ip_address, raw ->> '$.Parameters[0].Name' from audit_events where file_id = FILE", "#|2026-05-02 10:01:00|1|192.0.2.1|DeleteMessage", "", "AuditData opened into columns"},
		{"i.csv", "CreationTime,Id,Operation,RecordType,UserId,Parameters\n2026-05-02T10:01:00,#,New-InboxRule,1,A@contoso.com,System.Object[]\n", event, "#|2026-05-02 10:01:00|1|ExchangeAdmin|<nil>|a@contoso.com|<nil>|false", `"Parameters": only the name of a .NET type`, "what Export-Csv made of a list"},
		{"j.json", `{` + mail + `,"Client_IPAddress":"192.0.2.1","Logon_Type":"Delegated","Folders":"[{\"Path\":\"\\\\Inbox\",\"FolderItems\":[{\"InternetMessageId\":\"<a>\"}]}]"}`,
			"select id, event_time, record_type, workload, ip_address, raw ->> '$.LogonType', raw ->> '$.Folders[0].FolderItems[0].InternetMessageId', raw ->> '$.OfficeId' from audit_events where file_id = FILE", `#|2026-05-02 10:01:00|50|Exchange|192.0.2.1|Delegated|<a>|#`, "", "OfficeActivity: text opened, other names beside"},
		{"k.csv", "OfficeWorkload,Operation,RecordType,\"Start_Time [UTC]\",OfficeId,UserId,Site_Url,ModifiedProperties\nSharePoint,FileDownloaded,SharePointFileOperation,\"5/2/2026, 10:01:00.000 AM\",#,a@contoso.com,https://x/,\"[{\"\"Name\"\":\"\"N\"\",\"\"NewValue\"\":\"\"v\"\"}]\"\n",
			"select event_time, record_type, raw ->> '$.SiteUrl', raw ->> '$.ModifiedProperties[0].NewValue' from audit_events where file_id = FILE", "2026-05-02 10:01:00|6|https://x/|v", "", "the same as CSV, without TimeGenerated"},
		{"l.csv", "RecordType,UserIds,AuditData\nSomethingNew,x,\"" + strings.ReplaceAll(record(`"RecordType":99261`), `"`, `""`) + "\"\n", event, "#|2026-05-02 10:01:00|99261|SomethingNew|<nil>|a@contoso.com|<nil>|false", "", "a type without a name here has the export's"},
		{"m.json", `{"auditLogRecordType":"exchangeItem","auditData":` + record(`"RecordType":2`) + `}`, event, "#|2026-05-02 10:01:00|2|ExchangeItem|<nil>|a@contoso.com|<nil>|false", "", "one with a name has its own"},
		{"n.csv", "UserIds,AuditData\nx,\"" + strings.ReplaceAll(strings.ReplaceAll(record(`"RecordType":2`), `"`, `""`), `"`, `""`) + "\"\n", event, "#|2026-05-02 10:01:00|2|ExchangeItem|<nil>|a@contoso.com|<nil>|false", "", "written as CSV twice"},
		{"p.csv", "id,auditData\n#,@{CreationTime=2026-05-02T10:01:00; Id=#; Operation=FileAccessed; RecordType=2; UserId=A@contoso.com; Parameters=System.Object[]}\n", event, "#|2026-05-02 10:01:00|2|ExchangeItem|<nil>|a@contoso.com|<nil>|false", `"Parameters": only the name of a .NET type`, "PowerShell's text of AuditData"},
		{"q.json", record(`"RecordType":1,"Parameters":{"Name":"r","DeleteMessage":"True"}`), "select raw ->> '$.Parameters[1].Name', raw ->> '$.Parameters[1].Value' from audit_events where file_id = FILE", "DeleteMessage|True", "", "parameters as one object, as Elastic has them"},
		{"r.json", record(`"RecordType":1,"Parameters":{"Name":["Name","DeleteMessage"],"Value":["r","True"]}`), "select raw ->> '$.Parameters[1].Name', raw ->> '$.Parameters[1].Value' from audit_events where file_id = FILE", "DeleteMessage|True", "", "a list for the names and one for the values"},
		{"s.json", record(`"RecordType":1,"Parameters.Name":["Name","DeleteMessage"],"Parameters.Value":["r","True"]`), "select raw ->> '$.Parameters[1].Name', raw ->> '$.Parameters[1].Value' from audit_events where file_id = FILE", "DeleteMessage|True", "", "in columns of their own"},
		{"t.json", record(`"RecordType":2,"AppAccessContext":"System.Object"`), event, "#|2026-05-02 10:01:00|2|ExchangeItem|<nil>|a@contoso.com|<nil>|false", `"AppAccessContext": only the name of a .NET type`, "the type of any object"},
		{"u.json", lowerNames(record(`"RecordType":8,"Target":[{"ID":"b","Type":5}],"ModifiedProperties":[{"Name":"n","OldValue":"","NewValue":"v"}],"Folders":[{"Path":"\\Inbox"}]`)), "select raw ->> '$.Target[0].ID', raw ->> '$.Target[0].Type', raw ->> '$.ModifiedProperties[0].NewValue', raw ->> '$.Folders[0].Path' from audit_events where file_id = FILE", `b|5|v|\Inbox`, "", "keys in lower case, in the lists too"},
		{"v.json", record(`"RecordType":"SharePoint File Operation","UserType":"Service Principal"`), event, "#|2026-05-02 10:01:00|6|SharePointFileOperation|6|a@contoso.com|<nil>|false", "", "words apart"},
		{"w.json", record(`"RecordType":15,"ClientIP":"unknown","ActorIpAddress":"PROXY01 (203.0.113.23)"`), event, "#|2026-05-02 10:01:00|15|AzureActiveDirectoryStsLogon|<nil>|a@contoso.com|203.0.113.23|false", "", "a word for no address, and an address behind a name"},
		{"x.json", `{"auditLogRecordType":"unknownFutureValue","auditData":` + record(`"RecordType":99262`) + `}`, event, "#|2026-05-02 10:01:00|99262|<nil>|<nil>|a@contoso.com|<nil>|false", "", "Graph's word for no name is none"},
		{"y.json", `{` + strings.Replace(mail, "MailItemsAccessed", "MemberAdded", 1) + `,"Members":"[{\"UPN\":\"x@example.org\"}]"}`, "select raw ->> '$.Members[0].UPN' from audit_events where file_id = FILE", "x@example.org", "", "members as text, in OfficeActivity"},
		{"aa.csv", "RecordType,UserIds,AuditData\nNewThing,x,\"" + strings.ReplaceAll(record(`"RecordType":99263,"Event":{"Things":[{"Id":{"n":1}}]}`), `"`, `""`) + "\"\n",
			"select record_type_name, raw ->> '$.Event.Things[0].Id.n' from audit_events where file_id = FILE", "NewThing|1", "", "the name of a type, of a record that ends with objects in each other"},
		{"ab.json", record(`"RecordType":"Yammer"`), event, "#|2026-05-02 10:01:00|22|Yammer|<nil>|a@contoso.com|<nil>|false", "", "a type by the name that exports have for it"},
		{"ac.json", record(`"RecordType":"Viva Goals"`), event, "#|2026-05-02 10:01:00|216|Viva Goals|<nil>|a@contoso.com|<nil>|false", "", "a type of two words"},
		{"ad.json", record(`"RecordType":"2,0"`), event, "#|2026-05-02 10:01:00|2|ExchangeItem|<nil>|a@contoso.com|<nil>|false", "", "a decimal comma before nothing"},
		{"ae.json", record(`"RecordType":50,"Folders":[{"Path":"\\A","FolderItems":[{"Id":"1"}]},{"Path":"\\B","FolderItems" : {"Id":"2"}},{"Path":"\\C","FolderItems":"[{\"Id\":\"3\"},{\"Id\":\"4\"}]"}]`),
			"select json_extract_string(raw, '$.Folders[*].FolderItems[*].Id')::varchar from audit_events where file_id = FILE", "[1, 2, 3, 4]", "", "a list of one without its brackets, and one as text, within a list"},
		{"af.json", record(`"RecordType":3,"AffectedItems":{"Id":"1","ParentFolder":"{\"Path\":\"p\"}"}`), "select raw ->> '$.AffectedItems[0].ParentFolder.Path' from audit_events where file_id = FILE", "p", "", "an object as text in one that should be a list"},
		{"ag.json", record(`"RecordType":38,"FileData":"{\"FileName\":\"x.exe\"}","CopilotEventData":"{\"AppHost\":\"Word\"}","Recipients":"[\"b@contoso.com\"]"`), "select raw ->> '$.FileData.FileName', raw ->> '$.CopilotEventData.AppHost', raw ->> '$.Recipients[0]' from audit_events where file_id = FILE", "x.exe|Word|b@contoso.com", "", "other objects as text"},
		{"ah.json", `{` + mail + `,"MailboxOwnerUPN":"","SourceFileName":"  ","OfficeObjectId":"x"}`, "select raw ->> '$.MailboxOwnerUPN', raw ->> '$.SourceFileName', object_id from audit_events where file_id = FILE", "<nil>|<nil>|x", "", "OfficeActivity has the columns of all records: empty is no value"},
		{"ai.csv", "CreationTime,Id,Operation,RecordType,UserId,MailboxOwnerUPN,Subject\n2026-05-02T10:01:00,#,Send,2,A@contoso.com,,s\n", "select raw ->> '$.MailboxOwnerUPN', raw ->> '$.Subject' from audit_events where file_id = FILE", "<nil>|s", "", "and so has a table of AuditData's properties"},
		{"o.json", record(`"RecordType":2,"AppAccessContext":"{\"AADSessionId\":\"s\"}"`), "select session_id from audit_events where file_id = FILE", "s", "", "an object as text"},
	})
	for _, tt := range []struct {
		user   string
		kind   string
		want   string
		reason string
	}{
		{`NT AUTHORITY\SYSTEM (w3wp)`, "0", "true", "a service"},
		{`SHAREPOINT\system`, "0", "true", "SharePoint itself"},
		{"ServicePrincipal_0000", "4", "false", "an application, perhaps the attacker's"},
		{"app@sharepoint", "4", "false", "any application with rights there"},
		{"a@contoso.com", "5", "false", "an application as a user"},
		{"x", "4", "true", "a system"},
		{"i:0i.t|ms.sp.ext|11112222-aaaa-4bbb-8ccc-000000000001@t", "4", "false", "an add-in of SharePoint"},
		{"11112222-aaaa-4bbb-8ccc-000000000001", "4", "false", "an application by its id alone"},
	} {
		if got := load(t, write(t, "x.json", `{"Id":"1","CreationTime":"2026-05-02T10:01:00","Operation":"x","RecordType":8,"UserId":"`+strings.ReplaceAll(tt.user, `\`, `\\`)+`","UserType":`+tt.kind+`}`)).ask("select is_system from audit_events")[0]; got != tt.want {
			t.Errorf("%s: %s", tt.reason, got)
		}
	}
}

// TestTimesInOtherClothes: times that are no text, or not in UTC.
func TestTimesInOtherClothes(t *testing.T) {
	t.Parallel()
	at := func(time string) string {
		return `{"id":"#","createdDateTime":` + time + `,"userPrincipalName":"a@contoso.com","ipAddress":"192.0.2.1"}`
	}
	const when = "select event_time::varchar from sign_ins where file_id = FILE"
	column := func(zone string) string {
		return "\"TimeGenerated [" + zone + "]\",ResultType,AppDisplayName,UserPrincipalName,IPAddress\n\"5/14/2026, 1:47:17.582 AM\",0,x,a@contoso.com,192.0.2.1\n"
	}
	try(t, []clothed{
		{"a.json", at(`{"value":"/Date(1777714860000)/"}`), when, "2026-05-02 09:41:00", "", "PowerShell 5.1"},
		{"b.json", at(`{"value":"\/Date(1777714860000)\/","DisplayHint":2,"DateTime":"Saturday, May 2, 2026 11:41:00 AM"}`), when, "2026-05-02 09:41:00", "", "with its notes"},
		{"c.json", at(`1777714860000`), when, "2026-05-02 09:41:00", "", "milliseconds"},
		{"d.json", at(`"1777714860"`), when, "2026-05-02 09:41:00", "", "seconds, as text"},
		{"e.json", at(`1777714860.5`), when, "2026-05-02 09:41:00.5", "", "with a fraction"},
		{"f.json", at(`"2026-05-02T09:41Z"`), when, "2026-05-02 09:41:00", "", "without seconds"},
		{"g.json", at(`"2026-05-02T11:41+02:00"`), when, "2026-05-02 09:41:00", "", "and elsewhere"},
		{"n.json", at(`"2026-05-02T11:41:00,5+02:00"`), when, "2026-05-02 09:41:00.5", "", "a comma before the fraction"},
		{"o.json", at(`"2026-05-02t09:41:00z"`), when, "2026-05-02 09:41:00", "", "small letters"},
		{"p.json", at(`"Sat, 02 May 2026 09:41:00 GMT"`), when, "2026-05-02 09:41:00", "", "as in the header of a mail"},
		{"q.json", at(`"2026-05-02T11:41:00+02:00[Europe/Amsterdam]"`), when, "2026-05-02 09:41:00", "", "the zone's name behind its distance"},
		{"r.json", at(`{"$date":{"$numberLong":"1777714860000"}}`), when, "2026-05-02 09:41:00", "", "MongoDB"},
		{"s.json", at(`"1.77771486E9"`), when, "2026-05-02 09:41:00", "", "seconds, as pandas writes them"},
		{"t.json", at(`1777714860000000000`), when, "2026-05-02 09:41:00", "", "nanoseconds"},
		{"u.json", at(`"02/May/2026:11:41:00 +0200"`), when, "2026-05-02 09:41:00", "", "the log of a web server"},
		{"v.csv", column("GMT"), when, "2026-05-14 01:47:17.582", "", "UTC by its older name"},
		{"w.csv", column("UTC\u221202:00"), when, "2026-05-14 03:47:17.582", "", "a minus that is no hyphen"},
		{"h.csv", column("UTC"), when, "2026-05-14 01:47:17.582", "", "UTC"},
		{"i.csv", column("UTC+02:00"), when, "2026-05-13 23:47:17.582", "", "a distance"},
		{"j.csv", column("UTC-5:30"), when, "2026-05-14 07:17:17.582", "", "another"},
		{"k.csv", column("Local Time"), "select count(*) from sign_ins where file_id = FILE", "0", "local time", "nobody knows which"},
		{"l.csv", column("Amsterdam, Berlin, Bern"), "select count(*) from sign_ins where file_id = FILE", "0", "local time", "a name of Windows'"},
		{"x.json", `{"time":"2026-05-01T10:21:00Z","category":"UserRiskEvents","callerIpAddress":"192.0.2.1:443","location":"NL","properties":{"id":"2","riskEventType":"x"}}`, "select event_time, ip_address, country from risk_detections where file_id = FILE", "2026-05-01 10:21:00|192.0.2.1|NL", "completed from the envelope", "a detection without a time, in an envelope"},
		{"y.json", `{"time":"2026-05-01T10:21:00Z","category":"RiskyUsers","properties":{"id":"3","riskState":"atRisk","userPrincipalName":"a@contoso.com"}}`, "select event_time, risk_state from risky_users where file_id = FILE", "2026-05-01 10:21:00|atRisk", "completed from the envelope", "a risky user without a time"},
		{"z.json", `{"time":"2026-05-01T10:21:00Z","category":"ProvisioningLogs","resultType":"Failure","properties":{"id":"4","provisioningAction":"create"}}`, "select event_time, action, status from provisioning_events where file_id = FILE", "2026-05-01 10:21:00|create|failure", "completed from the envelope", "a provisioning event with little else"},
		{"aa.json", `{"time":"2026-05-01T10:21:00Z","category":"MicrosoftGraphActivityLogs","callerIpAddress":"192.0.2.1","properties":{"requestId":"5","requestUri":"https://graph.microsoft.com/v1.0/me"}}`, "select event_time, ip_address, request_uri from graph_activity where file_id = FILE", "2026-05-01 10:21:00|192.0.2.1|https://graph.microsoft.com/v1.0/me", "completed from the envelope", "a request with little else"},
		{"m.json", `{"id":"1","riskEventType":"x","detectedDateTime":"2026-05-01T10:20:00Z"}`, "select event_time from risk_detections where file_id = FILE", "2026-05-01 10:20:00", "", "an offline detection"},
	})
}

// TestCodePages: a text that is no UTF-8 is read in the code page that it is in.
func TestCodePages(t *testing.T) {
	t.Parallel()
	const names = "Zoë Müller|Søren Kjærgård|Renée d’Arc"
	table := func(page *charmap.Charmap) string {
		text := "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\r\n"
		for _, name := range strings.Split(names, "|") {
			text += "2026-10-01T08:00:00Z,#@contoso.com,Teams," + name + "\r\n"
		}
		encoded, err := page.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	const asked = "select user_display_name, encoding from sign_ins join files using (file_id) where file_id = FILE order by record"
	try(t, []clothed{
		{"a.csv", table(charmap.Windows1252), asked, "Zoë Müller|windows-1252 Søren Kjærgård|windows-1252 Renée d’Arc|windows-1252", "code page windows-1252", "Excel on Windows"},
		{"b.csv", table(charmap.Macintosh), asked, "Zoë Müller|macintosh Søren Kjærgård|macintosh Renée d’Arc|macintosh", "code page macintosh", "Excel on a Mac"},
		{"c.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,Zoë\n", asked, "Zoë|utf-8", "", "UTF-8"},
		{"e.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,\x93na\xefve\x94 \x96 x\n", asked, "“naïve” – x|windows-1252", "code page windows-1252", "Word's quotes and dash"},
		{"f.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T09:00:00Z,a@contoso.com,Teams,Zoë\n2026-10-01T09:00:01Z,a@contoso.com,Teams,S\xf8ren\n", asked, "Zoë|utf-8 S\ufffdren|utf-8", "1 record was not wholly read: bytes that are no UTF-8", "two files in one"},
		{"h.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,\xcf\xf0\xe8\xe2\xe5\xf2\n", asked, "Ïðèâåò|windows-1252", "names are likely wrong", "Cyrillic, of Windows-1251"},
		{"i.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,Wa\xb3\xeasa\n", asked, "Wa≥Ísa|macintosh", "names are likely wrong", "Polish, of Windows-1250"},
		{"j.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,Dvo\xf8\xe1k\n", asked, "Dvoøák|windows-1252", "names are likely wrong", "Czech, of Windows-1250"},
		{"k.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,Jos\xe9 Garc\xeda S\xf8ren \xc5\xe5 n\xb0 4\n", asked, "José García Søren Åå n° 4|windows-1252", "code page windows-1252: if", "languages of the West beside each other"},
		{"g.csv", "CreatedDateTime,UserPrincipalName,AppDisplayName,UserDisplayName\n2026-10-01T08:00:00Z,a@contoso.com,Teams,Zo\x89 M\x81ller\n", asked, "Zo\ufffd M\ufffdller|utf-8", "1 record was not wholly read: bytes that are no UTF-8", "a code page of MS-DOS"},
		{"d.json", `{"createdDateTime":"2026-10-01T08:00:00Z","userPrincipalName":"a@contoso.com","ipAddress":"192.0.2.1","userDisplayName":"Ren` + "\xe9" + `e"}`, asked, "Renée|windows-1252", "code page windows-1252", "JSON of Windows PowerShell"},
	})
}

// TestNumbersInOtherClothes: numbers, truth and degrees as spreadsheets and other programs write them.
func TestNumbersInOtherClothes(t *testing.T) {
	c := load(t, write(t, "x.json", signIn("s1")))
	for _, tt := range []struct{ expression, want, reason string }{
		{"whole('50,126')", "50126", "thousands apart"},
		{"whole('50 126')", "50126", "with a blank"},
		{"whole('50,12')", "<nil>", "a decimal comma"},
		{"whole('12,00')", "12", "before nothing"},
		{"whole('-1')", "-1", "less than none"},
		{"whole(concat(chr(39), '50126'))", "50126", "an apostrophe of a spreadsheet"},
		{"whole('AADSTS50126')", "50126", "Entra's prefix"},
		{"whole('AS64500')", "64500", "that of a network"},
		{"whole('2.5')", "<nil>", "no whole number"},
		{"truth('SANN')", "true", "Norwegian"},
		{"truth('ИСТИНА')", "true", "Russian"},
		{"truth('EPÄTOSI')", "false", "Finnish"},
		{"truth('YANLIŞ')", "false", "Turkish"},
		{"truth('n')", "false", "one letter"},
		{"truth('maybe')", "<nil>", "neither"},
		{"degrees_of('52,09', '5,12')", "52.09", "a decimal comma"},
		{"degrees_of('0,0', '-0.0')", "<nil>", "0/0 in other clothes"},
		{"degrees_of('NaN', '5')", "<nil>", "no number"},
		{"degrees_of('181', '5')", "<nil>", "no degrees"},
	} {
		if got := c.ask("select " + tt.expression)[0]; got != tt.want {
			t.Errorf("%s: %s is %s, want %s", tt.reason, tt.expression, got, tt.want)
		}
	}
}

// TestEveryProperty: each property of Graph's signIn resource, v1.0 and beta,
// that is not told by the other tests has a column, or a row in a child table.
func TestEveryProperty(t *testing.T) {
	takesLong(t)
	t.Parallel()
	const record = `{"id":"s","createdDateTime":"2026-05-02T08:01:11Z","userPrincipalName":"a@contoso.com","status":{"errorCode":0},
		"homeTenantName":"v1","isTenantRestricted":true,"tokenIssuerName":"v2","azureResourceId":"v3","federatedCredentialId":"v4",
		"authenticationAppDeviceDetails":{"deviceId":"v5","appVersion":"v6","clientApp":"v7","operatingSystem":"v8"},
		"authenticationAppPolicyDetails":[{"policyName":"v9","status":"v10"}],
		"location":{"geoCoordinates":{"altitude":11,"latitude":1,"longitude":1}},
		"appliedConditionalAccessPolicies":[{"id":"p","sessionControlsNotSatisfied":["v12"],
			"includeRulesSatisfied":[{"conditionalAccessCondition":"v13","ruleSatisfied":"v14"}],
			"excludeRulesSatisfied":[{"conditionalAccessCondition":"v15","ruleSatisfied":"v16"}],
			"authenticationStrength":{"authenticationStrengthId":"v17","displayName":"v18","authenticationStrengthResult":"v19"}}],
		"authenticationProcessingDetails":[{"key":"v20","value":"v21"}],
		"networkLocationDetails":[{"networkType":"v22","networkNames":["v23"]}],
		"managedServiceIdentity":{"msiType":"none","federatedTokenId":"v24","federatedTokenIssuer":"v25"},
		"authenticationRequirementPolicies":[{"requirementProvider":"v26","detail":"v27"}],
		"agent":{"agentType":"v28","agentSubjectType":"v29","agentSubjectParentId":"v30","parentAppId":"v31"},
		"appOwnerTenantId":"v32","appTokenProtectionStatus":"v33","appliedEventListeners":[{"eventType":"v34","executedListenerId":"v35"}],
		"authenticationAppPolicyEvaluationDetails":[{"policyName":"v36","status":"v37","adminConfiguration":"v38","authenticationEvaluation":"v39"}],
		"clientSessionId":"v40","conditionalAccessAudiences":["v41"],"globalSecureAccessIpAddress":"192.0.2.42","isThroughGlobalSecureAccess":true,
		"privateLinkDetails":{"policyId":"v43","policyName":"v44","policyTenantId":"v45","resourceId":"v46"},
		"resourceOwnerTenantId":"v47","rootActorId":"v48","servicePrincipalCredentialKeyId":"v49","servicePrincipalCredentialThumbprint":"v50",
		"signInIdentifierType":"v51","tokenProtectionStatusDetails":{"signInSessionStatusCode":"v52"},"sourceAppClientId":"v53",
		"sessionLifetimePolicies":[{"expirationRequirement":"v54","detail":"v55"}]}`
	const signIns = `home_tenant_name, is_tenant_restricted, token_issuer_name, azure_resource_id, federated_credential_id,
		authenticator_device_id, authenticator_app_version, authenticator_app, authenticator_operating_system, altitude,
		federated_token_id, federated_token_issuer, agent_type, agent_subject_type, agent_subject_parent_id, agent_parent_app_id,
		app_owner_tenant_id, app_token_protection_status, client_session_id, conditional_access_audiences, global_secure_access_ip_address,
		is_through_global_secure_access, private_link_policy_id, private_link_policy_name, private_link_policy_tenant_id, private_link_resource_id,
		resource_owner_tenant_id, root_actor_id, service_principal_credential_key_id, service_principal_credential_thumbprint,
		sign_in_identifier_type, token_protection_status_code, source_app_client_id`
	const want = "v1|true|v2|v3|v4|v5|v6|v7|v8|11|v24|v25|v28|v29|v30|v31|v32|v33|v40|v41|192.0.2.42|true|v43|v44|v45|v46|v47|v48|v49|v50|v51|v52|v53"
	// PowerShell, a diagnostic setting and Log Analytics have the same under other names.
	pascalled := nameOfMember.ReplaceAllStringFunc(record, func(name string) string { return `"` + strings.ToUpper(name[1:2]) + name[2:] })
	logged := strings.NewReplacer(`"AppliedConditionalAccessPolicies"`, `"ResultType":"0","AppDisplayName":"x","IPAddress":"192.0.2.1","ConditionalAccessPolicies"`, `"Id":"p"`, `"id":"p"`).Replace(pascalled)
	for reason, text := range map[string]string{
		"Graph":              record,
		"PowerShell":         pascalled,
		"diagnostic setting": `{"time":"2026-05-02T08:05:00Z","category":"SignInLogs","properties":` + record + `}`,
		"Log Analytics":      logged,
	} {
		c := load(t, write(t, "x.json", text))
		for _, ask := range []struct{ query, want string }{
			{"select " + signIns + " from sign_ins", want},
			{`select session_controls_not_satisfied, include_rules_satisfied, exclude_rules_satisfied, authentication_strength_id,
				authentication_strength, authentication_strength_result from sign_in_policies`, "v12|v13: v14|v15: v16|v17|v18|v19"},
			{"select string_agg(concat_ws('/', name, value, detail), ' ' order by property) from sign_in_details where sign_in_id = 's'",
				"v34/v35 v9/v10 v36/v37/v38, v39 v20/v21 v26/v27 v22/v23 v54/v55"},
		} {
			if got := strings.Join(c.ask(ask.query), " "); got != ask.want {
				t.Errorf("%s: %s\n got %s\nwant %s", reason, ask.query, got, ask.want)
			}
		}
	}
}

// TestPortalAndGraphWords: what the portal's CSV and Graph call by two names is one
// value, and a remark that is not about multifactor authentication is no result of it.
func TestPortalAndGraphWords(t *testing.T) {
	takesLong(t)
	t.Parallel()
	portal := func(issuer string) string {
		return "Date (UTC),Request ID,Username,Application,Status,IP address,Token issuer type\n" +
			"2026-10-01T08:00:00Z,r1,adele@contoso.com,Outlook,Success,192.0.2.1," + issuer + "\n"
	}
	graph := func(more string) string {
		return `{"id":"r1","createdDateTime":"2026-10-01T08:00:00Z","userPrincipalName":"adele@contoso.com","appDisplayName":"Outlook","ipAddress":"192.0.2.1",` + more + `}`
	}
	for _, test := range []struct{ name, text, want, reason string }{
		{"p.csv", portal("Azure AD"), "AzureAD|<nil>|<nil>", "the portal's older name"},
		{"p.csv", portal("Microsoft Entra ID"), "AzureAD|<nil>|<nil>", "its newer one"},
		{"p.csv", portal("AD Federation Services"), "ADFederationServices|<nil>|<nil>", "a federation server"},
		{"g.json", graph(`"tokenIssuerType":"AzureAD"`), "AzureAD|<nil>|<nil>", "Graph's"},
		{"g.json", graph(`"status":{"errorCode":50126,"additionalDetails":"The user didn't enter the right credentials."}`), "<nil>|<nil>|<nil>", "a wrong password"},
		{"g.json", graph(`"status":{"errorCode":0,"additionalDetails":"MFA requirement satisfied by claim in the token"}`), "<nil>|MFA requirement satisfied by claim in the token|<nil>", "a claim"},
		{"g.json", graph(`"status":{"errorCode":50074,"additionalDetails":"User needs to perform multi-factor authentication."}`), "<nil>|User needs to perform multi-factor authentication.|<nil>", "asked for it"},
		{"g.json", graph(`"clientAppUsed":"Unknown"`), "<nil>|<nil>|<nil>", "a client that the portal does not know may be any"},
		{"g.json", graph(`"clientAppUsed":"Browser"`), "<nil>|<nil>|false", "one that it knows"},
	} {
		t.Log(test.reason)
		load(t, write(t, test.name, test.text)).want("select token_issuer_type, mfa_result, is_legacy_auth from sign_ins", test.want)
	}
}
