package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// action is where a condition of the filter narrows a question.
type action int

const (
	onTables action = iota // the tables that it reads, before anything is counted
	onShown                // the rows that it shows
	nowhere                // it reads no table that is filtered, and says so
	isWrong                // neither its tables nor what it shows have what is asked for
)

// applied says how the filter acts on one question.
type applied struct {
	tables  []schema.Table // the logs that it is about
	actions []action       // of each condition
	columns []string       // that it shows, if that was asked
}

// isNarrowed tells that a condition acts on the question at all.
func (a applied) isNarrowed() bool {
	return slices.Contains(a.actions, onTables) || slices.Contains(a.actions, onShown)
}

// Inapplicable is the error of a filter that can't narrow a question. To show its rows
// as filtered would be false.
type Inapplicable struct {
	Flag    string   // as typed
	Column  string   // of --filter; empty = of another flag
	Columns []string // those that the question could be filtered by
	message string
}

func (e *Inapplicable) Error() string { return e.message }

// Near is the nearest of the columns that there are, as the middle of a sentence.
func (e *Inapplicable) Near(columns []string) string {
	if e.Column == "" {
		return ""
	}
	return didYouMean(e.Column, columns)
}

// Inapplicable tells why a flag of the filter can't act on a report, with an error of
// that type, or returns nil. It depends on no evidence.
func (fs *Filters) Inapplicable(ctx context.Context, r Report) error {
	how, err := fs.judged(ctx, r)
	if err != nil {
		return err
	}
	return fs.inapplicable(r, how)
}

// Narrows tells whether the filter acts on a report.
func (fs *Filters) Narrows(ctx context.Context, r Report) (bool, error) {
	how, err := fs.judged(ctx, r)
	return err == nil && how.isNarrowed() && fs.inapplicable(r, how) == nil, err
}

// judged is judge of a question that nothing is known of.
func (fs *Filters) judged(ctx context.Context, r Report) (applied, error) {
	q, err := fs.c.parse(ctx, r.SQL)
	if err != nil {
		return applied{}, err
	}
	if r, err = fs.c.sheet.withVerdicts(ctx, r); err != nil {
		return applied{}, err
	}
	return fs.judge(ctx, r, q.references())
}

// judge says where each condition acts. A --filter on a column that all the logs have
// which the question is about acts on these; else on the rows, if they show a column of
// that name, for one that only some of the logs have may be another thing: the severity
// of an alert is not that of a finding. Else it acts on the logs that have it.
func (fs *Filters) judge(ctx context.Context, r Report, refs []reference) (applied, error) {
	how := applied{tables: aboutOf(r, refs)}
	for _, condition := range fs.conditions {
		having := 0
		for _, t := range how.tables {
			if condition.sql(t) != "" {
				having++
			}
		}
		if condition.filter == nil {
			switch {
			case len(how.tables) == 0:
				how.actions = append(how.actions, nowhere)
			case having == 0:
				how.actions = append(how.actions, isWrong)
			default:
				how.actions = append(how.actions, onTables)
			}
			continue
		}
		if having > 0 && having == len(how.tables) {
			how.actions = append(how.actions, onTables)
			continue
		}
		if how.columns == nil {
			var err error
			if how.columns, err = fs.columnsShown(ctx, r, refs); err != nil {
				return how, err
			}
		}
		switch {
		case slices.Contains(how.columns, condition.filter.Column):
			how.actions = append(how.actions, onShown)
		case having > 0:
			how.actions = append(how.actions, onTables)
		default:
			how.actions = append(how.actions, isWrong)
		}
	}
	return how, nil
}

// aboutOf are the logs that a question is about: those that a report needs, or those
// that it reads if it doesn't say. A report that reads nothing but all evidence is about
// none that a filter could narrow.
func aboutOf(r Report, refs []reference) []schema.Table {
	names := r.Needs
	if _, isListed := Lookup(r.Name); isListed && !slices.ContainsFunc(refs, reference.isNarrowed) {
		return nil
	}
	if len(names) == 0 {
		names = tablesRead(refs)
		if slices.Contains(names, "sessions") {
			names = append(names, "sign_ins", "audit_events")
		}
	}
	for _, name := range names {
		if p, ok := parents[name]; ok {
			names = append(slices.Clone(names), p.table)
		}
	}
	return slices.DeleteFunc(schema.Logs(), func(t schema.Table) bool { return !slices.Contains(names, t.Name) })
}

// isNarrowed tells that what is read under the name is what the filters show.
func (ref reference) isNarrowed() bool {
	v, isKnown := lookupRelation(ref.name)
	switch {
	case ref.evidence:
		return false
	case strings.HasPrefix(ref.name, ofReport) && isKnown:
		return slices.ContainsFunc(v.names, func(name string) bool { return reference{name: name}.isNarrowed() })
	case isKnown:
		return !isNeverFiltered(ref.name)
	}
	return isOfFindings(ref.name) || isSessionView(ref.name) || len(tablesRead([]reference{ref})) > 0
}

