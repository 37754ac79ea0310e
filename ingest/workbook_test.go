package ingest

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"entrail/testdata/tenant"
)

// workbook saves sheets, in the order of their names, as Excel would.
func workbook(t *testing.T, name string, sheets map[string][][]any) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for _, sheet := range []string{"Sheet1", "Sheet2", "Sheet3"} {
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, row := range sheets[sheet] {
			if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), name)
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWorkbook saves the sample tenant's CSV in a workbook, and wants of it
// what it wants of the CSV.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, table string
		write       func(io.Writer) error
	}{
		{"InteractiveSignIns", "sign_ins", func(w io.Writer) error {
			return tenant.WritePortalCSV(w, 57, sample.SignIns(tenant.Interactive))
		}},
		{"AuditLog", "audit_events", func(w io.Writer) error { return tenant.WriteCmdletCSV(w, 10, sample.AuditEvents()) }},
	} {
		text := exported(t, test.name+".csv", test.write)
		f, err := os.Open(text)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var cells [][]any
		for _, row := range rows {
			var line []any
			for _, cell := range row {
				line = append(line, cell)
			}
			cells = append(cells, line)
		}
		all := "select columns(c -> c not in ('file_id')) from " + test.table + " order by record"
		want := load(t, text).ask(all)
		c := load(t, workbook(t, test.name+".xlsx", map[string][][]any{"Sheet1": cells}))
		if got := c.ask(all); len(want) < 20 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %d rows of the workbook differ from %d of the CSV", test.name, len(got), len(want))
		}
		c.want("select records, loaded, encoding from files", fmt.Sprintf("%d|%d|xlsx", len(want), len(want)))
	}
}

func TestWorkbookSheets(t *testing.T) {
	header := []any{"CreatedDateTime", "UserPrincipalName", "AppDisplayName", "IsInteractive", "Browser"}
	c := load(t, workbook(t, "case.xlsx", map[string][][]any{
		// 45994.3069444444 is LibreOffice's number of 2025-12-03 07:22.
		"Sheet1": {header, {45994.3069444444, "adele@contoso.com", "Teams", true}, {nil}, {45994.5, "megan@contoso.com", "Teams", false, "Edge"}},
		"Sheet2": {{"To do"}, {"call Megan"}},
		"Sheet3": {header, {"2025-12-04T00:00:01Z", "alex@contoso.com", "Teams"}, {"2025-12-04T00:00:02Z", "alex@contoso.com", "Teams", "", "", "more"}},
	}))
	c.want("select record, event_time, user_principal_name, category, browser from sign_ins order by record",
		"1|2025-12-03 07:22:00|adele@contoso.com|interactive|<nil>",
		"2|2025-12-03 12:00:00|megan@contoso.com|non_interactive|Edge",
		"3|2025-12-04 00:00:01|alex@contoso.com|<nil>|<nil>")
	c.want(accounts, "graph_sign_ins|4|3|0|1")
	c.want("select record, reason from rejects", "4|6 cells, the header has 5: an unquoted value holds the delimiter")
	c.want("select note from files", `times stand as Excel's numbers and were read as UTC; read from sheet "Sheet1" of an Excel workbook; read from sheet "Sheet3" of an Excel workbook; not read: sheet "Sheet2": a text, no export: its first line names no columns`)
}

