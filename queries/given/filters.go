package given

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/queries"
)

// listFilters are the flags that narrow by a list of values.
var listFilters = []string{"user", "not-user", "session", "app", "not-app", "ip", "not-ip", "asn", "user-agent", "finding", "incident"}

// filterOf is the filter that flags ask for. read puts in the place of @FILE what the file
// holds. words are the filter for the page, options the same flags without an @FILE.
func filterOf(lists map[string]*List, columns []string, since, until string, read func([]string) ([]string, error)) (f queries.Filter, words, options []string, err error) {
	into := map[string]*[]string{
		"user": &f.Users, "not-user": &f.NotUsers, "session": &f.Sessions,
		"app": &f.Apps, "not-app": &f.NotApps, "ip": &f.IPs, "not-ip": &f.NotIPs, "asn": &f.Networks, "user-agent": &f.UserAgents,
		"finding": &f.Findings, "incident": &f.Incidents,
	}
	for _, name := range listFilters {
		values, err := read(*lists[name])
		if err != nil {
			return f, nil, nil, notListed("--"+name, err)
		}
		for _, v := range values {
			options = append(options, "--"+name+"="+quoted(v))
		}
		if *into[name] = values; len(values) > 0 {
			words = append(words, strings.ReplaceAll(name, "-", " ")+" "+strings.Join(values, " or "))
		}
	}
	for _, text := range columns {
		column, err := queries.ParseColumn(text)
		if err != nil {
			return f, nil, nil, &Mistake{err.Error(), "entrail --schema lists the columns"}
		}
		typed := column.Values
		if column.Values, err = read(typed); err != nil {
			return f, nil, nil, notListed("--filter", err)
		}
		if !slices.Equal(typed, column.Values) {
			name, _, _ := strings.Cut(text, "=")
			text = name + "=" + quoted(column.Values...)
		}
		options = append(options, "--filter="+text)
		f.Columns = append(f.Columns, column)
		words = append(words, text)
	}
	for _, bound := range []struct {
		name, text string
		into       *queries.Moment
	}{{"since", since, &f.Since}, {"until", until, &f.Until}} {
		if bound.text == "" {
			continue
		}
		m, err := queries.ParseTime(bound.text)
		if err != nil {
			return f, nil, nil, Wrong(queries.TimeForms, "--%s: %v", bound.name, err)
		}
		*bound.into = m
		if !m.IsBack() {
			bound.text = m.Time.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		words = append(words, bound.name+" "+bound.text)
	}
	if err := f.Check(); err != nil {
		return f, nil, nil, &Mistake{Message: err.Error()}
	}
	return f, words, options, nil
}

// nameFindings reads names of findings among those of reports, which --list has side by
// side: they ask for the report findings, narrowed to what these find.
func nameFindings(reports, only *List) error {
	isFinding := func(name string) bool {
		_, isReport := queries.Lookup(name)
		_, isRule := queries.RuleName(name)
		return isRule && !isReport
	}
	i := slices.IndexFunc(*reports, isFinding)
	if i < 0 {
		return nil
	}
	if slices.ContainsFunc(*reports, func(name string) bool { return !isFinding(name) }) {
		return Wrong("ask for findings alone, or narrow the reports with --finding", "--report %s: that is a finding, and no report", (*reports)[i])
	}
	for _, name := range *reports {
		rule, _ := queries.RuleName(name)
		*only = append(*only, rule)
	}
	*reports = List{"findings"}
	return nil
}

// quoted is a list of values as a flag takes it.
func quoted(values ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(values) // into memory, which takes all
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func notListed(flag string, err error) error {
	return Wrong("@FILE names a file with one value a line", "%s %v", flag, err)
}

// LeaveOut judges, before anything is read, which of the reports the filters can
// narrow. One that they can't is refused where it is asked for by name, and left out
// and named where it is one of a group, or of all.
func (c *Call) LeaveOut(ctx context.Context) error {
	if len(c.Words) == 0 || c.Query != "" || c.Explain != "" || c.Dossier {
		return nil
	}
	empty, err := queries.OpenEmpty(ctx, engine.Options{Temp: c.Engine.Temp, Threads: 1}, c.Filter)
	if err != nil {
		return err
	}
	defer empty.Close()
	if err := empty.Sheet().Know(ctx, c.Sheet); err != nil { // with notes, reports have columns more
		return err
	}
	var rest []queries.Report
	var left, columns []string
	flags := map[string]bool{}
	var why *queries.Inapplicable
	for _, r := range c.Reports {
		err := empty.Filters().Inapplicable(ctx, r)
		switch {
		case err == nil:
			rest = append(rest, r)
		case !errors.As(err, &why):
			return err
		case slices.Contains(c.ByName, r.Name):
			return Wrong(c.whereTo(ctx, empty, why), "%v", err)
		default:
			left = append(left, r.Name)
			columns = append(columns, why.Columns...)
			flags[why.Flag] = true
		}
	}
	if len(rest) == 0 {
		return Wrong("entrail --schema lists the columns of the tables, a report shows its own", "%s applies to none of the reports asked for%s", why.Flag, why.Near(columns))
	}
	if c.Reports = rest; len(left) > 0 {
		c.Remarks = append(c.Remarks, fmt.Sprintf("Left out, as %s can't narrow them: %s", strings.Join(slices.Sorted(maps.Keys(flags)), " or "), strings.Join(left, ", ")))
	}
	return nil
}

// whereTo is the hint for a filter that can't narrow a report: the first reports that
// it can narrow.
func (c *Call) whereTo(ctx context.Context, empty *queries.Case, why *queries.Inapplicable) string {
	const most = 6
	var names []string
	for _, r := range queries.Reports() {
		if narrows, err := empty.Filters().Narrows(ctx, r); len(names) < most && narrows && err == nil {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return "entrail --schema lists the columns of the tables, a report shows its own"
	}
	return why.Flag + " applies to " + strings.Join(names, ", ")
}
