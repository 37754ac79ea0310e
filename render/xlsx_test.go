package render

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"entrail/queries"
)

func open(t *testing.T, d Document) (*excelize.File, string) {
	t.Helper()
	d.TempDir = t.TempDir()
	book := render(t, XLSX, d)
	left, err := os.ReadDir(d.TempDir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
	f, err := excelize.OpenReader(strings.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, book
}

func cell(t *testing.T, f *excelize.File, sheet, ref string) (value string, kind excelize.CellType) {
	t.Helper()
	value, err := f.GetCellValue(sheet, ref, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if kind, err = f.GetCellType(sheet, ref); err != nil {
		t.Fatal(err)
	}
	return value, kind
}

func numberFormat(t *testing.T, f *excelize.File, sheet, ref string) string {
	t.Helper()
	id, err := f.GetCellStyle(sheet, ref)
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(id)
	if err != nil || style.CustomNumFmt == nil {
		t.Fatalf("%s has no format of its own: %v", ref, err)
	}
	return *style.CustomNumFmt
}

// Rows are counted by the day of their time and by a value, where a report asks for it; what
// covers more than sixty days is counted by week or month.
func TestXLSXDays(t *testing.T) {
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 23, 59, 0, 0, time.UTC) }
	for _, test := range []struct {
		reason string
		rows   [][]any
		want   string
	}{
		{"a day without a row is a step too, and the gravest is on top", [][]any{{at(10, 1), "low"}, {at(10, 3), "critical"}, {at(10, 3), nil}, {at(10, 3), "low"}},
			"day none low critical, 2026-10-01 0 1 0, 2026-10-02 0 0 0, 2026-10-03 1 1 1"},
		{"a row without a time is none of any day", [][]any{{nil, "low"}, {at(10, 1), "low"}}, "day low, 2026-10-01 1"},
		{"61 days are weeks, which begin on Monday", [][]any{{at(10, 1), "low"}, {at(11, 30), "low"}},
			"week low, 2026-09-28 1, 2026-10-05 0, 2026-10-12 0, 2026-10-19 0, 2026-10-26 0, 2026-11-02 0, 2026-11-09 0, 2026-11-16 0, 2026-11-23 0, 2026-11-30 1"},
	} {
		f, _ := open(t, document(result(queries.Report{Name: "findings", Title: "Findings", Charts: []queries.Chart{{Type: "days", X: "first_seen", Group: "severity", Title: "A day"}}},
			[]queries.Column{column("first_seen", queries.Time), styled("severity", queries.Severity)}, test.rows...)))
		rows, err := f.GetRows("Charts")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rows[min(2, len(rows)):] {
			got = append(got, strings.Join(slices.DeleteFunc(row, func(cell string) bool { return cell == "" }), " "))
		}
		if joined := strings.Join(got, ", "); joined != test.want {
			t.Errorf("%s: %s, want %s", test.reason, joined, test.want)
		}
	}
}

// What is told in sentences and numbers stands on About, and bars are drawn from their rows.
func TestXLSXFront(t *testing.T) {
	text := func(name string) queries.Column { return column(name, queries.Text) }
	story := result(queries.Report{Name: "story", Title: "What happened", Layout: queries.Story},
		[]queries.Column{column("incident", queries.Integer), text("topic"), text("sentence"), text("basis"), text("look_in"), text("look_for")},
		[]any{int64(1), "Who", "=Somebody was there.", "The log shows", "findings", nil})
	numbers := result(queries.Report{Name: "totals", Title: "In numbers", Layout: queries.Totals},
		[]queries.Column{text("item"), text("value"), text("detail"), text("look_in")}, []any{"Messages read", "99", "two folders", nil})
	days := result(queries.Report{Name: "days", Title: "Days", Charts: []queries.Chart{
		{Type: "stacked", X: "day", Y: []string{"success", "failure"}, Title: "A day"},
		{Type: "heat", X: "day", Y: []string{"success"}, Title: "No bars"},
	}}, []queries.Column{text("day"), column("success", queries.Integer), column("failure", queries.Integer)},
		[]any{"2026-10-01", int64(3), int64(1)}, []any{"2026-10-02", int64(2), int64(0)})
	d := document(numbers, story, days)
	d.Others = []queries.Report{{Name: "sessions", Title: "Sessions", Description: "One row a session. More."}}
	f, book := open(t, d)
	if got := strings.Join(f.GetSheetList(), ","); got != "About,Charts,Days" {
		t.Errorf("sheets %s, want what is told on About alone, and the charts behind it", got)
	}
	var about []string
	rows, err := f.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		about = append(about, strings.Join(row, "|"))
	}
	for _, want := range []string{"Messages read|99||two folders", "Who||The log shows|=Somebody was there.", "Charts|1||The pictures of the reports in this workbook.", "Sessions||sessions|One row a session."} {
		if !slices.Contains(about, want) {
			t.Errorf("About has no row %q in\n%s", want, strings.Join(about, "\n"))
		}
	}
	archive, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	drawn := ""
	for _, member := range archive.File {
		if strings.HasPrefix(member.Name, "xl/charts/chart") {
			r, err := member.Open()
			if err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			drawn += string(all)
		}
	}
	for _, want := range []string{"'Days'!$A$4:$A$5", "'Days'!$B$4:$B$5", "'Days'!$C$4:$C$5"} {
		if !strings.Contains(drawn, strings.ReplaceAll(want, "'", "&#39;")) && !strings.Contains(drawn, want) {
			t.Errorf("no chart is of %s", want)
		}
	}
}

