package sigma

import (
	"slices"
	"strings"
	"testing"

	"entrail/ingest/schema"
)

// FuzzRead holds that no file ends the program, and that what is read can be written as SQL.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"title: a\nlogsource: {product: m365}\ndetection:\n  s: {Operation|contains|all: [a, 'b*', null]}\n  t: [x, {y: 1}]\n  condition: s and not 1 of t*\n",
		"title: a\nlogsource: {product: azure, service: signinlogs}\ndetection:\n  s: {ip|cidr: '::/0', a.b|re|i: x, c|base64offset|contains: y}\n  condition: all of them\n",
		"title: a\nname: c\ncorrelation: {type: temporal_ordered, rules: [a, c], group-by: [x], timespan: 5m, aliases: {x: {a: y}}}\n",
		"a: &a {b: *a}\n", "? [x]\n: y\n", "--- !!binary x\n", "\x00", "title: a\ntitle: b\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, problems := Read("file", text)
		if len(all)+len(problems) == 0 {
			t.Error("neither a rule nor a problem")
		}
		logs := map[string]*Log{}
		for _, table := range []string{"sign_ins", "directory_audits", "risk_detections", "audit_events"} {
			logs[table] = NewLog(table)
		}
		for _, r := range all {
			if r.IsCorrelation() {
				if bases, missing := r.Find(all); len(missing) > 0 || slices.ContainsFunc(bases, Rule.IsCorrelation) {
					continue
				}
			}
			if compiled := r.Compile(logs, all); !strings.HasPrefix(compiled.SQL, "with\n") {
				t.Errorf("SQL of %q: %q", r.Title, compiled.SQL)
			}
		}
	})
}

// TestFields holds the list of fields to the tables: each name is plain, and comes once.
func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(fieldsCSV) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		if strings.HasPrefix(line, "#") || cells[0] == "table" {
			continue
		}
		if _, ok := schema.Lookup(cells[0]); !ok {
			t.Errorf("%s is no table", cells[0])
		}
		for _, name := range strings.Fields(cells[1]) {
			if seen[cells[0]+" "+name] || name != plain(name) {
				t.Errorf("%s of %s: not plain, or there twice", name, cells[0])
			}
			seen[cells[0]+" "+name] = true
		}
	}
}
