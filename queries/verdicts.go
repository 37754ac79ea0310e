package queries

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entrail/ingest/engine"
)

// What the notes of the case sheet say stands beside the rows of a report, in the columns
// verdict and note. A few reports have them always, for they judge by them; to the others
// they are added where the sheet has notes, whatever the answer is written as. Without
// notes an answer is what it would be without a sheet.

// withVerdicts is a report as this run asks it: with the columns verdict and note, if the
// case sheet has notes and the rows of the report can bear them. Its own columns, rows and
// order are as without.
func (sh *Sheet) withVerdicts(ctx context.Context, r Report) (Report, error) {
	if !sh.isNoted || len(r.NotesOn) == 0 {
		return r, nil
	}
	if err := sh.c.define(ctx, false, "noted_things"); err != nil {
		return r, fmt.Errorf("put the verdicts of the case sheet beside the rows: %w", err)
	}
	r.Styles = maps.Clone(r.Styles)
	if r.Styles == nil {
		r.Styles = map[string]Style{}
	}
	r.Styles["note"] = Sentences
	r.SQL = r.noted()
	return r, nil
}

// on is what the case sheet says of a record, in a sentence.
func (sh *Sheet) on(ctx context.Context, r record) ([]string, error) {
	if err := sh.c.define(ctx, false, "noted_records"); err != nil {
		return nil, err
	}
	rows, err := sh.c.all(ctx, fmt.Sprintf("select concat_ws(': ', verdict, note) from noted_records where file_id = %v and record = %v", r.values["file_id"], r.values["record"]))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("The case sheet says: %v.", strings.TrimSuffix(fmt.Sprint(rows[0][0]), "."))}, nil
}

// showVerdicts has the verdicts shown where there is no room for all columns.
func (r *Result) showVerdicts() {
	i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == "verdict" || c.Name == "verdicts" })
	first := r.Report.OnTerminal
	if i < 0 || slices.Contains(first, r.Columns[i].Name) {
		return
	}
	if len(first) == 0 {
		first = []string{r.Columns[0].Name}
	}
	r.Report.OnTerminal = slices.Insert(slices.Clone(first), 1, r.Columns[i].Name)
}

// noted is the SQL of a report with the verdict on each row: of all that its columns name,
// the note on what is nearest.
func (r Report) noted() string {
	var texts []string // of the row, that may be the name of a thing
	for _, column := range r.NotesOn {
		file, record, isPair := strings.Cut(column, ":")
		text := engine.Identifier(file) + "::varchar"
		if isPair {
			text += " || ':' || " + engine.Identifier(record)
		}
		texts = append(texts, text)
	}
	return `with
answered as (
    select *, row_number() over () as answer_row
    from (
` + strings.TrimRight(r.SQL, "; \n") + `
    )
),
named as (
    select answer_row, unnest(things_named([` + strings.Join(texts, ", ") + `])) as thing
    from answered
),
verdicts as (
    select
        n.answer_row,
        min_by(t.verdict, (t.nearness, t.position)) as verdict,
        min_by(t.note, (t.nearness, t.position)) as note
    from named as n
    join noted_things as t using (thing)
    group by n.answer_row
)
select
    a.* exclude (answer_row),
    v.verdict,
    v.note
from answered as a
left join verdicts as v using (answer_row)
order by a.answer_row`
}
