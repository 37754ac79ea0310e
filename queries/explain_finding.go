package queries

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// ExplainRule spells out what a finding is, from its rule's header; false where no
// rule of the program has that name. It needs no case.
func ExplainRule(written string) (*Result, bool) {
	name, ok := RuleName(written)
	if !ok {
		return nil, false
	}
	r, _ := rules.Lookup(name)
	return explained(r, "entrail --show-sql "+name), true
}

// rule does so for the rules of the run, those of one's own too.
func (e *explanation) rule(written string) (*Result, bool) {
	if result, ok := ExplainRule(written); ok {
		return result, true
	}
	r, ok := e.c.findings.rule(written)
	return explained(r, r.SQL), ok
}

// explained is the header of a rule, line by line; sql is its SQL, or how to see it.
func explained(r rules.Rule, sql string) *Result {
	var rows [][]any
	for _, line := range []struct{ what, text string }{
		{"finding", r.Name},
		{"title", r.Title},
		{"severity", r.Severity + " as a rule; each hit has its own"},
		{"meaning", r.Meaning},
		{"false positives", r.FalsePositives},
		{"blind spots", r.BlindSpots},
		{"check next", r.Next},
		{"techniques", strings.Join(r.Techniques, ", ")},
		{"tactic", strings.ReplaceAll(r.Tactic, "_", " ")},
		{"catalogue", strings.Join(r.Catalogue, ", ")},
		{"looks in", strings.Join(looksIn(r), ", ")},
		{"lists", strings.Join(r.Lists, ", ")},
		{"source", r.Source},
		{"seen", r.Seen},
		{"SQL", sql},
	} {
		if line.text != "" {
			rows = append(rows, []any{line.what, line.text})
		}
	}
	return fixed(Report{Name: "finding", Title: r.Title, Styles: map[string]Style{"text": Sentences}}, rows, "about", "text")
}

// looksIn are the tables that a rule looks in, with their parts.
func looksIn(r rules.Rule) []string {
	var tables []string
	for _, need := range r.Needs {
		for _, part := range partsOf(r, need) {
			if part != nil {
				tables = append(tables, fmt.Sprintf("%s (%v)", need, part))
			} else {
				tables = append(tables, need)
			}
		}
	}
	return tables
}

// findingID is what finding_id of the report findings looks like.
var findingID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// finding spells out one hit: its line, what its rule says, and the records
// that are its evidence; nil where no finding has that id.
func (e *explanation) finding(ctx context.Context, id string) ([]*Result, error) {
	if err := e.c.define(ctx, false, "all_findings", "finding_records", "all_events"); err != nil {
		return nil, err
	}
	is := " where finding_id = " + engine.Literal(id)
	rows, err := e.c.all(ctx, "select finding from all_findings"+is)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	name, _ := rows[0][0].(string)
	report, _ := Lookup("findings")
	line, err := e.line(ctx, strings.Replace(report.SQL, "from findings", "from (from all_findings"+is+")", 1))
	if err != nil {
		return nil, err
	}
	evidence, err := e.c.all(ctx, `
		select r.file_id || ':' || r.record, r.id, e.event_time::varchar, e.source, e.actor, e.action, e.target, e.ip_address, e.result
		from finding_records as r
		left join all_events as e on e.file_id = r.file_id and e.record = r.record`+is+`
		order by e.event_time, r.file_id, r.record`)
	if err != nil {
		return nil, err
	}
	rule, _ := e.rule(name)
	return []*Result{
		fixed(Report{Name: "hit", Title: "Finding " + id, Styles: map[string]Style{"value": Sentences}}, line, "field", "value"),
		rule,
		fixed(Report{Name: "evidence", Title: "Evidence"}, evidence, "record", "id", "event_time", "log", "actor", "action", "target", "ip_address", "result"),
	}, nil
}

// line asks for one row and turns it into lines of field and value.
func (e *explanation) line(ctx context.Context, statement string) ([][]any, error) {
	rows, err := e.c.engine.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines [][]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			if v != nil {
				lines = append(lines, []any{rows.Columns[i].Name, e.c.shown(v)})
			}
		}
	}
	return lines, rows.Err()
}
