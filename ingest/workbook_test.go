package ingest

import (
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entrail/testdata/tenant"
	"github.com/xuri/excelize/v2"
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
	c.want("select note from files", `times stand as Excel's numbers and were read as UTC; read from sheet "Sheet1" of an Excel workbook; read from sheet "Sheet3" of an Excel workbook; not read: sheet "Sheet2": no known export has the columns "To do"`)
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

// parts is a workbook of these parts, as nobody's spreadsheet program would write it.
func parts(t *testing.T, sheet, texts string) string {
	const spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	return zipped(t,
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="`+types+`sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="`+types+`worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="`+types+`sharedStrings+xml"/></Types>`,
		"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relations+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook `+spreadsheet+` xmlns:r="`+relations+`"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+relations+`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="`+relations+`/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet `+spreadsheet+`><sheetData>`+sheet+`</sheetData></worksheet>`,
		"xl/sharedStrings.xml", strings.ReplaceAll(texts, "<sst>", "<sst "+spreadsheet+">"))
}

// TestHostileWorkbooks: a workbook that was made to end the run is named, and so is
// where; what can be read of it, and the other files, are loaded.
func TestHostileWorkbooks(t *testing.T) {
	text := func(cell, value string) string {
		return `<c r="` + cell + `" t="inlineStr"><is><t>` + html.EscapeString(value) + `</t></is></c>`
	}
	head := `<row r="1">` + text("A1", "CreationDate") + text("B1", "UserIds") + text("C1", "Operations") + text("D1", "AuditData") + `</row>`
	row := `<row r="2">` + text("A2", "d") + text("B2", "u") + text("C2", "O") + text("D2", audit("x1", "Send")) + `</row>`
	const plain = `<sst><si><t>a</t></si></sst>`
	entities := `<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>`
	outside := `<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/hostname">]><sst><si><t>&a;</t></si></sst>`
	for _, test := range []struct {
		reason, book string
		records      string // loaded of the workbook
		note         string // part of it
	}{
		{"a text of a number below none", parts(t, head+row+`<row r="3"><c r="A3" t="s"><v>99999999</v></c><c r="B3" t="s"><v>-1</v></c></row>`, plain), "1", `sheet "S": reading stopped behind row 2: damaged`},
		{"a column beyond the last", parts(t, head+row+`<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>`, plain), "1", `sheet "S": reading stopped behind row 2`},
		{"a row beyond the last", parts(t, head+row+`<row r="999999999"><c r="A999999999"><v>1</v></c></row>`, plain), "1", `sheet "S": reading stopped behind row 2`},
		{"a row before the first", parts(t, head+row+`<row r="-5"><c r="A-5"><v>1</v></c></row>`, plain), "0", `sheet "S"`},
		{"entities that grow", parts(t, head+row+`<row r="3"><c r="A3" t="s"><v>0</v></c></row>`, entities), "0", `sheet "S"`},
		{"an entity that names a file", parts(t, head+row+`<row r="3"><c r="A3" t="s"><v>0</v></c></row>`, outside), "0", `sheet "S"`},
		{"a row of very many columns", parts(t, head+row+`<row r="3"><c r="XFD3"><v>1</v></c></row>`, plain), "1", `a row has 16384 columns, the most is 4096`},
		{"a text that is one letter over and over", parts(t, head+row, `<sst><si><t>`+strings.Repeat("a", 20<<20)+`</t></si></sst>`), "0", "xl/sharedStrings.xml would unpack to 1"},
		{"near miss: a long text of letters that differ", parts(t, head+row, `<sst><si><t>`+noise(20<<20)+`</t></si></sst>`), "1", `read from sheet "S"`},
		{"near miss: a workbook as any other", parts(t, head+row, plain), "1", `read from sheet "S"`},
	} {
		good := write(t, "good.json", signIn("s1"))
		c := load(t, good, write(t, "bad.xlsx", test.book))
		got := c.ask("select records, loaded, coalesce(note, '') from files where path like '%bad.xlsx'")
		if len(got) != 1 || !strings.HasPrefix(got[0], test.records+"|"+test.records+"|") || !strings.Contains(got[0], test.note) {
			t.Errorf("%s: %q, want %s loaded and a note of %q", test.reason, got, test.records, test.note)
		}
		if got := c.ask("select id from sign_ins"); len(got) != 1 {
			t.Errorf("%s: of the other file %q is loaded", test.reason, got)
		}
	}
}

// noise is a text of so many hexadecimal digits, which packs to half.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x", random.Uint64())
	}
	return b.String()
}