// columnsShown are the columns of a question's answer, in lower case.
func (fs *Filters) columnsShown(ctx context.Context, r Report, refs []reference) ([]string, error) {
	if err := fs.c.defineAll(ctx, refs, true); err != nil {
		return nil, err
	}
	rows, err := fs.c.engine.Query(ctx, "from (\n"+r.SQL+"\n) limit 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for _, column := range rows.Columns {
		names = append(names, strings.ToLower(column.Name))
	}
	return names, nil
}

// inapplicable is the error of the first condition that is wrong for the question, or nil.
func (fs *Filters) inapplicable(r Report, how applied) error {
	wrong := slices.Index(how.actions, isWrong)
	if wrong < 0 {
		return nil
	}
	condition, what := fs.conditions[wrong], "report "+r.Name
	if r.isQuestion() {
		what = "the query"
	}
	e := &Inapplicable{Flag: condition.flag}
	var tables []string
	for _, t := range how.tables {
		tables = append(tables, t.Name)
	}
	if condition.filter == nil {
		e.message = fmt.Sprintf("%s does not apply to %s: its records, of %s, have no %s", condition.flag, what, strings.Join(tables, ", "), condition.what)
		return e
	}
	e.Column, e.Columns = condition.filter.Column, slices.Clone(how.columns)
	for _, t := range how.tables {
		for _, column := range t.Columns {
			if !slices.Contains(e.Columns, column.Name) {
				e.Columns = append(e.Columns, column.Name)
			}
		}
	}
	e.message = fmt.Sprintf("%s does not apply to %s, which has no column %s%s; it shows %s", condition.flag, what, e.Column, e.Near(e.Columns), strings.Join(how.columns, ", "))
	if len(tables) > 0 {
		e.message += ", and has the columns of " + strings.Join(tables, ", ")
	}
	return e
}

// isQuestion tells one's own question from a report.
func (r Report) isQuestion() bool { return r.Name == "query" }

// narrowShown is the SQL of a question with the conditions that act on its rows, and what a
// reader must know of the values that no row has. Its rows are worked out once, all of them,
// and in their order, which the engine preserves in a table.
func (fs *Filters) narrowShown(ctx context.Context, r Report, how applied) (statement string, notes []string, err error) {
	if !slices.Contains(how.actions, onShown) {
		return r.SQL, nil, nil
	}
	for _, statement := range []string{"set variable first_rows = null", "create or replace table shown_rows as from (\n" + r.SQL + "\n)"} {
		if err := fs.c.engine.Exec(ctx, statement); err != nil {
			return "", nil, err
		}
	}
	var where []string
	for i, condition := range fs.conditions {
		if how.actions[i] != onShown {
			continue
		}
		values := fmt.Sprintf("shown_values_%d", i)
		err := fs.c.engine.Exec(ctx, fmt.Sprintf("create or replace table %s as select distinct %s::varchar as value from shown_rows", values, engine.Identifier(condition.filter.Column)))
		if err != nil {
			return "", nil, err
		}
		if ranges := condition.filter.ranges(); len(ranges) > 0 {
			if err := fs.wantWithin(ctx, condition.table, "select value from "+values, ranges); err != nil {
				return "", nil, err
			}
		}
		absent, err := fs.absentValues(ctx, *condition.filter, []string{values}, "value")
		if err != nil {
			return "", nil, err
		}
		notes = append(notes, absent...)
		where = append(where, condition.onColumn())
	}
	return "from shown_rows where " + strings.Join(where, " and "), notes, nil
}

// notesOnTables says which of the logs that a question is about lack what a condition
// looks at, and what becomes of their rows. Of an empty one there is nothing to say.
func (fs *Filters) notesOnTables(ctx context.Context, how applied) ([]string, error) {
	var notes []string
	for i, condition := range fs.conditions {
		if how.actions[i] != onTables {
			continue
		}
		var lacking []string
		for _, t := range how.tables {
			if condition.sql(t) != "" {
				continue
			}
			n, err := fs.count(ctx, "evidence."+t.Name)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				lacking = append(lacking, t.Name)
			}
		}
		if len(lacking) == 0 {
			continue
		}
		verb, stay := "have", "are left out"
		if len(lacking) == 1 {
			verb = "has"
		}
		if condition.fits {
			stay = "stay"
		}
		notes = append(notes, fmt.Sprintf("%s: %s %s no %s; the rows from there %s.", condition.flag, strings.Join(lacking, ", "), verb, condition.what, stay))
	}
	return notes, nil
}
