package ingest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/scan"
)

// What lies in an evidence folder and is no log in a form that is read: so that the
// refusal calls the file by its name, and says what to do. Objects that are no log
// are in others.go, by the names that their records have.

const (
	asText    = "export what it shows as CSV or JSON where it came from"
	asGraph   = "export it as JSON, from Graph or with ConvertTo-Json -Depth 10"
	noneOfIts = "entrail reads logs of Microsoft 365 and Entra ID only"
)

// signatures are what files begin with that are no text, at a distance in bytes.
var signatures = []struct {
	at          int
	start, what string
}{
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive, which can't be opened here: unpack it, with its password if it has one, and give the files"},
	{0, "Rar!\x1a\x07", "a rar archive, which can't be opened here: unpack it, with its password if it has one, and give the files"},
	{0, "\xfd7zXZ\x00", "a xz archive, which can't be opened here: unpack it, with its password if it has one, and give the files"},
	{0, "MSCF\x00\x00\x00\x00", "a cab archive, which can't be opened here: unpack it and give the files"},
	{0, "\x04\x22\x4d\x18", "a lz4 archive, which can't be opened here: unpack it and give the files"},
	{257, "ustar", "a tar archive in another file: unpack it and give the files"},
	{0, "%PDF-", "a PDF document: " + asText},
	{0, "{\\rtf", "a text of a word processor (RTF): " + asText},
	{0, "\x89PNG\r\n", "a picture (PNG): " + asText},
	{0, "\xff\xd8\xff", "a picture (JPEG): " + asText},
	{0, "GIF8", "a picture (GIF): " + asText},
	{0, "II*\x00", "a picture (TIFF): " + asText},
	{0, "MM\x00*", "a picture (TIFF): " + asText},
	{8, "WEBP", "a picture (WebP): " + asText},
	{4, "ftyphei", "a picture (HEIC): " + asText},
	{4, "ftyp", "a film (MP4): " + asText},
	{0, "ElfFile\x00", "an event log of a Windows computer (EVTX), which is not read here: " + noneOfIts},
	{0, "regf", "a registry hive of a Windows computer, which is not read here: " + noneOfIts},
	{0, "!BDN", "an Outlook data file (PST or OST), which is mail and no log: its messages are not read here"},
	{0, "PAR1", "a Parquet file that no case as Parquet holds: give the folder that entrail -f parquet wrote, with its schema.json; write what another program made as JSON lines"},
	{0, "Obj\x01", "an Avro file, which is not read here: write it as JSON lines"},
	{8, "DUCK", "a DuckDB database: give a case of entrail with --db, and another as JSON lines"},
	{0, "EVF\x09\x0d\x0a\xff", "an image of a disk (EWF), which is not read here: give the exports themselves"},
	{0, "\xd4\xc3\xb2\xa1", "a capture of network packets, which is not read here: " + noneOfIts},
	{0, "\x0a\x0d\x0d\x0a", "a capture of network packets, which is not read here: " + noneOfIts},
	{0, "MZ", "a program of Windows, no log"},
	{0, "\x7fELF", "a program, no log"},
}

// binaryKind says what a file of these first bytes is that is no text; "" for another.
func binaryKind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		if bytes.Contains(head, []byte("TenantDetail")) && bytes.Contains(head, []byte("ServicePrincipal")) {
			return "ROADrecon's database, which is not read here: export users, applications and grants as JSON, with Graph or with Get-Mg... | ConvertTo-Json -Depth 10"
		}
		return "a SQLite database, which is not read here: write the table that holds the log as CSV or JSON"
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return oleKind(head)
	}
	for _, s := range signatures {
		if len(head) >= s.at && bytes.HasPrefix(head[s.at:], []byte(s.start)) {
			return s.what
		}
	}
	return ""
}

// oleKind tells files of older Office programs apart, by the names of the streams in them.
func oleKind(head []byte) string {
	has := func(stream string) bool {
		var wide []byte
		for _, c := range []byte(stream) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(head, wide)
	}
	switch {
	case has("EncryptedPackage"):
		return "an Office file with a password, such as an Excel workbook: take the password off, or save its sheets as CSV UTF-8"
	case has("__substg1.0_"):
		return "a message of Outlook (MSG), which is no log: messages are not read here"
	case has("WordDocument"):
		return "a Word document of the old kind: " + asText
	case has("PowerPoint Document"):
		return "a PowerPoint presentation of the old kind: " + asText
	}
	return "an Excel workbook of the old kind, or one with a password: save its sheets as CSV UTF-8"
}

