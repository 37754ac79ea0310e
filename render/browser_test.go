package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"entrail/queries"
)

// TestPageInABrowser reads a page back from a browser after the script has run:
// it ran under the policy, gave each table of a section its tools, and what an
// attacker wrote is still text, once more or once less, and nothing else.
func TestPageInABrowser(t *testing.T) {
	root := inBrowser(t, render(t, HTML, hostileDocument()))
	tools, sortable := 0, 0
	var shown strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			shown.WriteString(n.Data)
		case n.Type != html.ElementNode:
		case n.Data == "div" && attribute(n, "class") == "tools":
			tools++
		case n.Data == "button" && n.Parent.Data == "th":
			sortable++
		case n.Data == "script" && attribute(n, "type") != "application/json" && n.FirstChild.Data != pageJS, n.Data == "img", n.Data == "iframe", n.Data == "b" && attribute(n, "class") == "":
			t.Errorf("an element <%s> that is none of ours", n.Data)
		}
	}
	// The tables fields (6 columns) and codes (3), each with the numbers of its rows.
	if tools != 2 || sortable != 7+4 {
		t.Errorf("%d sections have tools and %d headers sort, want 2 and 11: did the script run?", tools, sortable)
	}
	for _, h := range hostile {
		if want := visible(h.field); !strings.Contains(visible(shown.String()), want) {
			t.Errorf("%s: the browser does not show %q", h.name, want)
		}
	}
}

