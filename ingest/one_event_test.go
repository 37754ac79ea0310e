package ingest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestOneEventInAnyTwoExports: testdata/one_event.txtar has an event of each log as
// exports write it. Of each two exports of a log, with -long, and else of each and the
// next, an event is one record.
func TestOneEventInAnyTwoExports(t *testing.T) {
	takesLong(t)
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/one_event.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var logs []string
	forms := map[string][]txtar.File{}
	for _, f := range archive.Files {
		log := path.Dir(f.Name)
		if forms[log] == nil {
			logs = append(logs, log)
		}
		forms[log] = append(forms[log], f)
	}
	for l, log := range logs {
		t.Run(log, func(t *testing.T) {
			events := make([][]string, len(forms[log])) // ids, by the form
			pairs := map[string]string{}                // names of the forms, by the id
			for i := range events {
				for k := i; k < len(events); k++ {
					if !*long && k > i+1 && (i > 0 || k < len(events)-1) {
						continue
					}
					id := fmt.Sprintf("%08x-%04x-%04x-8000-100000000000", l+1, i, k)
					pairs[id] = forms[log][i].Name + " and " + forms[log][k].Name
					events[i] = append(events[i], id)
					if k > i {
						events[k] = append(events[k], id)
					}
				}
			}
			var paths []string
			folder := t.TempDir()
			for i, f := range forms[log] {
				header, event := "", string(f.Data)
				if path.Ext(f.Name) == ".csv" {
					header, event, _ = strings.Cut(event, "\n")
					header += "\n"
				}
				text := header
				for _, id := range events[i] {
					text += strings.ReplaceAll(event, "@ID@", id)
				}
				name := filepath.Join(folder, path.Base(f.Name))
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				paths = append(paths, name)
			}
			c := load(t, paths...)
			c.want("select path, note from files where format is null or rejected > 0 or records <> loaded + duplicates")
			table, _, _ := strings.Cut(log, ".")
			rows := map[string]string{}
			for _, row := range c.ask("select lower(id), count(*) from " + table + " group by all") {
				id, n, _ := strings.Cut(row, "|")
				rows[id] = n
			}
			for id, names := range pairs {
				if rows[id] != "1" {
					t.Errorf("%s: %s records are there of an event, want 1", names, rows[id])
				}
				delete(rows, id)
			}
			for id, n := range rows {
				t.Errorf("%s records of %s, which no file has", n, id)
			}
		})
	}
}
