package given

import (
	"slices"
	"strings"

	"entrail/queries"
	"entrail/render/output"
)

// isComparison tells of a name that it is that of a report of --compare.
func isComparison(name string) bool {
	return slices.ContainsFunc(queries.Comparisons, func(r queries.Report) bool { return queries.IsNamed([]string{name}, r) })
}

// checkCompare chooses the reports of --compare, and refuses what can't stand beside it.
func (c *Call) checkCompare(names List, asksElse bool) error {
	var known []string
	for _, r := range queries.Comparisons {
		known = append(known, r.Name)
		if len(names) == 0 || queries.IsNamed(names, r) {
			c.Reports = append(c.Reports, r)
		}
	}
	unknown := slices.IndexFunc(names, func(name string) bool { return !isComparison(name) })
	switch {
	case c.Compare == "":
		return Wrong("give the case database of the earlier export", "--compare: it names no file")
	case output.IsMissing(c.Compare):
		return Wrong("make one of the earlier export: entrail EARLIER/ --db FILE", "--compare %s: there is no such case", c.Compare)
	case asksElse:
		return Wrong("ask one after the other; --db keeps the case meanwhile", "--compare stands alone, without --query and --explain")
	case unknown >= 0:
		return Wrong("it has "+strings.Join(known, ", "), "--compare has no report %s", names[unknown])
	case len(c.MMDB) > 0 || len(c.Rules) > 0:
		return Wrong("leave them out", "--compare looks at records, not at places and findings: --mmdb and --rules change nothing about it")
	case len(c.Words) > 0:
		return Wrong("leave the filters out, and narrow down what is written", "--compare looks at all records of both exports")
	}
	return nil
}
