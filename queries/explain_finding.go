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
// rule has that name. It needs no case.
func ExplainRule(name string) (*Result, bool) {
	r, ok := rules.Lookup(canonical(name))
	if !ok {
		return nil, false
	}
	return explained(r, "entrail --show-sql "+r.Name), true
}

// explainRule does so for the rules of the run, those of one's own too.
func (c *Case) explainRule(name string) (*Result, bool) {
	for _, r := range c.findings.own {
		if r.Name == canonical(name) {
			return explained(r, r.SQL), true
		}
	}
	return ExplainRule(name)
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
		{"looks in", strings.Join(r.Needs, ", ")},
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

// findingID is what finding_id of the report findings looks like.
var findingID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// explainFinding spells out one hit: its line, what its rule says, and the records
// that are its evidence; nil where no finding has that id.
func (c *Case) explainFinding(ctx context.Context, id string) ([]*Result, error) {
	if err := c.define(ctx, false, "all_findings", "finding_records", "all_events"); err != nil {
		return nil, err
	}
	is := " where finding_id = " + engine.Literal(id)
	rows, err := c.all(ctx, "select finding from all_findings"+is)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	name, _ := rows[0][0].(string)
	report, _ := Lookup("findings")
	line, err := c.column(ctx, strings.Replace(report.SQL, "from findings", "from (from all_findings"+is+")", 1))
	if err != nil {
		return nil, err
	}
	evidence, err := c.all(ctx, `
		select r.file_id || ':' || r.record, r.id, e.event_time::varchar, e.source, e.actor, e.action, e.target, e.ip_address, e.result
		from finding_records as r
		left join all_events as e on e.file_id = r.file_id and e.record = r.record`+is+`
		order by e.event_time, r.file_id, r.record`)
	if err != nil {
		return nil, err
	}
	rule, _ := c.explainRule(name)
	return []*Result{
		fixed(Report{Name: "hit", Title: "Finding " + id, Styles: map[string]Style{"value": Sentences}}, line, "field", "value"),
		rule,
		fixed(Report{Name: "evidence", Title: "Evidence"}, evidence, "record", "id", "event_time", "log", "actor", "action", "target", "ip_address", "result"),
	}, nil
}

// column asks for one row and turns it into lines of field and value.
func (c *Case) column(ctx context.Context, statement string) ([][]any, error) {
	rows, err := c.engine.Query(ctx, statement)
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
				lines = append(lines, []any{rows.Columns[i].Name, fmt.Sprint(v)})
			}
		}
	}
	return lines, rows.Err()
}
