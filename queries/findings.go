package queries

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// What a run has of the rules, once a question reads it:
//
//	rules              what the header of each rule says
//	rule_needs         the tables that each looks in, and the part of each
//	rule_log_days      how much there is in each of these, by part and day
//	severities         in their order
//	list_NAME          the lists
//	rule_absences      what rules of one's own ask for that no record has
//	rule_hits          what each rule's SELECT gave
//	incident_findings  which findings belong together, see incidents.go
//
// The views all_findings, finding_records, findings and incident_traces of the model
// say what that means.
var (
	ruleTables = []string{"rules", "rule_needs", "rule_log_days", "rule_absences", "severities"}
	hitTables  = []string{"rule_hits", "incident_findings"}
)

// findings looks for what the rules find in a case, once a run, and has the tables above.
type findings struct {
	c           *Case
	isListed    bool         // the tables of rules and lists are there
	isLookedFor bool         // the rules ran
	own         []rules.Rule // of one's own, see own.go
	addsOwn     bool         // and they are being added now
}

// RuleName is the name of the program's rule that somebody may have written with blanks or
// dashes; false where there is none.
func RuleName(written string) (name string, ok bool) {
	name = strings.ReplaceAll(canonical(written), " ", "_")
	_, ok = rules.Lookup(name)
	return name, ok
}

// rule is the rule of that name, one's own or the program's.
func (fi *findings) rule(written string) (rules.Rule, bool) {
	for _, r := range fi.own {
		if r.Name == canonical(written) {
			return r, true
		}
	}
	name, _ := RuleName(written)
	return rules.Lookup(name)
}

// isTableOfRules tells of a name that it is a table that the rules or the case sheet make.
func isTableOfRules(name string) bool {
	return slices.Contains(ruleTables, name) || slices.Contains(hitTables, name) || strings.HasPrefix(name, "list_") || isTableOfSheet(name)
}

// isOfFindings tells of a view's name that it has a row a finding, of those that the
// filters show.
func isOfFindings(name string) bool { return name == "findings" }

// tablesOfRules are the tables that rules look in.
func tablesOfRules() []string {
	var tables []string
	for _, r := range rules.All() {
		tables = append(tables, r.Needs...)
	}
	return tables
}

// prepareRules makes what a question reads of the rules, if it reads any of it.
func (fi *findings) prepare(ctx context.Context, name string) error {
	switch {
	case slices.Contains(hitTables, name):
		return fi.look(ctx)
	case slices.Contains(ruleTables, name) || strings.HasPrefix(name, "list_"):
		return fi.list(ctx)
	case name == "sheet_evidence":
		return fi.c.sheet.noteEvidence(ctx)
	}
	return nil
}

// lookForFindings runs the rules, once a run.
func (fi *findings) look(ctx context.Context) error { return fi.lookFor(ctx, rules.All()) }

// lookFor runs these rules, unless any ran before, and puts together what they find.
func (fi *findings) lookFor(ctx context.Context, looked []rules.Rule) error {
	switch {
	case fi.addsOwn:
		return errors.New("a rule can't read what rules find")
	case fi.isLookedFor:
		return nil
	}
	fi.isLookedFor = true
	if err := fi.list(ctx); err != nil {
		return fmt.Errorf("list the rules: %w", err)
	}
	for _, r := range looked {
		if err := fi.run(ctx, r); err != nil {
			return fmt.Errorf("rule %s: %w", r.Name, err)
		}
	}
	if err := fi.c.define(ctx, false, "all_findings", "finding_records"); err != nil {
		return err
	}
	if err := fi.c.engine.Exec(ctx, "create or replace macro "+fi.c.filters.findingShown()); err != nil {
		return fmt.Errorf("say which findings are shown: %w", err)
	}
	return fi.putTogether(ctx)
}

// listRules makes the tables of rules and lists, which are part of the program.
func (fi *findings) list(ctx context.Context) error {
	if fi.isListed {
		return nil
	}
	fi.isListed = true
	return fi.c.engine.Together(ctx, func() error {
		if err := fi.makeTables(ctx); err != nil {
			return err
		}
		return fi.enter(ctx, rules.All(), 0)
	})
}

