// Package sigma reads Sigma rules and writes them as SQL over the tables of a case.
//
//	file --Read--> Rule, correlation            read.go, yaml.go, value.go, condition.go
//	                  |
//	                  |  Log: how the evidence spells the names that the rules use
//	                  v
//	              Compile --> SELECT of hits, as package rules wants it      compile.go, correlate.go
//
// A rule is for one log, by its logsource, and a log is one table. A field of a rule is what
// fields.csv says; else the column of that name, whatever its case and underscores; else
// whatever the raw record has under that name, at any depth, in any case, also in lists of
// Name and Value. A field may so have several values: a test is passed if one of them passes.
//
// Texts are compared without regard to case, as Sigma wants it. What a rule says reaches SQL
// as literals alone.
//
// The source of what rules mean: https://sigmahq.io/sigma-specification/
package sigma

import (
	"slices"
	"strings"

	"entrail/queries/rules"
)

// Rule is one rule of a file, or one correlation of rules.
type Rule struct {
	Name           string // of the finding, snake case
	ID             string // as the file gives it; empty = none
	Title          string
	Severity       string // of rules.Severities
	Description    string
	Tactic         string   // of ATT&CK, snake case; empty = none is tagged
	Techniques     []string // of ATT&CK, T1098.003
	FalsePositives []string
	References     []string
	Table          string // that it looks in; empty for a correlation

	tests     []test
	condition expr
	correlate *correlation
}

// test is what one field of a record must be.
type test struct {
	field    string // as the rule writes it; empty = anywhere in the record
	values   []matcher
	isAll    bool // each value must be matched, not one
	isNull   bool // there is no value
	isExists bool // there is a value
	isNot    bool // none of this
}

// expr is a tree of tests.
type expr struct {
	kind  kind
	parts []expr
	test  int // of Rule.tests
}

type kind int

const (
	isTest kind = iota
	isAnd
	isOr
	isNot
)

// correlation counts what rules find, or puts it in order.
type correlation struct {
	kind    string   // event_count, value_count, temporal, temporal_ordered
	rules   []string // their names, titles or ids
	groupBy []string
	aliases map[string]map[string]string // by alias and rule: a field
	seconds int64
	field   string // whose values are counted
	compare string // gt, gte, lt, lte, eq, neq
	count   int64
	isFed   bool // the rules make findings too: generate
}

// IsCorrelation tells of a rule that it stands on other rules.
func (r Rule) IsCorrelation() bool { return r.correlate != nil }

// Fields are the fields that a rule names, each once.
func (r Rule) Fields() []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, t := range r.tests {
		add(t.field)
		for _, v := range t.values {
			add(v.field)
		}
	}
	return names
}

// grouped are the fields of the rule r by which a correlation groups and counts.
func (c *correlation) grouped(r Rule) []string {
	var names []string
	for _, name := range c.groupBy {
		names = append(names, c.fieldOf(name, r))
	}
	if c.field != "" {
		names = append(names, c.fieldOf(c.field, r))
	}
	return names
}

// fieldOf is what a field of the correlation is called in the rule r.
func (c *correlation) fieldOf(name string, r Rule) string {
	for rule, field := range c.aliases[name] {
		if r.isCalled(rule) {
			return field
		}
	}
	return name
}

// isCalled tells that a correlation means the rule.
func (r Rule) isCalled(name string) bool {
	return r.ID != "" && strings.EqualFold(r.ID, name) || nameOf(name) == r.Name
}

// Find returns the rules that a correlation stands on, and the names of those that are not there.
func (r Rule) Find(among []Rule) (found []Rule, missing []string) {
	for _, name := range r.correlate.rules {
		i := slices.IndexFunc(among, func(other Rule) bool { return other.isCalled(name) })
		if i < 0 {
			missing = append(missing, name)
			continue
		}
		found = append(found, among[i])
	}
	return found, missing
}

// IsFed tells of a correlation that the rules it stands on make findings of their own too.
func (r Rule) IsFed() bool { return r.correlate.isFed }

// severityOf is the severity of a rule's level. A rule without one is for context.
func severityOf(level string) string {
	switch level = strings.ToLower(level); {
	case level == "" || level == "informational":
		return map[bool]string{true: "low", false: "info"}[level == ""]
	case slices.Contains(rules.Severities, level):
		return level
	}
	return ""
}

// maxName is how long a finding's name may be, in bytes.
const maxName = 80

// nameOf is a name for a finding: snake case of ASCII letters and digits.
func nameOf(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		isWord := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		switch {
		case b.Len() >= maxName:
		case isWord:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String(), "_")
}