func TestWorkbookNearMisses(t *testing.T) {
	plain, err := os.ReadFile(workbook(t, "x.xlsx", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, text, note, reason string }{
		{"empty.xlsx", string(plain), "not recognised: an Excel workbook without a log", "no rows"},
		{"old.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "not recognised: an Excel workbook of the old kind, or one with a password: save its sheets as CSV UTF-8", "not a zip"},
	} {
		c := load(t, write(t, test.name, test.text))
		if got := c.ask("select format, note from files"); got[0] != "<nil>|"+test.note {
			t.Errorf("%s: %q", test.reason, got)
		}
	}
}

// rawWorkbook writes a workbook with one sheet as these texts.
func rawWorkbook(t *testing.T, sheet, strings string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bad.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	for _, m := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + main + `" xmlns:r="` + relations + `"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="` + relations + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet xmlns="` + main + `"><sheetData>` + sheet + `</sheetData></worksheet>`},
		{"xl/sharedStrings.xml", strings},
	} {
		w, err := z.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, m.text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWorkbookToDoHarm has workbooks beside a log. Each is named, what it holds before
// the harm is read, and so is the log.
func TestWorkbookToDoHarm(t *testing.T) {
	takesLong(t)
	cell := func(at, text string) string {
		return `<c r="` + at + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	const table = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	rows := `<row r="1">` + cell("A1", "CreatedDateTime") + cell("B1", "UserPrincipalName") + cell("C1", "AppDisplayName") + `</row>` +
		`<row r="2">` + cell("A2", "2026-10-01T08:00:00Z") + cell("B2", "adele@contoso.com") + cell("C2", "Teams") + `</row>`
	for _, test := range []struct {
		reason, sheet, strings string
		records                int
		part                   string // of the note
	}{
		{"a workbook as it should be", rows, table + "</sst>", 1, "read from sheet"},
		{"a shared string of a number that is none", rows + `<row r="3"><c r="A3" t="s"><v>-1</v></c></row>`, table + "<si><t>x</t></si></sst>", 1, "made to do harm"},
		{"a column that Excel does not have", rows + `<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>`, table + "</sst>", 1, "made to do harm"},
		{"a row that Excel does not have", rows + `<row r="999999999"><c r="A999999999"><v>1</v></c></row>`, table + "</sst>", 1, "made to do harm"},
		{"a row below the first", rows + `<row r="-5"><c r="A-5"><v>1</v></c></row>`, table + "</sst>", 0, "made to do harm"},
		{"entities", rows + `<row r="3"><c r="A3" t="s"><v>0</v></c></row>`, `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>` + table + "<si><t>&x;</t></si></sst>", 0, "made to do harm"},
		{"XML that ends in the middle of a row", rows + `<row r="3">` + cell("A3", "2026-10-01T08:00:01Z") + `<c r="B3" t="inlineStr"><is><t>&x;`, table + "</sst>", 2, "1 row was not read, or not to its end: the XML of the workbook is damaged"},
		{"a row that is no XML, and one behind it", rows + `<row r="3"><c r="A3" t="inlineStr"><is><t>a & b</t></is></c></row><row r="4">` + cell("A4", "2026-10-01T08:00:01Z") + cell("B4", "a@b.c") + cell("C4", "x") + `</row>`, table + "</sst>", 1, "1 row was not read, or not to its end: the XML of the workbook is damaged"},
		{"empty rows between others", strings.Replace(rows, `"2"`, `"7"`, 1), table + "</sst>", 1, "read from sheet"},
		{"a header as wide as Excel", `<row r="1">` + cell("A1", "CreatedDateTime") + cell("XFD1", "x") + `</row>`, table + "</sst>", 0, "a header of 16384 columns"},
		{"a cell in the last column", rows + `<row r="3">` + cell("XFD3", "x") + `</row>`, table + "</sst>", 2, "read from sheet"},
		{"one string of 40 MB, well packed", rows, table + "<si><t>" + strings.Repeat("a", 40<<20) + "</t></si></sst>", 0, "unpacks to more than 200 times its size"},
	} {
		c := load(t, rawWorkbook(t, test.sheet, test.strings), write(t, "good.json", signIn("s1")))
		if got := c.ask("select records from files where path like '%.xlsx'")[0]; got != fmt.Sprint(test.records) {
			t.Errorf("%s: %s records, want %d", test.reason, got, test.records)
		}
		c.want("select loaded from files where path like '%good.json'", "1")
		if note := c.ask("select note from files where path like '%.xlsx'"); !strings.Contains(note[0], test.part) {
			t.Errorf("%s: the note is %q, want %q in it", test.reason, note[0], test.part)
		}
		if isWhole := test.part == "read from sheet" && test.records == 1; c.summary.Complete() != isWhole {
			t.Errorf("%s: %+v", test.reason, c.summary)
		}
	}
}

// TestLongestText counts between the tags, over the parts that are read at once.
func TestLongestText(t *testing.T) {
	path := rawWorkbook(t, "", "<a>xy</a><b>"+strings.Repeat("z", 100_000)+"</b>")
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, m := range z.File {
		if m.Name != "xl/sharedStrings.xml" {
			continue
		}
		if n, err := longestText(m); n != 100_000+len("b>") || err != nil {
			t.Errorf("the longest text has %d bytes, %v", n, err)
		}
	}
}

// TestWorkbookDatesTwice: the order of the dates in records within cells, and of those in cells
// beside them, is looked for in the sheet, not in the workbook around it.
func TestWorkbookDatesTwice(t *testing.T) {
	t.Parallel()
	record := func(id, date string) string {
		return strings.Replace(audit(id, "Send"), "2026-10-01T08:00:00", date, 1)
	}
	c := load(t, workbook(t, "x.xlsx", map[string][][]any{"Sheet1": {
		{"Timestamp", "ActionType", "Application", "AccountObjectId", "ActivityType", "RawEventData"},
		{"13/10/2026 08:00:00", "x", "y", "z", "Basic", record("a", "2/10/2026 8:00:00")},
		{"3/10/2026 08:00:00", "x", "y", "z", "Basic", ""},
		{"13/10/2026 08:00:00", "x", "y", "z", "Basic", record("b", "14/10/2026 8:00:00")},
	}}))
	c.want("select id, event_time from audit_events where id in ('a', 'b') order by id", "a|2026-10-02 08:00:00", "b|2026-10-14 08:00:00")
	c.want("select records, loaded, rejected from files", "3|3|0")
}

// TestWorkbookDatesOfSheets: dates in the cells of one sheet say nothing about those of
// another, and of each it is said how they were read.
func TestWorkbookDatesOfSheets(t *testing.T) {
	t.Parallel()
	sheet := func(id, first, second string) [][]any {
		rows := [][]any{{"Timestamp", "ActionType", "Application", "AccountObjectId", "ActivityType", "RawEventData"}}
		for i, date := range []string{first, second} {
			record := strings.Replace(audit(fmt.Sprint(id, i), "Send"), "2026-10-01T08:00:00", date, 1)
			rows = append(rows, []any{"2026-10-20T08:00:00Z", "x", "y", "z", "Basic", record})
		}
		return rows
	}
	c := load(t, workbook(t, "x.xlsx", map[string][][]any{
		"Sheet1": sheet("a", "2/10/2026 8:00:00", "14/10/2026 8:00:00"),
		"Sheet2": sheet("b", "10/3/2026 8:00:00", "10/15/2026 8:00:00"),
	}))
	c.want("select id, event_time from audit_events order by id",
		"a0|2026-10-02 08:00:00", "a1|2026-10-14 08:00:00", "b0|2026-10-03 08:00:00", "b1|2026-10-15 08:00:00")
	c.want("select contains(note, 'day-month-year'), contains(note, 'month-day-year') from files", "true|true")
}
