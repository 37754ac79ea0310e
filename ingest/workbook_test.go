package ingest

import (
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
