package queries

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entrail/ingest/schema"
)

// Explain spells out the records of that id (as FILE_ID:RECORD, or the id that
// the log gave) in all evidence, whatever the filters: each as a Result of its
// columns, one of the fields of the raw record whose value means more than it
// says, its child rows, the raw record itself, and what is tied to it. The name of a
// finding, or the id of a hit, is spelled out too.
//
// An id that no record has is an error which says what else the id may be.
func (c *Case) Explain(ctx context.Context, id string) ([]*Result, error) {
	e := &explanation{c: c}
	if rule, ok := e.rule(id); ok {
		return []*Result{rule}, nil
	}
	if findingID.MatchString(id) {
		if all, err := e.finding(ctx, id); all != nil || err != nil {
			return all, err
		}
	}
	found, err := recordsOf(ctx, c, id)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", id, err)
	}
	if e.words, err = learnWords(ctx, c); err != nil {
		return nil, fmt.Errorf("explain %s: %w", id, err)
	}
	var all []*Result
	for i, r := range found {
		results, err := e.record(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", id, err)
		}
		for _, result := range results {
			result.Report.Group = "record"
			if i > 0 { // JSON names them apart
				result.Report.Name += "_" + strconv.Itoa(i+1)
			}
		}
		if len(found) > 1 {
			results[0].Notes = append(results[0].Notes, fmt.Sprintf("%d records have this id; this is number %d.", len(found), i+1))
		}
		all = append(all, results...)
	}
	return all, nil
}

// record is one row of an event table (or of a table of steps or changes, where
// it is a record of its own), by column.
type record struct {
	table  schema.Table
	values map[string]any
}

func (r record) text(column string) string {
	s, _ := r.values[column].(string)
	return s
}

// explanation spells out a record, a rule or a finding.
type explanation struct {
	c     *Case
	words *words // for records
}

// record is the Results of one record.
func (e *explanation) record(ctx context.Context, r record) ([]*Result, error) {
	file, err := e.c.all(ctx, fmt.Sprintf("select path, sha256, format from evidence.files where file_id = %v", r.values["file_id"]))
	if err != nil {
		return nil, err
	}
	columns, err := e.columnsOf(ctx, r)
	if err != nil {
		return nil, err
	}
	main := fields("record", fmt.Sprintf("Record %v of file %v", r.values["record"], r.values["file_id"]), columns, "about_the_field")
	main.Report.Description = "Each column that the record fills in the table " + r.table.Name + ": " + r.table.Comment
	if len(file) == 1 {
		main.Report.Description += fmt.Sprintf(" It stands in %v (%v), SHA-256 %v.", file[0][0], file[0][2], file[0][1])
	}
	if empty := emptyColumns(r); len(empty) > 0 {
		main.Notes = []string{"The export does not say: " + strings.Join(empty, ", ") + "."}
	}
	verdict, err := e.c.sheet.on(ctx, r)
	if err != nil {
		return nil, err
	}
	main.Notes = append(main.Notes, verdict...)
	results := []*Result{main}
	if codes := e.words.codesOf(r.text("raw")); len(codes) > 0 {
		codes := fields("codes", "Codes in the raw record", codes)
		codes.Report.Description = "The fields of the record, as it was exported, whose value means more than it says."
		results = append(results, codes)
	}
	children, err := e.childrenOf(ctx, r)
	if err != nil {
		return nil, err
	}
	results = append(results, children...)
	tied, err := e.tiedTo(ctx, r)
	if err != nil {
		return nil, err
	}
	results = append(results, tied...)
	raw := fixed(Report{Name: "raw", Title: "Raw record", Layout: Raw}, rawLines(r.text("raw")), layoutColumns[Raw]...)
	raw.Report.Description = "As it was exported, in lines."
	return append(results, raw), nil
}

// columnsOf are the record's columns: name, value, what the value means, what
// the column is.
func (e *explanation) columnsOf(ctx context.Context, r record) ([][]any, error) {
	rows := [][]any{{"table", r.table.Name, nil, nil}}
	for _, column := range r.table.Columns {
		value := e.c.shown(r.values[column.Name])
		if value == "" || column.Name == "raw" {
			continue
		}
		meaning, err := e.aboutValue(ctx, column.Name, value)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{column.Name, value, meaning, column.Comment})
	}
	return rows, nil
}

func emptyColumns(r record) []string {
	var empty []string
	for _, column := range r.table.Columns {
		if v := r.values[column.Name]; v == nil || v == "" {
			empty = append(empty, column.Name)
		}
	}
	return empty
}

// childrenOf are the child rows of the record, a Result a table that has any.
func (e *explanation) childrenOf(ctx context.Context, r record) ([]*Result, error) {
	var results []*Result
	for _, t := range schema.Tables() {
		p, ok := parents[t.Name]
		if !ok || p.table != r.table.Name || r.text(p.key) == "" {
			continue
		}
		var columns []string
		for _, column := range t.Columns {
			if !slices.Contains([]string{"file_id", "record", "raw", "parent_file_id", "parent_record", p.column}, column.Name) {
				columns = append(columns, column.Name)
			}
		}
		result, err := e.held(ctx, Report{
			Name: t.Name, Title: "Its rows in " + t.Name, Description: t.Comment, Styles: map[string]Style{"policy_name": Sentences},
			SQL: fmt.Sprintf("select %s from evidence.%s where %s order by all", strings.Join(columns, ", "), t.Name,
				p.of(fmt.Sprintf("select %v as file_id, %v as record, %s as %s", r.values["file_id"], r.values["record"], literal(r.text(p.key)), p.key))),
		})
		if err != nil {
			return nil, err
		}
		if result != nil {
			results = append(results, result)
		}
	}
	return results, nil
}

// held asks a small report and keeps its rows; nil when there are none.
func (e *explanation) held(ctx context.Context, r Report) (*Result, error) {
	result, err := e.c.Run(ctx, r)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for row, err := range result.Rows {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	result.Notes = nil // the filters do not apply to what is explained
	result.Rows = eachOf(rows)
	return result, nil
}

// rawLines is the raw record, indented, a row a line; as it is where it is no
// JSON.
func rawLines(raw string) [][]any {
	var lines [][]any
	for line := range strings.Lines(indented(raw)) {
		lines = append(lines, []any{strings.TrimRight(line, "\r\n")})
	}
	return lines
}

// indented is a JSON text in lines.
func indented(raw string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(raw), "", "  "); err != nil {
		return raw
	}
	return b.String()
}
