package queries

import (
	"fmt"
	"slices"
	"strings"
)

// Select returns the reports of the given names. A name is a report, a group
// of reports, or `all`; where a report and a group share a name, it is the
// report. Case doesn't matter, nor whether - or _ is typed. No report comes
// twice.
func Select(names []string) ([]Report, error) {
	var chosen []Report
	add := func(r Report) {
		if !slices.ContainsFunc(chosen, func(c Report) bool { return c.Name == r.Name }) {
			chosen = append(chosen, r)
		}
	}
	for _, given := range names {
		name := canonical(given)
		if r, ok := Lookup(name); ok {
			add(r)
			continue
		}
		found, before := false, len(chosen)
		candidates := []string{"all"}
		for _, r := range Reports() {
			if name == "all" || name == r.Group {
				add(r)
				found = true
			}
			candidates = append(candidates, r.Name)
			if !slices.Contains(candidates, r.Group) {
				candidates = append(candidates, r.Group)
			}
		}
		for _, r := range Reports() {
			if !found && slices.Contains(r.Topics, strings.ReplaceAll(name, "_", " ")) {
				add(r)
			}
		}
		found = found || len(chosen) > before
		if !found {
			hint := about(name)
			if hint == "" {
				hint = didYouMean(name, candidates)
			}
			return nil, fmt.Errorf("no report is called %q%s; --list names them all", given, hint)
		}
	}
	return chosen, nil
}

// IsNamed tells whether one of the names is the report's own, not a group's or a topic.
func IsNamed(names []string, r Report) bool {
	return slices.ContainsFunc(names, func(name string) bool { return canonical(name) == r.Name })
}

// about says which reports have the topic that was asked for instead of a
// name, as the middle of an error's sentence. A part of a topic will do, from
// three letters on, and so will its plural.
func about(topic string) string {
	topic = strings.TrimSuffix(strings.ReplaceAll(topic, "_", " "), "s")
	if len(topic) < 3 {
		return ""
	}
	var found []string
	for _, r := range Reports() {
		isAbout := func(t string) bool { return strings.Contains(" "+t, " "+topic) }
		if slices.ContainsFunc(r.Topics, isAbout) {
			found = append(found, r.Name)
		}
	}
	switch len(found) {
	case 0:
		return ""
	case 1:
		return "; that is in " + found[0]
	}
	last := len(found) - 1
	return "; that is in " + strings.Join(found[:last], ", ") + " and " + found[last]
}

// canonical writes a name as reports and columns are named.
func canonical(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "-", "_")
}

// Nearest returns up to three of the candidates that may be meant by name,
// the likeliest first: few letters away from it, or one within the other.
func Nearest(name string, candidates []string) []string {
	name = canonical(name)
	type scored struct {
		name     string
		distance int
	}
	var near []scored
	for _, c := range candidates {
		d := distance(name, c)
		within := len(name) >= 3 && (strings.Contains(c, name) || strings.Contains(name, c))
		if d <= 1+len(name)/4 || within {
			near = append(near, scored{c, d})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.name, b.name)
	})
	var names []string
	for _, n := range near {
		if len(names) < 3 && !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
	}
	return names
}

// didYouMean is Nearest as the middle of an error's sentence.
func didYouMean(name string, candidates []string) string {
	near := Nearest(name, candidates)
	if len(near) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(near, " or ") + "?)"
}

// distance counts the letters to put in, take out or change to get from a to
// b (Levenshtein), row by row of the usual table.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