func TestXLSXReadsBack(t *testing.T) {
	const sheet = "Hostile <b>fields<_b>"
	f, book := open(t, hostileDocument())
	if got, want := strings.Join(f.GetSheetList(), ","), "About,Charts,Hostile <b>fields<_b>,Codes"; got != want {
		t.Errorf("sheets %s, want %s", got, want)
	}
	for i, h := range hostile {
		row := strconv.Itoa(i + 4)
		if got, kind := cell(t, f, sheet, "C"+row); got != visible(h.field) || kind != excelize.CellTypeInlineString {
			t.Errorf("%s: got %q of type %v, want %q as a string", h.name, got, kind, visible(h.field))
		}
		if got, kind := cell(t, f, sheet, "D"+row); got != strconv.Itoa(i) || kind == excelize.CellTypeInlineString {
			t.Errorf("%s: number %q of type %v", h.name, got, kind)
		}
		if got, kind := cell(t, f, sheet, "F"+row); got != strconv.Itoa(1-i%2) || kind != excelize.CellTypeBool {
			t.Errorf("%s: boolean %q of type %v", h.name, got, kind)
		}
		serial, _ := cell(t, f, sheet, "A"+row)
		days, err := strconv.ParseFloat(serial, 64)
		if err != nil {
			t.Fatal(err)
		}
		// Day 25569 is 1970-01-01. A float64 keeps a moment of this century to the microsecond.
		at := time.Unix(0, int64((days-25569)*86400e9)).UTC()
		if want := instant.Add(time.Duration(i) * time.Hour); at.Sub(want).Abs() > 5*time.Microsecond {
			t.Errorf("%s: time %v, want %v", h.name, at, want)
		}
		if format := numberFormat(t, f, sheet, "A"+row); format != "yyyy-mm-dd hh:mm:ss.000" {
			t.Errorf("%s: the time's format is %q", h.name, format)
		}
	}
	null := strconv.Itoa(len(hostile) + 4)
	for _, column := range "ABCDEF" {
		if got, _ := cell(t, f, sheet, string(column)+null); got != "" {
			t.Errorf("NULL became %q", got)
		}
	}
	if shown, err := f.GetCellValue(sheet, "A"+strconv.Itoa(len(hostile)+5)); err != nil || shown != "2026-10-01 08:19:41" {
		t.Errorf("a whole second is shown as %q, %v", shown, err)
	}
	for _, ref := range []string{"B4", "C4"} {
		want := map[string]string{"B4": "9007199254740992", "C4": "-9007199254740993"}[ref]
		if got, kind := cell(t, f, "Codes", ref); got != want || kind != excelize.CellTypeInlineString {
			t.Errorf("%s: %q of type %v, want all digits of %s as text", ref, got, kind, want)
		}
	}

	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	if first := z.File[0].Name; first != "[Content_Types].xml" {
		t.Errorf("the first member is %s: some programs tell the type of a file by it", first)
	}
	for _, m := range z.File {
		r, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		xml, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(m.Name, "xl/worksheets/") && (bytes.Contains(xml, []byte("<f>")) || bytes.Contains(xml, []byte("<f "))) {
			t.Errorf("%s holds a formula", m.Name)
		}
		if want := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); !m.Modified.Equal(want) {
			t.Errorf("%s has the time %v", m.Name, m.Modified)
		}
	}
}

