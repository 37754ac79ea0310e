package queries

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// thingsOfNotes are columns that name what a note may be about.
var thingsOfNotes = []string{
	"session_id", "user_principal_name", "user_id", "user", "account", "ip_address", "issued_ip_address", "used_ip_address",
}

// checkNotes wants of a report whose columns name what a note may be about that its rows bear
// the notes, by a verdict of their own or by `-- notes on:`.
func checkNotes(t *testing.T, r Report, columns []string) {
	t.Helper()
	for _, on := range r.NotesOn {
		for name := range strings.SplitSeq(on, ":") {
			if !slices.Contains(columns, name) {
				t.Errorf("notes on %s: there is no such column", name)
			}
		}
	}
	bears := slices.Contains(columns, "verdict") || slices.Contains(columns, "verdicts") || len(r.NotesOn) > 0
	things := slices.DeleteFunc(slices.Clone(thingsOfNotes), func(name string) bool { return !slices.Contains(columns, name) })
	if isOfRecords(columns) {
		things = append(things, "file_id:record")
	}
	if !bears && len(things) > 0 {
		t.Errorf("a note of the case sheet may be about its rows: say `-- notes on: %s`", strings.Join(things, ", "))
	}
}

// TestVerdictsStandBesideRows puts a note on one thing that each report names, and wants its
// verdict on the rows that name it, on no other, and nothing else changed.
func TestVerdictsStandBesideRows(t *testing.T) {
	takesLong(t)
	const files = `insert into files (file_id, path, sha256) select n, n || '.json', lpad(n::varchar, 64, '0') from range(1, 100) as r(n) where n not in (select file_id from files)`
	misses := 0
	for _, r := range Reports() {
		if len(r.NotesOn) == 0 {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			fixtures, err := filepath.Glob("testdata/reports/" + r.Name + ".*txtar")
			if err != nil || len(fixtures) == 0 {
				t.Fatalf("no fixture, %v", err)
			}
			archive, err := txtar.ParseFile(fixtures[0])
			if err != nil {
				t.Fatal(err)
			}
			f := readFixture(t, archive)
			f.sheet.Notes = nil
			f.rows = append(f.rows, files, "update files set sha256 = lpad(file_id::varchar, 64, '0')")
			c := f.open(t)
			columns, plain := askedAs(t, c, r)
			thing, notes := "", []Note(nil)
			for _, row := range plain {
				if thing == "" {
					thing, notes = noteOn(r, columns, row)
				}
			}
			if thing == "" {
				t.Fatalf("no row names anything in %v", r.NotesOn)
			}
			if err := c.Sheet().Know(context.Background(), CaseSheet{Notes: notes}); err != nil {
				t.Fatal(err)
			}
			noted, rows := askedAs(t, c, r)
			if want := append(slices.Clone(columns), "verdict", "note"); !slices.Equal(noted, want) || len(rows) != len(plain) {
				t.Fatalf("%d rows of %v with notes, %d of %v without", len(rows), noted, len(plain), columns)
			}
			hits := 0
			for i, row := range rows {
				want := append(slices.Clone(plain[i]), "", "")
				if slices.Contains(thingsOf(r, columns, plain[i]), thing) {
					hits++
					want[len(columns)], want[len(columns)+1] = "open", "ask"
				} else {
					misses++
				}
				if !slices.Equal(row, want) {
					t.Errorf("note on %s, row %d\n got %q\nwant %q", thing, i+1, row, want)
				}
			}
			if hits == 0 {
				t.Errorf("no row names %s", thing)
			}
		})
	}
	if misses == 0 {
		t.Error("each row of each fixture names the thing: nothing tells that others have no verdict")
	}
}

// askedAs asks a report, and has its values as a fixture has them.
func askedAs(t *testing.T, c *Case, r Report) (columns []string, rows [][]string) {
	t.Helper()
	result, err := c.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range result.Columns {
		columns = append(columns, c.Name)
	}
	for row, err := range result.Rows {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, pick(t, result.Columns, row, columns))
	}
	return columns, rows
}

var placeOfRecord = regexp.MustCompile(`^\d+:\d+$`)

// thingsOf is what a row names, in lower case.
func thingsOf(r Report, columns, row []string) []string {
	var things []string
	for _, on := range r.NotesOn {
		var cells []string
		for name := range strings.SplitSeq(on, ":") {
			cells = append(cells, row[slices.Index(columns, name)])
		}
		for _, thing := range strings.Fields(strings.ReplaceAll(strings.ToLower(strings.Join(cells, ":")), ",", " ")) {
			if thing != ":" {
				things = append(things, thing)
			}
		}
	}
	return things
}

// noteOn is a note on the first thing that a row names.
func noteOn(r Report, columns, row []string) (thing string, notes []Note) {
	things := thingsOf(r, columns, row)
	if len(things) == 0 {
		return "", nil
	}
	thing, n := things[0], Note{Verdict: "open", Text: "ask"}
	_, noAddress := netip.ParseAddr(thing)
	switch {
	case placeOfRecord.MatchString(thing):
		file, record, _ := strings.Cut(thing, ":")
		n.Record = fmt.Sprintf("%064s:%s", file, record)
	case noAddress == nil:
		n.Address = thing
	case strings.Contains(thing, "@"):
		n.User = thing
	default:
		n.Session = thing
	}
	return thing, []Note{n}
}
