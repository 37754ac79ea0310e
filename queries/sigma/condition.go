package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of a condition.
const (
	maxConditionDepth = 40
	maxCondition      = 2_000 // bytes
)

// selection is a named part of a detection.
type selection struct {
	name string
	expr expr
}

var conditionToken = regexp.MustCompile(`\(|\)|\||[^\s()|]+`)

// parseCondition reads `selection and not 1 of filter_*`.
func parseCondition(text string, selections []selection) (expr, error) {
	if len(text) > maxCondition {
		return expr{}, fmt.Errorf("the condition has more than %d bytes", maxCondition)
	}
	p := conditionParser{tokens: conditionToken.FindAllString(text, -1), selections: selections}
	e, err := p.or(0)
	switch {
	case err != nil:
		return e, fmt.Errorf("condition %q: %w", text, err)
	case p.peek() == "|":
		return e, fmt.Errorf("condition %q: aggregation with | is not supported; write a correlation", text)
	case p.peek() != "":
		return e, fmt.Errorf("condition %q: %q is one too many", text, p.peek())
	}
	return e, nil
}

type conditionParser struct {
	tokens     []string
	selections []selection
}

func (p *conditionParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

// take removes the next token if it is that word.
func (p *conditionParser) take(word string) bool {
	if !strings.EqualFold(p.peek(), word) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *conditionParser) next() string {
	token := p.peek()
	if token != "" {
		p.tokens = p.tokens[1:]
	}
	return token
}

func (p *conditionParser) or(depth int) (expr, error) {
	return p.several(isOr, "or", depth, func() (expr, error) {
		return p.several(isAnd, "and", depth, func() (expr, error) { return p.one(depth) })
	})
}

// several reads what a word joins.
func (p *conditionParser) several(k kind, word string, depth int, part func() (expr, error)) (expr, error) {
	var parts []expr
	for {
		e, err := part()
		if err != nil {
			return e, err
		}
		if parts = append(parts, e); !p.take(word) {
			return joinedBy(k, parts), nil
		}
	}
}

// one reads a selection, a quantity of them, what is denied, or what is in parentheses.
func (p *conditionParser) one(depth int) (expr, error) {
	if depth > maxConditionDepth {
		return expr{}, fmt.Errorf("it is more than %d deep", maxConditionDepth)
	}
	switch token := p.next(); {
	case token == "":
		return expr{}, fmt.Errorf("it ends too early")
	case token == "(":
		e, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return e, err
	case strings.EqualFold(token, "not"):
		e, err := p.one(depth + 1)
		return expr{kind: isNot, parts: []expr{e}}, err
	case (token == "1" || strings.EqualFold(token, "any") || strings.EqualFold(token, "all")) && p.take("of"):
		k := isOr
		if strings.EqualFold(token, "all") {
			k = isAnd
		}
		return p.quantity(k, p.next())
	default:
		i := slices.IndexFunc(p.selections, func(s selection) bool { return s.name == token })
		if i < 0 {
			return expr{}, fmt.Errorf("there is no selection %q", token)
		}
		return p.selections[i].expr, nil
	}
}

// quantity is all or one of the selections that a pattern names.
func (p *conditionParser) quantity(k kind, pattern string) (expr, error) {
	var parts []expr
	whole := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
	for _, s := range p.selections {
		if pattern == "them" && !strings.HasPrefix(s.name, "_") || whole.MatchString(s.name) {
			parts = append(parts, s.expr)
		}
	}
	if len(parts) == 0 {
		return expr{}, fmt.Errorf("no selection is called %q", pattern)
	}
	return joinedBy(k, parts), nil
}

// joinedBy is the parts as one.
func joinedBy(k kind, parts []expr) expr {
	if len(parts) == 1 {
		return parts[0]
	}
	return expr{kind: k, parts: parts}
}

// sql writes the tree over the columns of the tests.
func (e expr) sql() string {
	var parts []string
	for _, part := range e.parts {
		parts = append(parts, part.sql())
	}
	switch e.kind {
	case isAnd:
		return "(" + strings.Join(parts, " and ") + ")"
	case isOr:
		return "(" + strings.Join(parts, " or ") + ")"
	case isNot:
		return "not " + parts[0]
	}
	return testName(e.test)
}

// never tells whether no record can fit, where no record passes some of the tests, and
// which of these are to blame.
func (e expr) never(isPassed []bool) (bool, []int) {
	switch e.kind {
	case isTest:
		return !isPassed[e.test], []int{e.test}
	case isNot:
		return e.parts[0].always(isPassed), nil
	}
	var blamed []int
	some, all := false, true
	for _, part := range e.parts {
		never, more := part.never(isPassed)
		some, all = some || never, all && never
		if never {
			blamed = append(blamed, more...)
		}
	}
	if e.kind == isAnd {
		return some, blamed
	}
	return all, blamed
}

// always tells whether each record fits, where no record passes some of the tests.
func (e expr) always(isPassed []bool) bool {
	switch e.kind {
	case isTest:
		return false
	case isNot:
		never, _ := e.parts[0].never(isPassed)
		return never
	case isAnd:
		return !slices.ContainsFunc(e.parts, func(part expr) bool { return !part.always(isPassed) })
	}
	return slices.ContainsFunc(e.parts, func(part expr) bool { return part.always(isPassed) })
}
