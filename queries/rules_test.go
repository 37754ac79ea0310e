package queries

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrail/ingest/schema"
	"entrail/queries/rules"

	"github.com/rogpeppe/go-internal/txtar"
)

// lookFor runs one rule alone.
func lookFor(t *testing.T, c *Case, r rules.Rule) {
	t.Helper()
	ctx := context.Background()
	c.findings.isLookedFor = true
	if err := c.findings.list(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.findings.run(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// TestRules holds each rule to its fixture, which must have a hit and a near miss: a
// record that is no hit's evidence. What came of the fixtures is in
// testdata/figures/fixtures.tsv.
func TestRules(t *testing.T) {
	t.Parallel()
	var mutex sync.Mutex
	figures := map[string]string{}
	t.Run("fixture", func(t *testing.T) {
		testRules(t, func(name, line string) {
			mutex.Lock()
			figures[name] = line
			mutex.Unlock()
		})
	})
	if len(figures) == len(rules.All()) {
		table := "finding\trecords\tevidence\tcritical\thigh\tmedium\tlow\tinfo\n"
		for _, r := range rules.All() {
			table += figures[r.Name]
		}
		holdTable(t, "fixtures.tsv", table)
	}
}

func testRules(t *testing.T, report func(name, line string)) {
	for i, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			oneInSix(t, i)
			t.Parallel()
			path := filepath.Join("testdata", "rules", r.Name+".txtar")
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatalf("no fixture with a hit and a near miss: %v", err)
			}
			f := readFixture(t, archive)
			if len(f.want) < 2 {
				t.Error("the fixture has no hit")
			}
			c := f.open(t)
			lookFor(t, c, r)
			f.compare(t, c, Report{Name: r.Name, SQL: "select * exclude (records) from rule_hits order by first_seen, what, who, target"})
			var tables []string
			for _, need := range r.Needs {
				if table, ok := schema.Lookup(need); ok && table.Has("file_id") {
					id := "null"
					if table.Has("id") {
						id = "id"
					}
					// tables of a fixture number their records anew
					tables = append(tables, "select file_id, record, "+id+"::varchar as id from evidence."+need)
				}
			}
			rows, err := c.all(context.Background(), `
				select
					count(*),
					count(*) filter ((file_id, record, coalesce(id, '')) in (select (r.file_id, r.record, coalesce(r.id, '')) from (select unnest(records) as r from rule_hits)))
				from (`+strings.Join(tables, " union all ")+`)`)
			if err != nil {
				t.Fatal(err)
			}
			holdParts(t, c, r)
			records, evidence := rows[0][0].(int64), rows[0][1].(int64)
			if evidence == records {
				t.Error("the fixture has no near miss: each of its records is evidence")
			}
			line := fmt.Sprintf("%s\t%d\t%d", r.Name, records, evidence)
			for _, severity := range rules.Severities {
				rows, err := c.all(context.Background(), "select count(*) from rule_hits where severity = '"+severity+"'")
				if err != nil {
					t.Fatal(err)
				}
				line += fmt.Sprintf("\t%d", rows[0][0])
			}
			report(r.Name, line+"\n")
		})
	}
	fixtures, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range fixtures {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if _, ok := rules.Lookup(name); !ok {
			t.Errorf("%s is the fixture of no rule", path)
		}
	}
}

// holdParts: what a rule finds is of the parts of the logs that its header names, or the
// report findings_not_looked_for would say that it could not look there.
func holdParts(t *testing.T, c *Case, r rules.Rule) {
	t.Helper()
	for _, need := range r.Needs {
		parts := partsOf(r, need)
		if parts[0] == nil {
			continue
		}
		table, _ := schema.Lookup(need)
		if table.Parts == "" {
			t.Fatalf("parts: %s has none", need)
		}
		var named []string
		for _, p := range parts {
			named = append(named, strings.Split(p.(string), " or ")...)
		}
		for _, p := range named {
			isExported := slices.ContainsFunc(table.Exports, func(e schema.Export) bool { return e.Part == p })
			if len(table.Exports) > 1 && !isExported {
				t.Errorf("parts: %s is exported in no part %s", need, p)
			}
		}
		rows, err := c.all(context.Background(), fmt.Sprintf(`
			select distinct %[1]s
			from evidence.%[2]s as l
			join (select distinct unnest(records) as r from rule_hits) as h on h.r.file_id = l.file_id and h.r.record = l.record and h.r.id is not distinct from l.id
			where not contains(['%[3]s'], %[1]s)
			order by 1`, table.Parts, need, strings.Join(named, "', '")))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			t.Errorf("a hit has evidence in %s %v, which is none of its parts", need, row[0])
		}
	}
}

// TestEventsAreEvidence: of each event that a hit counts a record is its evidence, up to
// the first thousand. Each record of the fixtures is there three times, a minute apart,
// so that what happens once in them happens often. What gives an event its weight, and the
// other log's record of it, is evidence too.
func TestEventsAreEvidence(t *testing.T) {
	takesLong(t)
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("testdata", "rules", r.Name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			f := readFixture(t, archive)
			for again := range 2 {
				f.rows = append(f.rows, moved(again+1, false)...)
			}
			c := f.open(t)
			lookFor(t, c, r)
			rows, err := c.all(context.Background(), "select events, len(list_distinct(records)), what from rule_hits where len(records) < 1000 and events > len(list_distinct(records))")
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				t.Errorf("%v events, %v records of evidence: %v", row...)
			}
		})
	}
}

