package answer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"entrail/ingest/parquet"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/render"
	"entrail/render/console"
	"entrail/render/output"
)

// write asks the questions and renders the answers. A comparison asks nothing of the
// evidence, which is nil then.
func write(ctx context.Context, c *call, evidence *queries.Case, sources []render.Source, stdout, stderr io.Writer) (err error) {
	d := c.document(stdout)
	d.TempDir = c.Engine.Temp
	d.Sources = sources
	if c.Explain != "" {
		results, err := evidence.Explain(ctx, c.Explain)
		if err != nil {
			return err
		}
		d.Limit = 0
		d.Results = eachOf(results)
		return c.writeOut(d, stdout, stderr)
	}
	if c.Dossier {
		if d.Title, d.Results, err = evidence.Dossiers().Asked(ctx); err != nil {
			return err
		}
		d.Filters, d.Several = nil, true // the title says what it is of
		return c.writeOut(d, stdout, stderr)
	}
	// A query is checked before the first byte goes out, and so are columns.
	var answered *queries.Result
	switch {
	case c.Query != "":
		if answered, err = evidence.Query(ctx, c.Query); err != nil {
			return queryError(ctx, err)
		}
	case len(c.Columns) > 0:
		if answered, err = c.run(ctx, evidence, c.Reports[0], d); err != nil {
			return err
		}
	}
	if err := c.choose(answered); err != nil {
		return err
	}
	isWholeCase := c.Unasked && c.Format.Name == "html" && !c.Folder
	isToHandOver := c.Unasked && !c.Folder && slices.Contains([]string{"html", "xlsx", "md"}, c.Format.Name)
	if evidence != nil && (isToHandOver || d.Brief) {
		incident, err := evidence.Dossiers().Headline(ctx)
		if err != nil {
			return err
		}
		if isToHandOver {
			d.Case.Title, d.Beside, d.Begins = cmp.Or(d.Case.Title, incident.Title), incident.Others, incident.Begins
		}
		if incident.Title == "" {
			d.Next = slices.DeleteFunc(slices.Clone(d.Next), func(line string) bool { return strings.Contains(line, "--incident") })
		}
	}
	ask := func(reports []queries.Report) iter.Seq2[*queries.Result, error] {
		return func(yield func(*queries.Result, error) bool) {
			for _, r := range reports {
				result, err := answered, error(nil)
				if result == nil {
					result, err = c.run(ctx, evidence, r, d)
				}
				if err == nil {
					c.cut(result, stderr)
				}
				if !yield(result, err) || err != nil {
					return
				}
				if isWholeCase && (r.Name == "totals" || r.Name == "incidents") {
					if !evidence.Dossiers().EachIncident(ctx, r.Name == "totals", yield) {
						return
					}
				}
				if c.Format.OneReport || c.Format.Of != nil || c.Bare {
					for _, note := range result.Notes {
						c.say(stderr, "%s: %s", r.Name, note)
					}
				}
			}
		}
	}
	bySession := func(r queries.Report) bool { return r.Layout == queries.Sessions }
	if c.Format.Name == "html" && slices.ContainsFunc(c.Reports, bySession) {
		d.Headings = func(sessions []string) (map[string]queries.SessionHeading, error) {
			return evidence.Dossiers().SessionHeadings(ctx, sessions)
		}
	}
	if !c.Folder {
		d.Results = ask(c.Reports)
		return c.writeOut(d, stdout, stderr)
	}
	if err := os.MkdirAll(c.Output, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	d.Several = false
	var whole []output.Partial // all appear, or none
	defer func() {
		for _, p := range whole {
			p.Remove()
		}
	}()
	proven := ""
	for _, r := range c.Reports {
		if c.before != nil && !slices.Contains(c.remade, r.Name) {
			continue
		}
		d.Results, d.Request.Report = ask([]queries.Report{r}), r.Name
		p, err := output.NewPartial(c.FileOf(r), func(w io.Writer) error { return c.Format.Write(w, d) })
		if err != nil {
			return err
		}
		whole = append(whole, p)
		if with := c.ProvenanceOf(c.FileOf(r)); with != "" {
			p, err := output.NewPartial(with, func(w io.Writer) error { return render.WriteProvenance(w, d) })
			if err != nil {
				return err
			}
			whole = append(whole, p)
			proven = ", and the provenance of each in NAME" + c.Format.Endings[0] + render.ProvenanceEnding
		}
	}
	for _, p := range whole {
		if err := p.Commit(); err != nil {
			return err
		}
	}
	c.say(stderr, "%s written to %s%s", filesOf(len(c.Reports)), c.Output, proven)
	return nil
}

// writeParquet writes the whole case as Parquet, and says how much it is.
func (c *call) writeParquet(ctx context.Context, casePath string, stderr io.Writer) error {
	var written parquet.Written
	err := output.WriteFolder(c.Output, given.IsOfParquet, func(folder string) (err error) {
		written, err = queries.WriteParquet(ctx, casePath, folder, c.program.Version, c.Engine)
		return err
	})
	if err != nil {
		return err
	}
	var rows int64
	for _, t := range written.Manifest.Tables {
		rows += t.Rows
	}
	c.say(stderr, "%d rows of %d tables written to %s: %d files, %d bytes", rows, len(written.Manifest.Tables), c.Output, written.Files, written.Bytes)
	return nil
}

// writeOut writes the one answer, and says where it lies.
func (c *call) writeOut(d render.Document, stdout, stderr io.Writer) error {
	if with := c.ProvenanceOf(c.Output); with != "" {
		return c.writeWith(d, with, stderr)
	}
	fill := func(w io.Writer) error { return c.Format.Write(w, d) }
	if d.Width > 0 { // a terminal
		f := stdout.(*os.File)
		if _, height, err := term.GetSize(int(f.Fd())); err == nil && height > 0 {
			return console.Paged(f, height, fill)
		}
	}
	if err := output.Write(c.Output, stdout, fill); err != nil {
		return err
	}
	if c.Output != "-" {
		c.say(stderr, "written to %s", c.Output)
	}
	return nil
}

// writeWith writes the one answer and, into the file beside it, its provenance.
func (c *call) writeWith(d render.Document, with string, stderr io.Writer) error {
	p, err := output.NewPartial(c.Output, func(w io.Writer) error { return c.Format.Write(w, d) })
	if err != nil {
		return err
	}
	defer p.Remove()
	proof, err := output.NewPartial(with, func(w io.Writer) error { return render.WriteProvenance(w, d) })
	if err != nil {
		return err
	}
	defer proof.Remove()
	if err := errors.Join(p.Commit(), proof.Commit()); err != nil {
		return err
	}
	c.say(stderr, "written to %s, with its provenance in %s", c.Output, with)
	return nil
}

// run asks a report for as many rows as the format has room for.
func (c *call) run(ctx context.Context, evidence *queries.Case, r queries.Report, d render.Document) (*queries.Result, error) {
	if c.comparison != nil {
		return c.comparison.Run(ctx, r)
	}
	rows := c.Format.Rows(d, r)
	if c.Limited && r.Layout != queries.Summary && (rows == 0 || c.Limit < rows) {
		rows = c.Limit
	}
	if c.Format.Name == "html" {
		return evidence.RunPage(ctx, r, rows)
	}
	return evidence.RunFirst(ctx, r, rows)
}

// cut leaves of an answer no more rows than --limit, and says what is missing.
func (c *call) cut(r *queries.Result, stderr io.Writer) {
	if !c.Limited || r.Report.Layout == queries.Summary || c.Format.Name == "text" { // which says so itself
		return
	}
	whole := r.Rows
	r.Rows = func(yield func([]any, error) bool) {
		n := 0
		for row, err := range whole {
			if n++; err != nil || n <= c.Limit {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
		if total := max(n, int(r.Total)); total > c.Limit {
			c.say(stderr, "%s: %d of %d rows, by --limit", r.Report.Name, c.Limit, total)
		}
	}
}

// choose leaves of the result the columns asked for, if any are.
func (c *call) choose(r *queries.Result) error {
	if len(c.Columns) == 0 {
		return nil
	}
	if err := r.Choose(c.Columns); err != nil {
		return &given.Mistake{Message: "--columns: " + err.Error()}
	}
	return nil
}

// eachOf yields results that are all there.
func eachOf(results []*queries.Result) iter.Seq2[*queries.Result, error] {
	return func(yield func(*queries.Result, error) bool) {
		for _, r := range results {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// queryError is a mistake in the query, unless it was stopped from outside.
func queryError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if why := (*queries.Inapplicable)(nil); errors.As(err, &why) {
		return &given.Mistake{Message: why.Error()}
	}
	return &given.Mistake{Message: "--" + err.Error(), Hint: "entrail --schema lists the tables and their columns"}
}
