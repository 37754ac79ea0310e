package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"entrail/queries"
)

// What every page keeps to.
const (
	narrowest  = 20 // a text column is not made narrower than this: the last columns are left out instead
	identifier = 40 // ids and addresses up to this are not cut: they are copied into the next command
)

// numeric says that a column is read from the right.
func numeric(k queries.Kind) bool { return k == queries.Integer || k == queries.Number }

// names returns the columns' names, safe to show and different from each
// other even when a reader ignores case: a second `a` is `a_2`.
func names(columns []queries.Column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return distinct(all)
}

// headings are the names as people write them: `ip_address` is IP address. A
// question of one's own keeps the names that it gave.
func headings(r *queries.Result) []string {
	if r.Own {
		return names(r.Columns)
	}
	all := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		all[i] = heading(c.Name)
	}
	return distinct(all)
}

// abbreviations are the words of column names that are none.
var abbreviations = map[string]string{
	"id": "ID", "ids": "IDs", "ip": "IP", "mfa": "MFA", "url": "URL", "utc": "UTC", "sha256": "SHA-256", "os": "OS", "asn": "ASN", "upn": "UPN", "oauth": "OAuth",
}

func heading(name string) string {
	words := strings.Split(strings.TrimPrefix(name, "is_"), "_")
	for i, w := range words {
		if a, ok := abbreviations[w]; ok {
			words[i] = a
		}
	}
	s := strings.ReplaceAll(strings.Join(words, " "), "sign in", "sign-in")
	if s == "" {
		return name
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// distinct makes the names safe to show and different from each other.
func distinct(all []string) []string {
	taken := map[string]bool{}
	unique := make([]string, len(all))
	for i, given := range all {
		base := visible(given)
		if base == "" {
			base = "column"
		}
		name := base
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = base + "_" + strconv.Itoa(n)
		}
		taken[strings.ToLower(name)] = true
		unique[i] = name
	}
	return unique
}

// class tells the style sheet how a column is set: n numbers, t times,
// m what is compared letter by letter. setWidths adds k, v or w.
func class(c queries.Column) string {
	switch {
	case numeric(c.Kind):
		return "n"
	case c.Kind == queries.Time:
		return "t"
	case c.Name == "id", strings.HasSuffix(c.Name, "_id"), strings.HasPrefix(c.Name, "ip_address"), c.Name == "sha256", c.Name == "raw":
		return "m"
	}
	return ""
}

// cells counts the columns that a text fills on a terminal. East Asian
// ambiguous characters count one: the locale must not change the page.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// wrap breaks s between words, and words that are longer than a line anywhere.
func wrap(s string, width int) []string {
	var lines []string
	line, have := "", 0
	for _, word := range strings.Fields(s) {
		for _, part := range fold(word, width) {
			w := cells.StringWidth(part)
			switch {
			case have == 0:
				line, have = part, w
			case have+1+w <= width:
				line, have = line+" "+part, have+1+w
			default:
				lines = append(lines, line)
				line, have = part, w
			}
		}
	}
	return append(lines, line)
}

// fold breaks s wherever a line is full.
func fold(s string, width int) []string {
	width = max(width, 4) // the widest character still fits, whatever the label left
	var lines []string
	for cells.StringWidth(s) > width {
		part := cells.Truncate(s, width, "")
		lines = append(lines, part)
		s = s[len(part):]
	}
	return append(lines, s)
}

// inReadingOrder are the columns as a reader wants them where there is no room for all:
// first those of these names.
func inReadingOrder(columns []queries.Column, first []string) []int {
	var order []int
	for _, name := range first {
		if i := slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == name }); i >= 0 {
			order = append(order, i)
		}
	}
	for i := range columns {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return order
}
