package answer

import (
	"context"
	"fmt"
	"io"
	"os"

	"entrail/ingest"
	"entrail/queries"
	"entrail/queries/given"
	"entrail/queries/given/completion"
	"entrail/queries/rules"
	"entrail/render/output"
)

// Describe prints what needs no evidence: this program, the reports, the tables, a query.
// complete is false when a rule of one's own can't be used.
func (p Program) Describe(ctx context.Context, asked *given.Call, stdout, stderr io.Writer) (complete bool, err error) {
	c := p.call(asked)
	var own []rules.Rule
	complete = true
	if c.List || c.ShowSQL != "" {
		files, err := given.Rules(ctx, c.Rules)
		if err != nil {
			return false, err
		}
		var refused []string
		own, refused = queries.OwnRules(files)
		for _, sentence := range refused {
			c.say(stderr, "%s", sentence)
		}
		complete = len(refused) == 0
	}
	return complete, p.print(c, stdout, own)
}

// print writes what Describe is asked for.
func (p Program) print(c *call, stdout io.Writer, own []rules.Rule) error {
	text := ""
	result := queries.List(own...)
	switch {
	case c.Help:
		text = given.Usage
	case c.Version:
		text = p.Build + "\n"
	case c.Licenses:
		text = p.Licenses
	case c.InitCase:
		return output.Write(c.Output, stdout, func(w io.Writer) error {
			_, err := io.WriteString(w, queries.CaseSheetForm)
			return err
		})
	case c.Man:
		text = given.Man(p.Version)
	case c.Completion != "":
		text = completion.Script(c.Completion)
	case c.ShowSQL != "":
		var err error
		if text, err = queries.ShowSQL(c.ShowSQL, own...); err != nil {
			return &given.Mistake{Message: err.Error()}
		}
	case c.Rule != nil:
		result = c.Rule
	case c.Schema:
		result = queries.Schema()
	case c.Formats:
		var rows [][]any
		for _, f := range ingest.Formats() {
			rows = append(rows, []any{f.Family, f.Name, f.Title, f.About})
		}
		result = queries.Formats(rows)
	}
	if text != "" {
		_, err := io.WriteString(stdout, text)
		return err
	}
	if err := c.choose(result); err != nil {
		return err
	}
	d := c.document(stdout)
	d.Limit = 0
	d.Results = func(yield func(*queries.Result, error) bool) { yield(result, nil) }
	path := c.Output
	if c.Folder {
		if err := os.MkdirAll(c.Output, 0o777); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
		path = c.FileOf(c.Reports[0])
	}
	return output.Write(path, stdout, func(w io.Writer) error { return c.Format.Write(w, d) })
}