// documentKind says what a zip archive is that is one document, by its members; "" for
// another archive, and for a workbook.
func documentKind(members []*zip.File) string {
	if len(members) > 0 && members[0].Name == "mimetype" {
		f, err := members[0].Open()
		if err != nil {
			return ""
		}
		defer f.Close()
		head := make([]byte, 100)
		n, _ := f.Read(head)
		mime := string(head[:n])
		switch {
		case strings.Contains(mime, "opendocument.spreadsheet"):
			return "an OpenDocument spreadsheet (ODS): save its sheets as CSV UTF-8, or as xlsx"
		case strings.Contains(mime, "opendocument"):
			return "an OpenDocument document: " + asText
		case strings.Contains(mime, "epub"):
			return "a book (EPUB), no log"
		}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(members, func(m *zip.File) bool { return strings.HasPrefix(m.Name, name) })
	}
	switch {
	case !has("[Content_Types].xml"):
		return ""
	case has("word/document"):
		return "a Word document: " + asText
	case has("ppt/presentation"):
		return "a PowerPoint presentation: " + asText
	case has("visio/document"):
		return "a Visio drawing: " + asText
	}
	return ""
}

// textKind says what a text of this beginning is that is neither JSON nor CSV; "" for nothing known.
func textKind(head []byte) string {
	head = bytes.TrimLeft(head[:min(len(head), 1<<16)], " \t\r\n")
	if len(head) > 1 && head[0] == '<' && (head[1] == '?' || head[1] == '!' || head[1] >= 'A') {
		return xmlKind(string(head))
	}
	var lines []string
	for line := range strings.Lines(string(head)) {
		if line = strings.TrimRight(line, "\r\n\t "); line != "" && len(lines) < 60 {
			lines = append(lines, line)
		}
	}
	for _, k := range []struct {
		is   func(lines []string) bool
		what string
	}{
		{isTranscript, "a transcript of a PowerShell session: run the command again and send its result to Export-Csv or ConvertTo-Json -Depth 10"},
		{matching(1, `^(At line:\d+ char:\d+|\s*\+ (CategoryInfo|FullyQualifiedErrorId)\s*:|Status: [45]\d\d \()`), "an error that PowerShell showed in place of a result: run the command again, with the rights that it asks for"},
		{isPropertyList, "the output of PowerShell as a list (Format-List), made to be looked at: run the command again and send its result to Export-Csv or ConvertTo-Json -Depth 10 instead"},
		{isPrintedTable, "the output of PowerShell as a table (Format-Table), in which values are cut off: run the command again and send its result to Export-Csv or ConvertTo-Json -Depth 10 instead"},
		{matching(2, `^(Received|Return-Path|Delivered-To|From|To|Cc|Subject|Date|Message-I[dD]|MIME-Version|Content-Type|X-[\w-]+|ARC-[\w-]+|DKIM-Signature|Authentication-Results|Received-SPF): `), "an e-mail message, which is no log: messages are not read here"},
		{matching(3, `^(\[?\d{4}-\d\d-\d\d[T ][\d:.,]+Z?\]?|=== )[\s:-]*\[?(INFO|WARN|WARNING|ERROR|DEBUG|ACTION)?\b`), "what a program said while it ran, no export"},
		{matching(1, `^(<\d{1,3}>)?.{0,80}\bCEF:\d\|`), "a log in CEF of another product: " + noneOfIts},
		{matching(1, `^(<\d{1,3}>)?.{0,80}\bLEEF:\d`), "a log in LEEF of another product: " + noneOfIts},
		{matching(1, `%(ASA|FTD|PIX)-\d-\d+:`), "a log of a Cisco firewall: " + noneOfIts},
		{matching(1, `\bdevname="?\S+.* (logid|devid)=|\bdate=\S+ time=\S+ (devname|logid)=`), "a log of a Fortinet firewall: " + noneOfIts},
		{matching(1, `^\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:`), "the access log of a web server: " + noneOfIts},
		{matching(1, `^#(Software|Fields): `), "a log of a server of Microsoft (W3C), such as IIS or Exchange on premises: " + noneOfIts},
		{matching(1, `^[0-9a-fA-F]{32,128} [ *]\S`), "a list of checksums, no log"},
		{matching(1, `^( *- [A-Za-z_]+: \S|---$)`), "a text as YAML: write it as JSON"},
		{matching(1, `^#separator `), "a log of Zeek: " + noneOfIts},
		{matching(1, `^(<\d{1,3}>)?(\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+\S*) \S+ [\w./-]+(\[\d+\])?: [^{]*$`), "a system log (syslog) of another product: " + noneOfIts},
	} {
		if k.is(lines) {
			return k.what
		}
	}
	return ""
}