// inBrowser is what a page has become in a browser, after its scripts have run.
func inBrowser(t *testing.T, page string, flags ...string) *html.Node {
	t.Helper()
	folder := t.TempDir()
	out := runBrowser(t, folder, page, append(flags, "--virtual-time-budget=60000", "--dump-dom")...)
	root, err := html.Parse(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// browser is a Chromium that shows an empty page, or why there is none.
var browser = sync.OnceValues(func() (string, error) {
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		folder, err := os.MkdirTemp("", "browser")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(folder)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := exec.CommandContext(ctx, path, append(headless(folder), "--dump-dom", "about:blank")...).Run(); err != nil {
			return "", fmt.Errorf("%s does not run here: %w", path, err)
		}
		return path, nil
	}
	return "", errors.New("no Chromium")
})

// headless are the flags of a browser that keeps its files in a folder.
func headless(folder string) []string {
	return []string{"--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + filepath.Join(folder, "profile")}
}

// runBrowser opens the page, and returns what the browser writes.
func runBrowser(t *testing.T, folder, page string, flags ...string) []byte {
	t.Helper()
	path, err := browser()
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(folder, "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append(append(headless(folder), flags...), "file://"+file)...).Output()
	if err != nil {
		t.Fatalf("%s opens an empty page, and not this one: %v", path, err)
	}
	return out
}

// drivenDocument is a page with a story, a picture, a table of five events, and one of
// more rows than a browser has in the page at once.
func drivenDocument() Document {
	at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, time.UTC) }
	story := result(queries.Report{Name: "story", Title: "What happened", Group: "incident", Layout: queries.Story},
		[]queries.Column{
			column("incident", queries.Integer), column("topic", queries.Text), column("sentence", queries.Text),
			column("basis", queries.Text), column("look_in", queries.Text), column("look_for", queries.Text),
		}, []any{int64(1), "Mail read", "Mail was read.", "The log shows", "events", "delta"})
	numbers := result(queries.Report{Name: "totals", Title: "In numbers", Group: "incident", Layout: queries.Totals},
		[]queries.Column{column("item", queries.Text), column("value", queries.Text), column("detail", queries.Text), column("look_in", queries.Text)},
		[]any{"Messages read", "2", "in one mailbox", "events"}, []any{"How long", "3 days", nil, "events"})
	lanes := result(queries.Report{Name: "lanes", Title: "Incident 1", Group: "incident", Layout: queries.Lanes},
		[]queries.Column{
			column("lane", queries.Text), column("network", queries.Text), column("slot", queries.Integer), column("first_event", queries.Time),
			column("last_event", queries.Time), column("events", queries.Integer), column("what", queries.Text), column("segment", queries.Integer), column("mark", queries.Text),
		},
		[]any{"mail", "AS1", int64(10), at(1, 8), at(1, 9), int64(2), "read", int64(1), nil},
		[]any{"files", "AS2", int64(200), at(3, 8), at(3, 10), int64(1), "downloaded", int64(1), nil})
	var rows [][]any
	for i, e := range []struct {
		at            time.Time
		name, country string
		size          int64
	}{
		{at(1, 8), "alpha mail", "NL", 10}, {at(1, 9), "bravo mail", "RO", 9}, {at(2, 8), "charlie", "RO", 100}, {at(3, 9), "delta", "NL", 2}, {at(4, 9), "=echo", "NL", 30},
	} {
		rows = append(rows, []any{e.at, e.name, e.country, e.size, `{"n":` + strconv.Itoa(i) + `,"list":[1]}`})
	}
	events := result(queries.Report{Name: "events", Title: "Events", Group: "audit"}, []queries.Column{
		column("event_time", queries.Time), column("name", queries.Text), column("country", queries.Text), column("size", queries.Integer), styled("raw", queries.RawRecord),
	}, rows...)
	rows = nil
	for i := range 700 {
		rows = append(rows, []any{int64(i + 1), "row " + strconv.Itoa(i+1)})
	}
	many := result(queries.Report{Name: "long", Title: "Many rows", Group: "audit"}, []queries.Column{column("n", queries.Integer), column("name", queries.Text)}, rows...)
	return document(story, numbers, lanes, events, many)
}

// TestPageIsWorkedWith searches, sorts, filters, brushes, follows links and copies in a
// browser, and lets axe look for what keeps people out, where AXE names its script.
func TestPageIsWorkedWith(t *testing.T) {
	drive, err := os.ReadFile("testdata/drive.js")
	if err != nil {
		t.Fatal(err)
	}
	axe := ""
	if path := os.Getenv("AXE"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		axe = "<script>" + string(text) + "</script>"
	}
	page := render(t, HTML, drivenDocument())
	page = strings.Replace(page, "Content-Security-Policy", "x-none", 1) // for the scripts of this test
	page = strings.Replace(page, "</body>", axe+"<script>"+string(drive)+"</script></body>", 1)
	said := ""
	for n := range inBrowser(t, page).Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == "driven" && n.FirstChild != nil {
			said = n.FirstChild.Data
		}
	}
	all := "alpha mail,bravo mail,charlie,delta,=echo"
	want := []string{
		"all: " + all,
		"search: bravo mail",
		"sorted up: =echo,alpha mail,bravo mail,charlie,delta",
		"sorted down: delta,charlie,bravo mail,alpha mail,=echo",
		"aria-sort: descending",
		"as it was: " + all,
		"facets: CountryNL (3)RO (2)",
		"facet: bravo mail,charlie",
		"without it: " + all,
		"filter: alpha mail,delta,=echo",
		"typed time: charlie",
		"all times: " + all,
		"brush: delta",
		"brushed: 2026-10-03 08:00:00 2026-10-03 10:00:00",
		"link of a sentence: delta",
		"hash: #events",
		"target: bravo mail",
		"raw: 6 lines",
		"csv: event_time,name,country,size,raw / 2026-10-01 08:00:00,alpha mail,NL,10,\"{\"\"n\"\":0,\"\"list\"\":[1]}\"",
		"many rows in the page: 60",
		"led to: row 650",
		"led back: row 2",
		"sorted down: 700, and 60 in the page",
		"scrolled: 120",
		"searched: row 69,row 169,row 269,row 369,row 469,row 569,row 669,row 690,row 691,row 692,row 693,row 694,row 695,row 696,row 697,row 698,row 699",
		"led to what the search left out: row 5",
		"copied: 701 lines",
		"links less than 24 px high: 0",
		"open on paper: 0 closed, 700 rows",
		"after it: 60",
		"requests: 0",
	}
	if axe != "" {
		want = append(want, "axe: ")
	} else {
		t.Log("without AXE, the path of axe.min.js, nothing looks for what keeps people out")
	}
	if got := strings.TrimSuffix(said, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the page says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// TestLeadingColumns: in a table that is wider than its place, the columns that matter most
// are shown at first and no others, and four where the report does not say which they are.
func TestLeadingColumns(t *testing.T) {
	var columns []queries.Column
	var row []any
	for i := range 9 {
		columns = append(columns, column("text_"+strconv.Itoa(i+1), queries.Text))
		row = append(row, strings.Repeat("some words ", 20))
	}
	columns[7].Name, row[8] = "long_id", nil // which is class m; and the ninth column says nothing
	tests := []struct {
		reason  string
		leading []string
		want    string
	}{
		{"none leads", nil, "Columns: 4 of 9"},
		{"those that lead have no room, and stay", []string{"text_6", "text_1", "text_2", "text_3", "text_4", "text_5"}, "Columns: 6 of 9"},
		{"one of them says nothing, and no other takes its place", []string{"text_9", "text_1", "text_2", "text_3", "text_4", "text_5"}, "Columns: 5 of 9"},
		{"one of them is an id, which gives way where there is no room", []string{"text_1", "text_2", "text_3", "text_4", "text_5", "long_id"}, "Columns: 5 of 9"},
		{"one of them is not among the columns", []string{"text_1", "text_2", "text_3", "text_4", "text_5", "no_column"}, "Columns: 5 of 9"},
	}
	var tables []*queries.Result
	for i, test := range tests {
		tables = append(tables, result(queries.Report{Name: "wide_" + strconv.Itoa(i), Title: test.reason, Group: "audit", OnTerminal: test.leading}, columns, row))
	}
	var said []string
	for n := range inBrowser(t, render(t, HTML, document(tables...)), "--window-size=800,20000").Descendants() { // all are in view
		if n.Type == html.TextNode && n.Parent.Data == "summary" && strings.HasPrefix(n.Data, "Columns") {
			said = append(said, n.Data)
		}
	}
	for i, test := range tests {
		if i >= len(said) || said[i] != test.want {
			t.Errorf("%s: they say %q, want %q at %d", test.reason, said, test.want, i)
		}
	}
}

// TestPrintedPages: an annex has as many pages on paper as page one says.
func TestPrintedPages(t *testing.T) {
	var rows [][]any
	for i := range 30 {
		rows = append(rows, []any{int64(i), `{"text":"` + strings.Repeat(strconv.Itoa(i)+" 東京 ", 200+90*i) + `"}`})
	}
	d := document(result(queries.Report{Name: "events", Title: "Events", Group: "audit"},
		[]queries.Column{column("n", queries.Integer), styled("raw", queries.RawRecord)}, rows...))
	d.Annexes = true
	page := render(t, HTML, d)
	promised := regexp.MustCompile(`Raw records \(30 records, (\d+) pages\)`).FindStringSubmatch(page)
	if promised == nil {
		t.Fatal("page one does not say how many pages the annex has")
	}
	folder := t.TempDir()
	paper := filepath.Join(folder, "page.pdf")
	runBrowser(t, folder, page, "--no-pdf-header-footer", "--print-to-pdf="+paper)
	pdf, err := os.ReadFile(paper)
	if err != nil {
		t.Fatal(err)
	}
	pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1))
	if want, _ := strconv.Atoi(promised[1]); pages != want+1 { // the table before it takes one
		t.Errorf("%d pages on paper, want the table and an annex of %d", pages, want)
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
