package queries

import (
	"strings"

	"entrail/ingest/engine"
)

// The SQL of a comparison. Values come from the command line and, by way of an
// analyst's paste, from attackers: they only ever reach SQL through literal.

// literal quotes a value for SQL; bytes that are no text become U+FFFD.
func literal(value string) string {
	return engine.Literal(strings.ToValidUTF8(value, "\uFFFD"))
}

// equals is true where the column has one of the values, without regard to
// case, `*` standing for any text and "" for no value. It is never NULL.
func equals(column string, values []string) string { return matches(column, values, "") }

// fewLiterals is how many values of a filter stand in its SQL; more are in a table.
const fewLiterals = 20

// matches is equals, or true where the column's value is in the table of wanted
// values; "" = there is none, and the values themselves are compared.
func matches(column string, values []string, table string) string {
	text := "lower(coalesce(" + column + "::varchar, ''))"
	var plain, any []string
	for _, v := range values {
		if strings.Contains(v, "*") {
			any = append(any, like(text, v))
		} else {
			plain = append(plain, "lower("+literal(v)+")")
		}
	}
	switch {
	case table != "":
		any = append(any, text+" in (select value from "+table+")")
	case len(plain) > 0:
		any = append(any, text+" in ("+strings.Join(plain, ", ")+")")
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// like is true where the lower-case text fits a pattern in which `*` stands
// for any text.
func like(text, pattern string) string {
	escaped := strings.NewReplacer("^", "^^", "%", "^%", "_", "^_", "*", "%").Replace(pattern)
	return text + " like lower(" + literal(escaped) + ") escape '^'"
}

// among is true where the column's value is in the table of wanted values or
// fits a pattern.
func among(column, table string, patterns []string) string {
	text := "lower(" + column + ")"
	any := []string{text + " in (select value from " + table + ")"}
	for _, p := range patterns {
		any = append(any, like(text, p))
	}
	if column == "targets" { // a comma-joined list: any of its names will do
		elements := `string_split_regex(lower(targets), '\s*,\s*')`
		any = []string{"list_has_any(" + elements + ", (select coalesce(list(value), []::varchar[]) from " + table + "))"}
		for _, p := range patterns {
			any = append(any, "len(list_filter("+elements+", name -> "+like("name", p)+")) > 0")
		}
	}
	return "coalesce(" + strings.Join(any, " or ") + ", false)"
}
