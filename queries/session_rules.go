package queries

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entrail/ingest/header"
)

// The rules by which sessions are judged: rules/sessions/NN_NAME.sql, listed in the
// order of NN. See the package comment for their form.
//
//go:embed rules/sessions/*.sql
var sessionRuleFiles embed.FS

// sessionRule is one reason why a person should look at a session.
type sessionRule struct {
	Name       string
	Title      string
	Weights    []weight
	Techniques []string // of MITRE ATT&CK
	Kind       string   // one of sessionRuleKinds
	SQL        string   // SELECT session, points, sentence
}

// weight is how much a rule counts, and when, in words; empty = always.
type weight struct {
	Points int
	When   string
}

// sessionRuleKinds are how somebody got in, what somebody did or used, and where from
// and with what it was.
var sessionRuleKinds = []string{"entry", "act", "place"}

var sessionRules = mustReadSessionRules()

func mustReadSessionRules() []sessionRule {
	var all []sessionRule
	for name, text := range filesOf(sessionRuleFiles, "rules/sessions/*.sql") { // in order
		r, err := parseSessionRule(name, text)
		if err != nil {
			panic(err)
		}
		all = append(all, r)
	}
	return all
}

func parseSessionRule(file, text string) (sessionRule, error) {
	_, name, isNumbered := strings.Cut(file, "_")
	r := sessionRule{Name: name}
	fields, body, err := header.Read(file, text)
	if err != nil {
		return r, err
	}
	r.SQL = strings.TrimSpace(body)
	for _, f := range fields {
		switch f.Key {
		case "title":
			r.Title = f.Value
		case "points":
			number, when, _ := strings.Cut(f.Value, " ")
			points, err := strconv.Atoi(number)
			if err != nil || points <= 0 {
				return r, fmt.Errorf("%s.sql: points: %q: want a number above 0, then when", file, f.Value)
			}
			r.Weights = append(r.Weights, weight{points, when})
		case "techniques":
			r.Techniques = strings.Split(f.Value, ", ")
		case "kind":
			r.Kind = f.Value
		default:
			return r, fmt.Errorf("%s.sql: unknown header key %q", file, f.Key)
		}
	}
	if !isNumbered || r.Title == "" || len(r.Weights) == 0 || len(r.Techniques) == 0 || !slices.Contains(sessionRuleKinds, r.Kind) || r.SQL == "" {
		return r, fmt.Errorf("%s.sql: want NN_NAME, a title, points, techniques, a kind of %s, and one SELECT", file, strings.Join(sessionRuleKinds, ", "))
	}
	return r, nil
}

// sessionHits is the SELECT of all that the rules say of sessions.
func sessionHits() string {
	var parts []string
	for i, r := range sessionRules {
		parts = append(parts, fmt.Sprintf("-- %s: %s\nselect\n    %d::bigint as position,\n    '%s' as rule,\n    '%s' as kind,\n    *,\nfrom (\n%s\n)",
			r.Title, r.weights(), i+1, r.Name, r.Kind, r.SQL))
	}
	return strings.Join(parts, "\nunion all\n")
}

// weights says in words how much the rule counts.
func (r sessionRule) weights() string {
	var all []string
	for _, w := range r.Weights {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s", w.Points, w.When)))
	}
	return strings.Join(all, ", ")
}

// sessionWeights says of each rule in words how much it counts, as the report
// sessions explains it.
func sessionWeights() string {
	var all []string
	for _, r := range sessionRules {
		all = append(all, r.Title+": "+r.weights()+".")
	}
	return strings.Join(all, " ")
}
