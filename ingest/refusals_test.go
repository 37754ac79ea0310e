package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// ole is a file of older Office programs that has a stream of this name.
func ole(stream string) string {
	text := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 70_000)
	for _, c := range utf16.Encode([]rune(stream)) {
		text += string([]byte{byte(c), byte(c >> 8)})
	}
	return text + strings.Repeat("\x00", 600)
}

// TestRefusals: a file that is not read is called by its name, in one line, with what
// to do. Of each kind there are several.
func TestRefusals(t *testing.T) {
	const elsewhere = "entrail reads logs of Microsoft 365 and Entra ID only"
	record := audit("x", "Send")
	tests := []struct {
		text   string
		note   string // part of it
		reason string
	}{
		{"%PDF-1.7\n%\xe2\xe3", "a PDF document: export what it shows as CSV or JSON where it came from", "a report as PDF"},
		{"\x89PNG\r\n\x1a\n\x00\x00", "a picture (PNG)", "a screenshot"},
		{"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture (JPEG)", "a photograph"},
		{"ElfFile\x00\x00", "an event log of a Windows computer (EVTX)", "EVTX"},
		{"regf\x01\x00\x00\x00", "a registry hive", "NTUSER.DAT"},
		{"!BDN\x00\x00", "an Outlook data file (PST or OST)", "a mailbox"},
		{ole("__substg1.0_0037001F"), "a message of Outlook (MSG)", "a message"},
		{ole("EncryptedPackage"), "an Office file with a password, such as an Excel workbook: take the password off", "a workbook with a password; its name stands far behind"},
		{ole("WordDocument"), "a Word document of the old kind", "doc"},
		{ole("Workbook"), "an Excel workbook of the old kind, or one with a password: save its sheets as CSV UTF-8", "xls"},
		{"SQLite format 3\x00" + strings.Repeat("\x00", 200) + `CREATE TABLE "TenantDetails" ("objectType" TEXT), CREATE TABLE "ServicePrincipals"`, "ROADrecon's database", "roadrecon.db"},
		{"SQLite format 3\x00" + strings.Repeat("\x00", 200) + "CREATE TABLE urls (id)", "a SQLite database, which is not read here: write the table", "a browser's history"},
		{"\xfd7zXZ\x00\x00", "a xz archive", "xz"},
		{"PAR1\x15\x00", "a Parquet file", "Parquet"},
		{"MZ\x90\x00\x03", "a program of Windows", "a tool that lay in the folder"},
		{zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>", "META-INF/manifest.xml", "<x/>"), "an OpenDocument spreadsheet (ODS): save its sheets as CSV UTF-8, or as xlsx", "ODS: one line, not one for each file in it"},
		{zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>"), "an OpenDocument document", "ODT"},
		{zipped(t, "[Content_Types].xml", "<x/>", "word/document.xml", "<x/>"), "a Word document", "docx"},
		{"<?xml version=\"1.0\"?>\n<Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'/></Events>", "an event log of a Windows computer as XML", "Event Viewer's XML"},
		{"<!DOCTYPE html>\n<html><head><title>Sign in to your account</title>", "a page of a web site: download the export itself", "a sign-in page in place of the download"},
		{"<?xml version=\"1.0\"?><m:error xmlns:m=\"x\"><m:code>Forbidden</m:code><m:message xml:lang=\"en\">Not allowed.</m:message></m:error>", "an error that the API answered instead of records: Not allowed;", "an error as XML"},
		{"<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry/></feed>", "an answer of an API as XML (Atom): ask for JSON", "the reporting service"},
		{"<?xml version=\"1.0\"?>\n<a>1</a>", "an XML file", "any other"},
		{"\r\nRunspaceId   : 9\r\nRecordType   : SharePointFileOperation\r\nUserIds      : a@contoso.com\r\nAuditData    : " + record + "\r\nIsValid      : True\r\n", "as a list (Format-List)", "Format-List"},
		{utf16Text("\r\nName        : Zoom\r\nEnabled     : True\r\nDescription : If the message:\r\n              was received\r\n"), "as a list (Format-List)", "of another cmdlet, in UTF-16, with a value on two lines"},
		{"\r\nRecordType CreationDate UserIds\r\n---------- ------------ -------\r\nSharePo... 5/2/2026     a@contoso.com\r\n", "as a table (Format-Table), in which values are cut off", "Format-Table"},
		{"\r\nName                      Enabled Priority\r\n----                      ------- --------\r\n..                        True    1\r\n", "as a table (Format-Table)", "Format-Table of three short columns"},
		{"**********************\r\nWindows PowerShell transcript start\r\nStart time: 20260502100000\r\n**********************\r\n", "a transcript of a PowerShell session", "a transcript"},
		{"Received: from x by y\r\nFrom: a@contoso.com\r\nTo: b@contoso.com\r\nSubject: Invoice\r\n\r\nHello\r\n", "an e-mail message", "eml"},
		{"Return-Path: <a@contoso.com>\nX-Ms-Exchange-Organization-Scl: 1\nMIME-Version: 1.0\n", "an e-mail message", "the headers of one"},
		{"<134>May  2 10:01:00 fw CEF:0|Palo Alto Networks|PAN-OS|10|x|y|3|src=1.2.3.4\n", "a log in CEF of another product", "CEF behind a priority of syslog"},
		{"May  2 10:01:00 asa1 %ASA-6-302013: Built outbound TCP connection\n", "a log of a Cisco firewall", "Cisco"},
		{"date=2026-05-02 time=10:01:00 devname=\"fw\" devid=\"FG\" logid=\"0000000013\" type=\"traffic\"\n", "a log of a Fortinet firewall", "Fortinet"},
		{"203.0.113.5 - - [02/May/2026:10:01:00 +0000] \"GET / HTTP/1.1\" 200 5\n", "the access log of a web server", "nginx"},
		{"#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip\n2026-05-02 10:01:00 1.2.3.4\n", "a log of a server of Microsoft (W3C)", "IIS"},
		{"May  2 10:01:00 host sshd[411]: Accepted password for root\n", "a system log (syslog) of another product", "auth.log"},
		{"[{'CreationTime': '2026-05-02T10:01:00', 'Id': 'x', 'Operation': 'Send', 'RecordType': 2}]", "what Python prints of its objects, which is no JSON: write them with json.dumps", "print(records)"},
		{"{'id': 'x', 'createdDateTime': None}\n{'id': 'y', 'createdDateTime': None}\n", "what Python prints of its objects", "a line each"},
		{"\"Send\",\"5/2/2026 10:01:00 AM\",\"a@contoso.com\",\"x\"\r\n\"Send\",\"5/2/2026 10:02:00 AM\",\"b@contoso.com\",\"y\"\r\n", "a table without the line that names its columns", "a header that was cut off: a time and an address"},
		{"x,00000001-0000-4000-8000-000000000001,y\n", "a table without the line that names its columns", "a GUID"},
		{"[INFO] Running Get-UAL\r\n[WARNING] No logs\r\n", "what a program said while it ran, no export", "the run log of a collector: no list in JSON that was cut off"},
		{"[+] Connected\n[*] Dumping users\n", "what a program said while it ran", "and of another"},
		{"2026-05-02 10:01:00 INFO start\n2026-05-02 10:01:01 INFO connect\n2026-05-02 10:01:02 ERROR no access\n", "what a program said while it ran", "with times"},
		{"# what the portal writes\n\nDate (UTC),Request ID,Username,Application,Status,IP address\n\n# since 2024\nDate (UTC),Request ID,Username,Application,Status,IP address,Session ID\n", "a text, no export", "notes on columns, without a row of them"},
		{"or | bars | in | a | text\n", "a text, no export", "bars part no columns there"},
		{"dear diary\n", "a text, no export: its first line names no columns", "a text"},
		{"We looked at the mailbox, then at the rules, and found nothing strange there, as it seems\n", "a text, no export", "a sentence with commas"},
		{`{"error":{"code":"TooManyRequests","message":"Too Many Requests","innerError":{"date":"x"}}}`, "an error that the API answered instead of records: TooManyRequests: Too Many Requests; ask it again", "Graph"},
		{`{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215],"timestamp":"x","trace_id":"y"}`, "instead of records: invalid_client: AADSTS7000215: Invalid client secret provided;", "the token endpoint"},
		{`{"odata.error":{"code":"Request_BadRequest","message":{"lang":"en","value":"Bad request"}}}`, "instead of records: Request_BadRequest: Bad request;", "OData 3"},
		{`{"Message":"Authorization has been denied for this request."}`, "instead of records: Authorization has been denied for this request;", "the Management API"},
		{`{"statusCode":401,"message":"Unauthorized. Access token is missing or invalid."}`, "instead of records: Unauthorized. Access token is missing or invalid;", "a gateway"},
		{`{"message":"user added","host":"a","severity":"info"}`, `no known export has the keys "message", "host", "severity"`, "a log that has a message, too"},
		{`{"Records":[{"eventVersion":"1.08","userIdentity":{},"eventTime":"x","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1"}]}`, "a log of AWS CloudTrail: " + elsewhere, "CloudTrail's file"},
		{`{"kind":"admin#reports#activity","id":{"time":"x","applicationName":"login"},"etag":"e","actor":{"email":"a@x.y"},"events":[{"name":"login_success"}]}`, "a log of Google Workspace: " + elsewhere, "Google"},
		{"Date,Event,Description,Actor,IP address\nx,y,z,a,b\n", "a log of Google Workspace", "Google's admin console as CSV"},
		{`[{"actor":{"id":"x"},"eventType":"user.session.start","displayMessage":"User login","outcome":{"result":"SUCCESS"},"published":"x","uuid":"y"}]`, "a log of Okta", "Okta"},
		{"Timestamp,DeviceId,DeviceName,ActionType,FileName,ReportId\n1,2,3,4,5,6\n", "a table of Defender for Endpoint", "advanced hunting"},
		{"src_ip,src_port,dest_ip,dest_port,action\n1,2,3,4,5\n", "a log of a firewall or a network sensor", "a firewall's CSV"},
		{`{"id":"x","displayName":"y","createdDateTime":"2024-05-02T08:01:11Z","state":"on"}`, `no known export has the keys "id", "displayName", "createdDateTime", "state"`, "it shares names with sign-ins, and is not near them"},
		{`{"time":"2026-05-23T08:01:11Z","category":"B2CRequestLogs","operationName":"x","properties":{"id":"y"}}`, "the requests to the gateway of Azure AD B2C (B2CRequestLogs), which name no user", "a diagnostic setting's"},
		{"AADTenantId,TimeGenerated [UTC],OperationName,ResultSignature,CallerIpAddress,Type\nt,x,y,200,hash,AADB2CRequestLogs\n", "the requests to the gateway of Azure AD B2C", "the same in Log Analytics"},
		{"TimeStamp,User,Action,SessionId,ClientIP,OperationCount\n1,2,3,4,5,6\n", "worked out from the unified audit log (Get-Sessions), which is no log", "what a collector made of a log"},
		{"Timestamp,User,IPaddress,SessionID,InternetMessageId,SizeInBytes\n1,2,3,4,5,6\n", "worked out from the unified audit log (Get-MessageIDs)", "another"},
		{`[{"Name":"x","ConnectorType":"OnPremises","SenderDomains":["smtp:*;1"]}]`, "a list of Exchange's connectors, which is no log", "Get-InboundConnector"},
		{"Identity,AutoReplyState,InternalMessage\na,b,c\n", "a list of automatic replies", "Get-MailboxAutoReplyConfiguration"},
		{"FriendlyName,DeviceId,DeviceModel,FirstSyncTime\na,b,c,d\n", "a list of the phones", "Get-MobileDevice"},
		{"MessageTraceId,Date,Event,Action,Detail,Data\n1,2,3,4,5,6\n", "what happened to single messages on their way", "Get-MessageTraceDetail"},
		{"Receive Time,Serial #,Type,Threat/Content Type\n1,2,3,4\n", "a log of a Palo Alto firewall", "with the serial number under a sign"},
		{"<?xml version=\"1.0\"?>\n<SearchResults><Event MailboxGuid=\"g\" Operation=\"SoftDelete\"/></SearchResults>", "the mailbox audit log as XML (New-MailboxAuditLogSearch): run Search-MailboxAuditLog", "an older case's"},
		{"<SearchResults><Event Caller=\"a\" Cmdlet=\"New-InboxRule\"/></SearchResults>", "the Exchange admin audit log as XML", "another"},
		{"Get-MgAuditLogSignIn : no license\r\nStatus: 403 (Forbidden)\r\nErrorCode: x\r\nAt line:1 char:1\r\n", "an error that PowerShell showed in place of a result", "what a redirected command said"},
		{"[InternetShortcut]\r\nURL=https://x/\r\n", "the settings of a program or a link to a page (INI), no log", "a link: no list in JSON that was cut off"},
		{`{"message":"[{\"Id\":\"x\"},{\"Id\":\"y\"}]"}`, `no known export has the keys "message"`, "records in a text: no error of an API"},
		{"- CreationTime: 2026-05-23T08:01:11\n  Id: y1\n  Operation: Send\n", "a text as YAML: write it as JSON", "YAML"},
		{"---\nCreationTime: 2026-05-23T08:01:11\n", "a text as YAML", "YAML with its mark"},
		{"d41d8cd98f00b204e9800998ecf8427e  ual.csv\nd41d8cd98f00b204e9800998ecf8427e *x.csv\n", "a list of checksums, no log", "md5sum"},
		{"Algorithm,Hash,Path\nSHA256,ABC,x\n", "a list of checksums (Get-FileHash)", "PowerShell's"},
		{`{"messages":[{"type":"FATAL","text":"Error in 'search' command"}]}`, "instead of records: FATAL: Error in 'search' command; ask", "Splunk"},
		{`{"error":{"root_cause":[{"type":"x","reason":"y"}],"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}`, "instead of records: index_not_found_exception: no such index [x]; ask", "Elasticsearch"},
		{`<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><s:Fault><faultstring>Access denied</faultstring></s:Fault></s:Body></s:Envelope>`, "instead of records: Access denied; ask", "SOAP"},
		{`{"responses":[{"id":"1","status":403,"body":{"error":{"code":"Forbidden","message":"No"}}}]}`, "instead of records: Forbidden: No; ask", "all of Graph's replies failed"},
		{`[{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired"}}]`, "instead of records: InvalidAuthenticationToken: Access token has expired; ask", "in a list"},
		{`{"value":[{"id":"m","receivedDateTime":"2026-05-23T08:01:11Z","subject":"Hi","internetMessageId":"<a>","toRecipients":[]}]}`, "a list of the messages in a mailbox, which is no log", "Graph's messages"},
		{`[{"contentUri":"https://x","contentId":"y","contentType":"Audit.Exchange","contentCreated":"x"}]`, "a list of what the Management API has to fetch", "before the content was fetched"},
		{`[{"contentType":"Audit.Exchange","status":"enabled","webhook":null}]`, "a list of subscriptions to the Management API", "and before that"},
		{"RunspaceId,MailboxGuid,MailboxResolvedOwnerName,LastAccessed,Identity\nr,g,Adele,5/23/2026 8:01:11 AM,x\n", "without these (Search-MailboxAuditLog without -ShowDetails)", "a search of mailboxes without what was done"},
		{"Timestamp,AccountObjectId,AccountUpn,IsAccountEnabled\n1,2,3,4\n", "Defender's table IdentityInfo, which is not read", "advanced hunting: users"},
		{"Level,Date and Time,Source,Event ID,Task Category\nInformation,1,Security,4624,Logon\n", "an event log of a Windows computer", "Event Viewer's CSV"},
		{`{"kind":"admin#reports#activities","items":[{"kind":"x"}]}`, "an answer of an API of Google", "a page of Google's"},
		{"\r\nBenutzername : adele\r\nErstellt     : 23.05.2026 08:01:11\r\nVorgang      : Send\r\n", "as a list (Format-List)", "Format-List in German"},
		{"RecordType CreationDate UserIds\n---------- ------------ -------\nExchange   5/23/2026    adele…\n", "as a table (Format-Table), in which values are cut off", "Format-Table of PowerShell 7, with its own dots"},
		{`{"riskEventType":"x","id":"y"}`, `risk detections would also need "detectedDateTime"`, "near: the hint stays"},
	}
	folder := t.TempDir()
	for i, tt := range tests {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d", i)), []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	notes := c.ask("select if(format is null, coalesce(note, ''), 'is read as ' || format) from files order by path")
	if len(notes) != len(tests) || len(c.warned) != len(tests) || c.summary.Unrecognised != len(tests) {
		t.Fatalf("%d notes and %d warnings of %d files: %+v", len(notes), len(c.warned), len(tests), c.summary)
	}
	for i, tt := range tests {
		if got := notes[i]; !strings.HasPrefix(got, "not recognised: ") || !strings.Contains(got, tt.note) || strings.Contains(got, "would also need") != strings.Contains(tt.note, "would also need") {
			t.Errorf("%s:\n got %q\nwant %q", tt.reason, got, tt.note)
		}
	}
}

// TestRefusalsNearMisses: what looks like something that is refused, and is a log.
func TestRefusalsNearMisses(t *testing.T) {
	t.Parallel()
	good := audit("x", "Send")
	for i, tt := range []struct{ text, reason string }{
		{"[" + signIn("s1", `"userDisplayName":"{'a': 'b'}"`) + "]", "Python's quotes in a value"},
		{"[*] Getting the log\n" + good + "\n", "lines of a program before it"},
		{"#TYPE System.Object\r\n" + auditCSV(good), "a type before the header"},
	} {
		c := load(t, write(t, fmt.Sprint(i), tt.text))
		if got := c.ask("select loaded from files")[0]; got != "1" {
			t.Errorf("%s: %s loaded; %q", tt.reason, got, c.ask("select note from files"))
		}
	}
}

// utf16Text is a text as Out-File of Windows PowerShell writes it.
func utf16Text(text string) string {
	out := []byte{0xff, 0xfe}
	for _, c := range utf16.Encode([]rune(text)) {
		out = append(out, byte(c), byte(c>>8))
	}
	return string(out)
}