// matching tells whether so many lines match the expression.
func matching(least int, expression string) func([]string) bool {
	re := regexp.MustCompile(expression)
	return func(lines []string) bool {
		n := 0
		for _, line := range lines[:min(len(lines), 8)] {
			if re.MatchString(line[:min(len(line), 2000)]) {
				n++
			}
		}
		return n >= least
	}
}

func isTranscript(lines []string) bool {
	return len(lines) > 1 && strings.Trim(lines[0], "*") == "" && strings.Contains(lines[1], "PowerShell transcript start")
}

var property = regexp.MustCompile(`^[\pL@_][\pL\d@_.() -]{0,60}?[ ]*: ?`)

// isPropertyList recognises names with a colon below one another at one place.
func isPropertyList(lines []string) bool {
	places := map[int]int{}
	for _, line := range lines {
		at := strings.Index(line, " : ")
		if at < 0 && strings.HasSuffix(line, " :") {
			at = len(line) - len(" :")
		}
		if at > 0 && property.MatchString(line) {
			places[at]++
		}
	}
	most := 0
	for _, n := range places {
		most = max(most, n)
	}
	return most >= 3 && len(lines) > 0 && property.MatchString(lines[0])
}

var dashes = regexp.MustCompile(`^ *-+( +-+)*$`)

// isPrintedTable recognises a line of dashes below one of names.
func isPrintedTable(lines []string) bool {
	return len(lines) > 1 && dashes.MatchString(lines[1]) && strings.Contains(lines[1], "--") && !dashes.MatchString(lines[0])
}

var errorText = regexp.MustCompile(`(?is)<(?:\w+:)?(?:message|faultstring|text)[^>]*>\s*([^<]{1,300})`)

// xmlKind says what a text is that begins with a tag.
func xmlKind(head string) string {
	lower := strings.ToLower(head)
	switch {
	case strings.Contains(lower, "<html") || strings.Contains(lower, "<!doctype html"):
		return "a page of a web site: download the export itself, and not the page that shows it"
	case strings.Contains(lower, "schemas.microsoft.com/win/2004/08/events"):
		return "an event log of a Windows computer as XML, which is not read here: " + noneOfIts
	case strings.Contains(lower, "urn:schemas-microsoft-com:office:spreadsheet"):
		return "a spreadsheet as XML: save its sheets as CSV UTF-8, or as xlsx"
	case strings.Contains(lower, "<searchresults") && strings.Contains(lower, "mailboxguid="):
		return "the mailbox audit log as XML (New-MailboxAuditLogSearch): run Search-MailboxAuditLog -ShowDetails and send its result to Export-Csv"
	case strings.Contains(lower, "<searchresults") && strings.Contains(lower, "cmdlet="):
		return "the Exchange admin audit log as XML (New-AdminAuditLogSearch): run Search-AdminAuditLog and send its result to ConvertTo-Json -Depth 10"
	case strings.Contains(lower, "<svg"):
		return "a picture (SVG): " + asText
	case regexp.MustCompile(`<(\w+:)?(error|fault)[ >]`).MatchString(lower):
		if m := errorText.FindStringSubmatch(head); m != nil {
			return apiErrorOf("", strings.TrimSpace(m[1]))
		}
	case strings.Contains(lower, "<feed") || strings.Contains(lower, "<entry"):
		return "an answer of an API as XML (Atom): ask for JSON, with the header Accept: application/json"
	}
	return "an XML file: " + asGraph
}

// apiErrorOf is the refusal of an error answer.
func apiErrorOf(code, message string) string {
	return fmt.Sprintf("an error that the API answered instead of records: %s; ask it again for what should be here",
		strings.TrimSuffix(strings.Trim(code+": "+string(scan.Excerpt([]byte(message))), ": "), "."))
}