func TestXLSXSheetsAreTables(t *testing.T) {
	f, _ := open(t, document(many(3)))
	tables, err := f.GetTables("Sign-ins")
	if err != nil || len(tables) != 1 || tables[0].Range != "A3:J6" || tables[0].Name != "signin_list" {
		t.Errorf("tables %+v, %v", tables, err)
	}
	panes, err := f.GetPanes("Sign-ins")
	if err != nil || !panes.Freeze || panes.YSplit != 3 || panes.XSplit != 2 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if w, err := f.GetColWidth("Sign-ins", "B"); err != nil || w < 36 || w > columnWide {
		t.Errorf("a GUID gets a column of %v, %v", w, err)
	}
	if linked, to, err := f.GetCellHyperLink("Sign-ins", "A2"); err != nil || !linked || to != "'About'!A1" {
		t.Errorf("the sheet leads back to %q, %v", to, err)
	}
	if got, _ := cell(t, f, "Sign-ins", "C3"); got == "" || got != heading(strings.ToLower(strings.ReplaceAll(got, " ", "_"))) {
		t.Errorf("heading %q", got)
	}
}

func TestXLSXAboutTellsEverything(t *testing.T) {
	f, _ := open(t, hostileDocument())
	rows, err := f.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprint(rows)
	for _, want := range []string{
		"Sign-ins and audit events", "times in UTC", "generated 2026-10-02 09:00:00 UTC", "entrail 1.2.3",
		"user adele@contoso.com", "ip <script><ESC>[31m", "Caution: Do not believe it.", "a note with <ESC>[31mcolour and <script>",
		"Reports without rows", "Risky users", "not loaded: no file holds risky users",
		strings.Repeat("ab", 32), "evidence/<b><U+202E>.csv", "4711", "1234567",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("About does not say %q", want)
		}
	}
}

func TestXLSXCutsVisibly(t *testing.T) {
	for _, test := range []struct {
		in     string
		cut    bool
		reason string
	}{
		{strings.Repeat("x", 32767), false, "just fits"},
		{strings.Repeat("x", 32768), true, "one too many"},
		{strings.Repeat("é", 32767), false, "units, not bytes"},
		{strings.Repeat("🙂", 16384), true, "a pair counts two"},
		{"x" + strings.Repeat("🙂", 20000), true, "no pair is parted"},
	} {
		got, cut := fitCell(test.in)
		units := len(utf16.Encode([]rune(got)))
		if cut != test.cut || units > 32767 || cut != strings.HasSuffix(got, "in all]") || strings.ContainsRune(got, '\ufffd') {
			t.Errorf("%s: cut %v, %d units, end %q", test.reason, cut, units, got[len(got)-40:])
		}
		if cut && units < 32766 {
			t.Errorf("%s: %d units: more than needed is gone", test.reason, units)
		}
	}
	f, _ := open(t, one(strings.Repeat("0123456789", 4000)))
	if got, _ := cell(t, f, "one", "A4"); !strings.HasSuffix(got, "… [cut: 40,000 characters in all]") || !strings.HasPrefix(got, "0123456789") {
		t.Errorf("the long text ends %q", got[len(got)-60:])
	}
	about, err := f.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "1 text is longer than a cell can hold and cut: see the CSV.") {
		t.Errorf("About says %q, %v", about, err)
	}
}

