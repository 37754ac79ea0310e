package render

import (
	"slices"
	"strconv"
	"strings"

	"entrail/queries"
)

// hasGrid tells that a terminal shows a report as a grid where its rows are too
// many: a heat map, in figures.
func hasGrid(r queries.Report) bool {
	return slices.ContainsFunc(r.Charts, isHeat)
}

func isHeat(c queries.Chart) bool { return c.Type == "heat" }

// newGrid collects the rows of the report's heat map; nil if it has none.
func newGrid(r *queries.Result) *chart {
	i := slices.IndexFunc(r.Report.Charts, isHeat)
	if i < 0 {
		return nil
	}
	c, err := newChart(r.Report.Charts[i], r.Columns)
	if err != nil { // an ad-hoc change of the report's columns
		return nil
	}
	return c
}

// grid writes the heat map in lines of figures: a line a group, a column a
// value of x, "·" for nothing, a star behind those that are faint. It is nil where that is no better than the
// table: too wide, too many lines, or rows that are not in it.
func (c *chart) grid(width int) []string {
	type pair struct{ x, group string }
	value := map[pair]string{}
	var axis, groups []string
	faint := map[string]bool{}
	label, cell := cells.StringWidth(c.Group), 0
	for _, pt := range c.points {
		at := pair{pt.x, pt.group}
		if _, twice := value[at]; twice {
			return nil
		}
		value[at] = strconv.FormatFloat(pt.y[0], 'f', -1, 64)
		if pt.y[0] == 0 {
			value[at] = "·"
		}
		if !slices.Contains(axis, pt.x) {
			axis = append(axis, pt.x)
		}
		if !slices.Contains(groups, pt.group) {
			groups = append(groups, pt.group)
		}
		faint[pt.x] = faint[pt.x] || pt.faint
		label = max(label, cells.StringWidth(pt.group))
		cell = max(cell, cells.StringWidth(marked(pt.x, faint)), cells.StringWidth(value[at]))
	}
	between := gap
	if label+len(axis)*(between+cell) > width {
		between = 1
	}
	label = min(label, width-len(axis)*(between+cell))
	if c.missed > 0 || len(groups) == 0 || len(groups) > maxBars || label < 6 {
		return nil
	}
	line := func(name string, of func(x string) string) string {
		var b strings.Builder
		b.WriteString(cells.FillRight(cells.Truncate(name, label, "…"), label))
		for _, x := range axis {
			b.WriteString(strings.Repeat(" ", between) + cells.FillLeft(of(x), cell))
		}
		return strings.TrimRight(b.String(), " ")
	}
	lines := []string{line(c.Group, func(x string) string { return marked(x, faint) })}
	for _, group := range groups {
		lines = append(lines, line(group, func(x string) string { return value[pair{x, group}] }))
	}
	if slices.ContainsFunc(axis, func(x string) bool { return faint[x] }) {
		lines = append(lines, "* "+c.Faint)
	}
	return lines
}

// marked is a place on the axis of a heat map, which has no faint colours.
func marked(x string, faint map[string]bool) string {
	if faint[x] {
		return x + "*"
	}
	return x
}