// TestAddressesOfEvidenceAreNamed: an address that a hit's evidence came from is among its
// ip_addresses, or it would be missing from the indicators, and what the case sheet says of
// one address would be said of all. Each record of the fixtures is there once more, a minute
// later, from the next address.
func TestAddressesOfEvidenceAreNamed(t *testing.T) {
	takesLong(t)
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("testdata", "rules", r.Name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			f := readFixture(t, archive)
			f.rows = append(f.rows, moved(1, true)...)
			c := f.open(t)
			lookFor(t, c, r)
			if err := c.define(context.Background(), false, "all_events"); err != nil {
				t.Fatal(err)
			}
			rows, err := c.all(context.Background(), `
				select what, ip_addresses, list(distinct client_address(e.ip_address))
				from (select what, ip_addresses, unnest(records) as r from rule_hits) as h
				join all_events as e on e.file_id = h.r.file_id and e.record = h.r.record and e.id is not distinct from h.r.id
				where not coalesce(contains(ip_addresses, client_address(e.ip_address)), client_address(e.ip_address) is null)
				group by all`)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				t.Errorf("%v: addresses %v, not %v", row...)
			}
		})
	}
}

// moved are statements that put the records of a fixture into the case once more, with
// their children, some minutes later and under other ids; from the next address, if asked.
func moved(minutes int, readdressed bool) []string {
	var statements []string
	for _, table := range slices.Concat(schema.Records(), schema.Children()) {
		var columns []string
		for _, column := range table.Columns {
			switch column.Name {
			case "record", "parent_record":
				columns = append(columns, fmt.Sprintf("%s + %d as %[1]s", column.Name, 1000*minutes))
			case "event_time":
				columns = append(columns, fmt.Sprintf("event_time + interval %d minutes as event_time", minutes))
			case "id":
				columns = append(columns, fmt.Sprintf("id || '-%d' as id", minutes))
			case "ip_address":
				if readdressed {
					columns = append(columns, `case when regexp_matches(ip_address, '^[0-9.]+$') then regexp_extract(ip_address, '^.*\.') || 1 + regexp_extract(ip_address, '[0-9]+$')::int % 254 else ip_address end as ip_address`)
				}
			}
		}
		if p, isChild := parents[table.Name]; isChild {
			columns = append(columns, fmt.Sprintf("%s || '-%d' as %[1]s", p.column, minutes))
		}
		number := "record"
		if !table.Has(number) {
			number = "parent_record"
		}
		statements = append(statements, fmt.Sprintf("insert into %s select * replace (%s) from %[1]s where %[3]s < 1000", table.Name, strings.Join(columns, ", "), number))
	}
	return statements
}

// TestRuleContract holds every rule to what the package comment of rules asks of it,
// and runs it on rows full of ties, NULLs and texts that are no JSON.
func TestRuleContract(t *testing.T) {
	takesLong(t)
	c := openCase(t, Filter{}, time.UTC, tiedRows("i", 60)...)
	ctx := context.Background()
	c.findings.isLookedFor = true
	if err := c.findings.list(ctx); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			if !snakeCase.MatchString(r.Name) {
				t.Errorf("name %q isn't snake case", r.Name)
			}
			if err := c.CheckQuery(ctx, r.SQL); err != nil {
				t.Fatalf("not one SELECT: %v", err)
			}
			for _, need := range r.Needs {
				if _, ok := schema.Lookup(need); !ok {
					t.Errorf("needs %s, which is no table", need)
				}
			}
			for _, list := range r.Lists {
				if !slices.ContainsFunc(rules.Lists(), func(l rules.List) bool { return l.Name == list }) {
					t.Errorf("reads the list %s, which is not there", list)
				}
			}
			q, err := c.parse(ctx, r.SQL)
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range q.references() {
				if _, isTable := schema.Lookup(ref.name); ref.evidence != isTable && (ref.evidence || isTable) {
					t.Errorf("reads %s: want evidence. in front of tables, which rules see whole, and of nothing else", ref.name)
				}
			}
			if err := c.define(ctx, false, namesIn(r.SQL)...); err != nil {
				t.Fatal(err)
			}
			rows, err := c.all(ctx, "select column_name, column_type from (describe "+r.SQL+")")
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, row := range rows {
				got = append(got, fmt.Sprint(row...))
			}
			for _, column := range rules.Columns {
				want = append(want, column.Name+column.Type)
			}
			if !slices.Equal(got, want) {
				t.Errorf("columns\n got %s\nwant %s", strings.Join(got, ", "), strings.Join(want, ", "))
			}
			if err := c.findings.run(ctx, r); err != nil {
				t.Error(err)
			}
		})
	}
	rows, err := c.all(ctx, "select distinct finding, severity from rule_hits where severity is null or severity not in (select severity from severities)")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Errorf("rule %v gives the severity %v", row[0], row[1])
	}
}
