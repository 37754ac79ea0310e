package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// TestNoJoinComparesEachWithEach: of a left join with a condition on one side alone, as
// `on e.source = 'audit_events' and e.file_id = w.file_id`, the engine compares each row
// with each, which for a million records never ends. Such a condition belongs into the key:
// `on case when e.source = 'audit_events' then e.file_id end = w.file_id`.
func TestNoJoinComparesEachWithEach(t *testing.T) {
	takesLong(t)
	fewRows := map[string]string{
		"view all_findings":  "a case sheet has few devices",
		"report audit_users": "kinds of failed logons, with the 300 codes", "report audit_logons": "the same",
	}
	explainAll(t, askedTenant(t), "format json", func(name string, plan []byte) {
		var steps []step
		if err := json.Unmarshal(plan, &steps); err != nil {
			t.Fatal(err)
		}
		for _, condition := range eachWithEach(steps) {
			if fewRows[name] == "" {
				t.Errorf("%s compares each row with each: %s", name, condition)
			}
		}
	})
}

// TestNoJoinMultiplies: a join on a key that few rows differ in, such as the incident
// or the account alone, pairs thousands with thousands. Of 30,000 sign-ins and as many
// audit records, which make one large incident, no join may give many times as many
// rows as go into it.
func TestNoJoinMultiplies(t *testing.T) {
	takesLong(t)
	fewer := strings.NewReplacer("1000001", "30001", "range(1000000)", "range(30000)", "% 5000", "% 500")
	ctx := context.Background()
	path := newCase(t, fewer.Replace(millionSignIns), theirPolicies, theirSteps, fewer.Replace(millionAuditRecords))
	c, err := Open(ctx, path, engine.Options{Temp: t.TempDir()}, Filter{}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.findings.look(ctx); err != nil {
		t.Fatal(err)
	}
	explainAll(t, c, "analyze, format json", func(name string, plan []byte) {
		var last measured
		if err := json.Unmarshal(plan, &last); err != nil {
			t.Fatal(err)
		}
		for _, join := range last.multiplying() {
			t.Errorf("%s: a join gives %d rows of %d: %v", name, join.Rows, join.most(), join.Info["Conditions"])
		}
	})
}

// explainAll has the engine explain each view, rule and report, after what it stands on, and
// hands on the plans.
func explainAll(t *testing.T, c *Case, how string, look func(name string, plan []byte)) {
	t.Helper()
	ctx := context.Background()
	explain := func(name, statement string) {
		t.Helper()
		rows, err := c.engine.All(ctx, "explain ("+how+") "+statement)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		look(name, []byte(rows[0][1].(string)))
	}
	for _, v := range views {
		if err := c.define(ctx, true, v.Name); err != nil {
			t.Fatal(err)
		}
		explain("view "+v.Name, v.SQL)
	}
	for _, r := range rules.All() {
		explain("rule "+r.Name, r.SQL)
	}
	for _, r := range Reports() {
		q, err := c.parse(ctx, r.SQL)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.defineAll(ctx, q.references(), true); err != nil {
			t.Fatal(err)
		}
		explain("report "+r.Name, r.SQL)
	}
}

// measured is a step of a plan that ran.
type measured struct {
	Type     string         `json:"operator_type"`
	Rows     int64          `json:"operator_cardinality"`
	Info     map[string]any `json:"extra_info"`
	Children []measured     `json:"children"`
}

// most is the number of rows of the larger side.
func (m measured) most() (rows int64) {
	for _, c := range m.Children {
		rows = max(rows, c.Rows)
	}
	return rows
}

// multiplying are the joins of a plan that give far more rows than go into them.
func (m measured) multiplying() (joins []measured) {
	if strings.Contains(m.Type, "JOIN") && m.Rows > 200_000 && m.Rows > 10*m.most() {
		joins = append(joins, m)
	}
	for _, c := range m.Children {
		joins = append(joins, c.multiplying()...)
	}
	return joins
}

// step is one of the engine's plan.
type step struct {
	Name     string         `json:"name"`
	Info     map[string]any `json:"extra_info"`
	Children []step         `json:"children"`
}

// eachWithEach are the conditions of outer joins in a plan for which there is no key.
func eachWithEach(steps []step) (conditions []string) {
	for _, s := range steps {
		kind := fmt.Sprint(s.Info["Join Type"])
		if s.Name == "BLOCKWISE_NL_JOIN" && slices.Contains([]string{"LEFT", "RIGHT", "OUTER"}, kind) {
			conditions = append(conditions, fmt.Sprint(s.Info["Condition"]))
		}
		conditions = append(conditions, eachWithEach(s.Children)...)
	}
	return conditions
}