func TestXLSXSheetNames(t *testing.T) {
	b, err := newWorkbook(Document{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.file.Close()
	long := strings.Repeat("n", 40)
	for _, test := range []struct{ name, want, reason string }{
		{"files", "files", ""},
		{"Files", "Files (2)", "case does not tell sheets apart"},
		{"about", "about (2)", "taken by us"},
		{"a/b:c'", "a_b_c_", "characters that sheets can't have"},
		{long, long[:31], "31 characters"},
		{long, long[:27] + " (2)", "the tail counts"},
	} {
		if got := b.free(test.name, 1); got != test.want {
			t.Errorf("free(%q) = %q, want %q: %s", test.name, got, test.want, test.reason)
		}
	}
}

func TestXLSXAsTheScriptWritesIt(t *testing.T) {
	columns := []queries.Column{column("SessionId", queries.Text), column("Timestamp", queries.Time)}
	events := func() *queries.Result {
		return result(queries.Report{Name: "session_events", Title: "Events of the sessions", Layout: queries.Sessions}, columns, []any{"00a1", instant})
	}
	d := document(events())
	d.Title = "Audit events for adele@contoso.com"
	f, _ := open(t, d)
	if got := strings.Join(f.GetSheetList(), ","); got != "Audit Events,About" || f.GetActiveSheetIndex() != 0 {
		t.Errorf("sheets %s, number %d is open", got, f.GetActiveSheetIndex())
	}
	if got, _ := cell(t, f, "Audit Events", "A1"); got != d.Title {
		t.Errorf("A1 is %q", got)
	}
	id, err := f.GetCellStyle("Audit Events", "A1")
	if err != nil {
		t.Fatal(err)
	}
	if style, err := f.GetStyle(id); err != nil || !style.Font.Bold {
		t.Errorf("A1 is not bold: %v", err)
	}
	if got, _ := cell(t, f, "Audit Events", "A2"); got != "SessionId" {
		t.Errorf("A2 is %q", got)
	}
	if tables, err := f.GetTables("Audit Events"); err != nil || len(tables) != 1 || tables[0].Name != "AuditEvents" || tables[0].Range != "A2:B3" {
		t.Errorf("tables %+v, %v", tables, err)
	}
	among := document(events(), many(1))
	f, _ = open(t, among)
	if got := strings.Join(f.GetSheetList(), ","); got != "About,Events of the sessions,Sign-ins" {
		t.Errorf("among others: sheets %s", got)
	}
}

// A sheet's last row is 1,048,576; the library's error beyond it must not be
// the end of the report.
func TestXLSXRollsOver(t *testing.T) {
	takesLong(t)            // it writes a million rows
	const total = sheetRows // header in row 3
	r := result(queries.Report{Name: "signin_list", Title: "Sign-ins"}, []queries.Column{column("n", queries.Integer)})
	r.Rows = func(yield func([]any, error) bool) {
		for n := range total {
			if !yield([]any{int64(n)}, nil) {
				return
			}
		}
	}
	f, _ := open(t, document(r))
	if got := strings.Join(f.GetSheetList(), ","); got != "About,Sign-ins,Sign-ins (2)" {
		t.Fatalf("sheets %s", got)
	}
	rows, err := f.GetRows("Sign-ins (2)", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(rows), fmt.Sprintf("[[Sign-ins] [Back to About] [N] [%d] [%d] [%d]]", total-3, total-2, total-1); got != want {
		t.Errorf("the second sheet holds %s, want %s", got, want)
	}
	if tables, err := f.GetTables("Sign-ins"); err != nil || len(tables) != 1 || tables[0].Range != "A3:A1048576" {
		t.Errorf("tables %+v, %v", tables, err)
	}
}

// Sentences are wrapped in a row that is high enough, the header is on every
// page, and what is too wide for paper is said to be.
func TestXLSXOnPaper(t *testing.T) {
	columns := []queries.Column{styled("reasons", queries.Sentences)}
	row := []any{strings.Repeat("two countries and three networks; ", 10)}
	for i := range 9 {
		columns = append(columns, column("user_agent_"+strconv.Itoa(i), queries.Text))
		row = append(row, strings.Repeat("Mozilla ", 10))
	}
	f, _ := open(t, document(result(queries.Report{Name: "sessions", Title: "Sessions"}, columns, row, row)))
	id, err := f.GetCellStyle("Sessions", "A4")
	if err != nil {
		t.Fatal(err)
	}
	if style, err := f.GetStyle(id); err != nil || !style.Alignment.WrapText {
		t.Errorf("sentences are not wrapped: %v", err)
	}
	if height, err := f.GetRowHeight("Sessions", 4); err != nil || height != 75 {
		t.Errorf("the row is %v high (%v), want 75 for five lines", height, err)
	}
	places := map[string]string{}
	for _, n := range f.GetDefinedName() {
		places[n.Scope+" "+n.Name] = n.RefersTo
	}
	// 76 characters and three times 40; 230 a page
	if got, want := places["Sessions _xlnm.Print_Area"], "'Sessions'!$A$1:$D$5"; got != want {
		t.Errorf("print area %s, want %s", got, want)
	}
	if got, want := places["Sessions _xlnm.Print_Titles"], "'Sessions'!$3:$3"; got != want {
		t.Errorf("print titles %s, want %s", got, want)
	}
	if got, want := places["About _xlnm.Print_Area"], "'About'!$A$1:$E$"; !strings.HasPrefix(got, want) {
		t.Errorf("the front sheet's print area is %s, want its five columns, %s...", got, want)
	}
	about, err := f.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "On paper: the first 4 of 10 columns.") {
		t.Errorf("About does not say what is not printed: %v %v", about, err)
	}
}

// TestXLSXPrintsItsOwn: a sheet is printed with its own columns, wherever it stands. A
// sheet of charts moves the others on, and the file names them by their place.
func TestXLSXPrintsItsOwn(t *testing.T) {
	days := result(queries.Report{Name: "days", Title: "Days", Charts: []queries.Chart{{Title: "A day", Type: "bar", X: "day", Y: []string{"sign_ins"}}}},
		[]queries.Column{column("day", queries.Text), column("sign_ins", queries.Integer)}, []any{"2026-10-06", int64(3)}, []any{"2026-10-07", int64(4)})
	findings := result(queries.Report{Name: "findings", Title: "Findings"}, []queries.Column{column("what", queries.Text)}, []any{"a rule"})
	f, _ := open(t, document(findings, days))
	if got, want := strings.Join(f.GetSheetList(), " "), "About Charts Findings Days"; got != want {
		t.Fatalf("the sheets are %s, want %s", got, want)
	}
	for _, n := range f.GetDefinedName() {
		if !strings.HasPrefix(n.RefersTo, "'"+n.Scope+"'!") {
			t.Errorf("%s of the sheet %s is %s", n.Name, n.Scope, n.RefersTo)
		}
	}
	if n := len(f.GetDefinedName()); n != 6 {
		t.Errorf("%d names, want a place and a header for each of two sheets, the place of the charts and of the front sheet", n)
	}
}

// Words of severity have a colour, and stay words; others have none.
func TestXLSXSeverity(t *testing.T) {
	columns := []queries.Column{styled("severity", queries.Severity), column("what", queries.Text)}
	f, _ := open(t, document(result(queries.Report{Name: "findings", Title: "Findings"}, columns,
		[]any{"high", "high"}, []any{"medium", "b"}, []any{"low", "c"}, []any{nil, "d"})))
	for _, test := range []struct {
		ref, word, reason string
		isFilled          bool
	}{
		{"A4", "high", "red", true},
		{"B4", "high", "a column that is none of severity", false},
		{"A5", "medium", "yellow", true},
		{"A6", "low", "grey letters", false},
		{"A7", "", "nothing said", false},
	} {
		got, _ := cell(t, f, "Findings", test.ref)
		id, err := f.GetCellStyle("Findings", test.ref)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil || got != test.word || (style.Fill.Type == "pattern" && style.Fill.Pattern == 1) != test.isFilled {
			t.Errorf("%s (%s): %q, fill %+v, %v", test.ref, test.reason, got, style.Fill, err)
		}
	}
}