// makeRuleTables makes the tables of rules and lists, and fills the lists.
func (fi *findings) makeTables(ctx context.Context) error {
	var severities []string
	for i, s := range rules.Severities {
		severities = append(severities, fmt.Sprintf("(%s, %d)", engine.Literal(s), i+1))
	}
	var hit []string
	for _, column := range rules.Columns {
		hit = append(hit, column.Name+" "+column.Type)
	}
	statements := []string{
		"create table severities as select * from (values " + strings.Join(severities, ", ") + ") as s (severity, severity_rank)",
		`create table rules (
			finding varchar, position integer, tactic varchar, title varchar, severity varchar, techniques varchar, catalogue varchar,
			meaning varchar, false_positives varchar, blind_spots varchar, next varchar, source varchar, compares varchar
		)`,
		"create table rule_needs (finding varchar, log_table varchar, part varchar)",
		"create table rule_log_days (log_table varchar, part varchar, day date, records bigint, first_event timestamp, last_event timestamp)",
		"create table rule_absences (finding varchar, absence varchar)",
		"create table rule_hits (finding varchar, " + strings.Join(hit, ", ") + ")",
	}
	for _, l := range rules.Lists() {
		var columns []string
		for _, name := range l.Columns {
			columns = append(columns, engine.Identifier(name)+" varchar")
		}
		statements = append(statements, "create table list_"+l.Name+" ("+strings.Join(columns, ", ")+")")
	}
	for _, s := range statements {
		if err := fi.c.engine.Exec(ctx, s); err != nil {
			return err
		}
	}
	for _, l := range rules.Lists() {
		err := fi.c.engine.Append("list_"+l.Name, func(add func(...driver.Value) error) error {
			for _, row := range l.Rows {
				values := make([]driver.Value, len(row))
				for i, v := range row {
					if v != "" {
						values[i] = v
					}
				}
				if err := add(values...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// enterRules writes what the headers of rules say into the tables of rules, after those
// that are there.
func (fi *findings) enter(ctx context.Context, entered []rules.Rule, before int) error {
	err := fi.c.engine.Append("rules", func(add func(...driver.Value) error) error {
		for i, r := range entered {
			err := add(r.Name, int32(before+i+1), r.Tactic, r.Title, r.Severity, strings.Join(r.Techniques, ","), strings.Join(r.Catalogue, ","),
				r.Meaning, r.FalsePositives, r.BlindSpots, r.Next, r.Source, r.Compares)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	err = fi.c.engine.Append("rule_needs", func(add func(...driver.Value) error) error {
		for _, r := range entered {
			for _, need := range r.Needs {
				needed[need] = true
				for _, part := range partsOf(r, need) {
					if err := add(r.Name, need, part); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range schema.Tables() {
		if !needed[t.Name] {
			continue
		}
		part, day, period := cmp.Or(t.Parts, "null"), "null", "null, null"
		if t.Has("event_time") {
			day, period = "event_time::date", "min(event_time), max(event_time)"
		}
		err := fi.c.engine.Exec(ctx, fmt.Sprintf(
			"insert into rule_log_days select '%s', %s, %s, count(*), %s from evidence.%[1]s where '%[1]s' not in (select log_table from rule_log_days) group by all", t.Name, part, day, period))
		if err != nil {
			return err
		}
	}
	return nil
}

// partsOf are the parts of a table that a rule looks in, as rule_needs has them; one NULL
// where it is the whole table.
func partsOf(r rules.Rule, table string) []driver.Value {
	var parts []driver.Value
	for _, p := range r.Parts {
		if p.Table == table {
			parts = append(parts, strings.Join(p.AnyOf, " or "))
		}
	}
	if parts == nil {
		return []driver.Value{nil}
	}
	return parts
}

// run asks one rule, if there is anything that it could look in.
func (fi *findings) run(ctx context.Context, r rules.Rule) error {
	var rows int64
	for _, need := range r.Needs {
		n, err := fi.c.filters.count(ctx, "evidence."+need)
		if err != nil {
			return err
		}
		rows += n
	}
	if rows == 0 {
		return nil
	}
	if done, err := fi.runJudged(ctx, r); done || err != nil {
		return err
	}
	if err := fi.c.define(ctx, false, namesIn(r.SQL)...); err != nil {
		return err
	}
	return fi.c.engine.Exec(ctx, fmt.Sprintf("insert into rule_hits select %s, * from (\n%s\n)", engine.Literal(r.Name), r.SQL))
}

// bearsName is the condition that a row of all_findings is the one of an id, or is of a
// rule or names it: %s is the id or the name.
const bearsName = "lower(%[1]s) in (finding_id, finding) or list_contains(string_split(coalesce(also, ''), ', '), lower(%[1]s))"

// findingShown is the macro that says whether the filters show a finding: they show a
// record of its evidence, and where findings are asked for, it is one of these.
func (fs *Filters) findingShown() string {
	var shown, asked []string
	for _, t := range schema.Logs() {
		if len(fs.conditionsOf[t.Name]) > 0 {
			shown = append(shown, "select file_id, record from "+t.Name)
		}
	}
	if len(shown) == 0 {
		return "is_finding_shown(id) as id is not null"
	}
	macro := `is_finding_shown(id) as id in (
		select finding_id
		from finding_records
		where (file_id, record) in (` + strings.Join(shown, " union all ") + `)
	)`
	for _, value := range fs.filter.Findings {
		if rule, ok := fs.c.findings.rule(value); ok {
			value = rule.Name
		}
		asked = append(asked, fmt.Sprintf(bearsName, literal(value)))
	}
	if len(asked) > 0 {
		macro += " and id in (select finding_id from all_findings where " + strings.Join(asked, " or ") + ")"
	}
	return macro
}