// apiError is the refusal of an error answer of Graph, the Management API, the sign-in
// service or Log Analytics, "" for another object: a script has saved it as if it were a page.
func apiError(text []byte) string {
	if len(text) > 1<<14 {
		return ""
	}
	var answer map[string]json.RawMessage
	if json.Unmarshal(text, &answer) != nil {
		return ""
	}
	member := func(object map[string]json.RawMessage, name string) (value json.RawMessage) {
		for n, v := range object {
			if strings.EqualFold(n, name) {
				value = v
			}
		}
		return value
	}
	words := func(value json.RawMessage) (text string) {
		var worded struct{ Value string }
		if json.Unmarshal(value, &text) != nil && json.Unmarshal(value, &worded) == nil {
			text = worded.Value // OData before version 4
		}
		return text
	}
	if body := member(answer, "body"); body != nil && member(answer, "status") != nil { // one of several replies
		return apiError(body)
	}
	for _, name := range []string{"error", "odata.error"} {
		inner := member(answer, name)
		if inner == nil {
			continue
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(inner, &object) == nil {
			code := cmp.Or(words(member(object, "code")), words(member(object, "type"))) // the second is Elasticsearch's
			message := cmp.Or(words(member(object, "message")), words(member(object, "reason")))
			if code != "" || message != "" {
				return apiErrorOf(code, message)
			}
		}
		if description := words(member(answer, "error_description")); description != "" {
			return apiErrorOf(words(inner), description)
		}
	}
	var said []struct{ Type, Text string } // by Splunk
	if json.Unmarshal(member(answer, "messages"), &said) == nil && len(said) > 0 && (said[0].Type == "FATAL" || said[0].Type == "ERROR") {
		return apiErrorOf(said[0].Type, said[0].Text)
	}
	message := words(member(answer, "message"))
	for name := range answer {
		if !slices.Contains([]string{"message", "statuscode", "status", "code", "details", "requestid", "activityid", "timestamp"}, strings.ToLower(name)) {
			return ""
		}
	}
	if message == "" || message[0] == '{' || message[0] == '[' {
		return ""
	}
	return apiErrorOf(words(member(answer, "code")), message)
}

// settings recognises the settings of a program, whose sections are named in brackets, as a list in JSON is not:
// [InternetShortcut], [Desktop Entry]
var settings = regexp.MustCompile(`^\s*\[[A-Za-z.][\w ./:-]*\]\s*\n\s*[\w.-]+ ?=`)

// pythonPrint recognises what Python prints of its objects: quotes that JSON does not have.
var pythonPrint = regexp.MustCompile(`^\s*[\[{]\s*\{?\s*'[^'\n]*': `)

// runLog recognises the lines of a program that tells what it does, which begin as a list in JSON does:
// [INFO] ..., [+] ..., [2026-05-02 10:01:00] ...
var runLog = regexp.MustCompile(`^\s*\[(INFO|WARN|WARNING|ERROR|DEBUG|TRACE|ALERT|ACTION|[-+*!?]|\d{4}-\d\d-\d\d[T ][\d:., ]+Z?|\d\d:\d\d:\d\d)\] `)

// Values that no column is called by.
var valueShapes = []*regexp.Regexp{
	regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`),
	regexp.MustCompile(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d`),
	regexp.MustCompile(`^\d{1,2}[/.]\d{1,2}[/.]\d{4},? \d{1,2}:\d\d`),
	regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}$`),
	regexp.MustCompile(`^\d{1,3}(\.\d{1,3}){3}(:\d+)?$`),
	regexp.MustCompile(`^\{"`),
}

// isValues tells whether the cells of a first line are a record, and no names of columns.
func isValues(cells []string) bool {
	return len(cells) > 1 && slices.ContainsFunc(cells, func(cell string) bool {
		return slices.ContainsFunc(valueShapes, func(shape *regexp.Regexp) bool { return shape.MatchString(cell) })
	})
}

// isProse tells whether the cells of a first line are pieces of a text, and no names of columns.
func isProse(cells []string) bool {
	words, longest := 0, 0
	for _, cell := range cells {
		n := len(strings.Fields(cell))
		words += n
		longest = max(longest, n)
	}
	return len(cells) == 1 || longest > 6 || words >= 12 && words > 3*len(cells)
}
