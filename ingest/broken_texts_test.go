package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// brokenTexts begin like JSON and are none: cut off, or never meant as such.
var brokenTexts = []string{`{"value": "x`, `[{"displayName": "x`, `{`, `[`, `[]]`, `{"Content": "{\"uti`, `"`, `{"a": 1}, {`}

// TestTextsThatAreNoJSON puts such a text into every field of every format, one in a
// record: what a log has in a field decides about that field, never about the load.
func TestTextsThatAreNoJSON(t *testing.T) {
	if !*long {
		t.Skip("takes more than ten seconds: -long runs it")
	}
	folder := t.TempDir()
	for _, f := range goodExports(t) {
		var text []byte
		switch filepath.Ext(f.name) {
		case ".csv":
			text = brokenCells(f.text)
		case ".json", ".jsonl":
			text = brokenFields(f.text)
		}
		if len(text) == 0 {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, f.name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, folder)
	c.want("select count(*) > 80, count(*) filter (format is null), sum(records) > 2000, sum(records - loaded - duplicates - rejected) from files", "true|0|true|0")
}

// brokenCells is the CSV with its first row alone, once for each cell that is broken.
func brokenCells(text []byte) []byte {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.LazyQuotes = true
	header, err := r.Read()
	row, rowErr := r.Read()
	if err != nil || rowErr != nil || len(header) == 1 {
		return nil // in UTF-16, or with another separator: others of its format are here
	}
	var all bytes.Buffer
	w := csv.NewWriter(&all)
	w.Write(header)
	n := 0
	for i, cell := range row {
		broken := bytes.Clone([]byte(cell))
		texts := [][]byte{[]byte(brokenTexts[n%len(brokenTexts)])}
		if bytes.HasPrefix(broken, []byte("{")) { // JSON in a cell, AuditData say
			texts = append(texts, bytes.Split(brokenFields(broken), []byte("\n"))...)
		}
		for _, text := range texts {
			if n++; len(text) == 0 {
				continue
			}
			row[i] = string(text)
			w.Write(row)
		}
		row[i] = cell
	}
	w.Flush()
	return all.Bytes()
}

// brokenFields is the JSON with the first item alone of each list, a line for each value
// in it that is broken.
func brokenFields(text []byte) []byte {
	var whole any
	if json.NewDecoder(bytes.NewReader(text)).Decode(&whole) != nil {
		return nil
	}
	var all bytes.Buffer
	n := 0
	var walk func(at any, put func(any))
	walk = func(at any, put func(any)) {
		switch at := at.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(at)) {
				value := at[name]
				put := func(v any) { at[name] = v }
				if !strings.EqualFold(name, "value") && !strings.EqualFold(name, "records") { // pages
					put(brokenTexts[n%len(brokenTexts)])
					line, err := json.Marshal(whole)
					if err != nil {
						panic(err)
					}
					all.Write(append(line, '\n'))
					put(value)
					n++
				}
				walk(value, put)
			}
		case []any:
			if len(at) > 0 {
				put(at[:1])
				walk(at[0], func(v any) { at[0] = v })
			}
		}
	}
	walk(whole, func(v any) { whole = v })
	return all.Bytes()
}
