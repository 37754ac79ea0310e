package queries

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrail/ingest/schema"
)

// near is how many of the records tied to an explained one are listed.
const near = 20

// Explain spells out the records of that id (as FILE_ID:RECORD, or the id that
// the log gave) in all evidence, whatever the filters: each as a Result of its
// columns, one of the fields of the raw record whose value means more than it
// says, its child rows, the raw record itself, and what is tied to it. The name of a
// finding, or the id of a hit, is spelled out too.
//
// An id that no record has is an error which says what else the id may be.
func (c *Case) Explain(ctx context.Context, id string) ([]*Result, error) {
	if rule, ok := c.explainRule(id); ok {
		return []*Result{rule}, nil
	}
	if findingID.MatchString(id) {
		if all, err := c.explainFinding(ctx, id); all != nil || err != nil {
			return all, err
		}
	}
	found, err := c.find(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", id, err)
	}
	words, err := c.learnWords(ctx)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", id, err)
	}
	var all []*Result
	for i, r := range found {
		results, err := c.explainOne(ctx, r, words)
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

var position = regexp.MustCompile(`^([0-9]{1,9}):([0-9]{1,18})$`)

// find returns the records meant, at least one.
func (c *Case) find(ctx context.Context, id string) ([]record, error) {
	if m := position.FindStringSubmatch(id); m != nil {
		where := "file_id = " + m[1] + " and record = " + m[2]
		found, err := c.recordsWhere(ctx, where)
		if err == nil && len(found) == 0 {
			err = c.whyNoRecord(ctx, m[1], m[2])
		}
		return found, err
	}
	found, err := c.recordsWhere(ctx, equals("id", []string{strings.ReplaceAll(id, "*", "")}))
	if err == nil && len(found) == 0 {
		err = c.whatElse(ctx, id)
	}
	return found, err
}

func (c *Case) recordsWhere(ctx context.Context, where string) ([]record, error) {
	var found []record
	for _, t := range schema.Records() {
		if strings.Contains(where, "(id") && !t.Has("id") {
			continue
		}
		var columns []string
		for _, column := range t.Columns {
			columns = append(columns, column.Name)
		}
		rows, err := c.all(ctx, "select "+strings.Join(columns, ", ")+" from evidence."+t.Name+" where "+where+" order by file_id, record")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			r := record{t, map[string]any{}}
			for i, column := range columns {
				r.values[column] = row[i]
			}
			found = append(found, r)
		}
	}
	return found, nil
}

// whyNoRecord says what became of a record that is in no table.
func (c *Case) whyNoRecord(ctx context.Context, file, number string) error {
	files, err := c.all(ctx, "select path, records from evidence.files where file_id = "+file)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no file %s; --report files numbers them", file)
	}
	original, err := c.all(ctx, "select kept_file_id, kept_record from evidence.duplicates where file_id = "+file+" and record = "+number)
	if err != nil {
		return err
	}
	if len(original) > 0 {
		return fmt.Errorf("this record is a duplicate of %v:%v; explain that one", original[0][0], original[0][1])
	}
	rejected, err := c.all(ctx, "select reason from evidence.rejects where file_id = "+file+" and record = "+number)
	if err != nil {
		return err
	}
	if len(rejected) > 0 {
		return fmt.Errorf("this record could not be read: %v; it is in the table rejects", rejected[0][0])
	}
	return fmt.Errorf("file %s (%v) has %v records", file, files[0][0], files[0][1])
}

// whatElse says what an id is that is no record's: of a session, a token, an
// operation; or which ids it resembles.
func (c *Case) whatElse(ctx context.Context, id string) error {
	for _, other := range []struct{ column, is, ask string }{
		{"session_id", "a session", "--session %s -o session.html tells its story"},
		{"unique_token_id", "a token", "--filter unique_token_id=%s --report signin_list,audit_list shows them"},
		{"sign_in_id", "a sign-in that is not in these files", "--filter sign_in_id=%s --report audit_list shows what its token did"},
		{"request_id", "a sign-in that is not in these files", "--filter request_id=%s shows them"},
		{"correlation_id", "a correlation id", "--filter correlation_id=%s --report signin_list shows them"},
		{"user_id", "a user", "--user %s shows them"},
		{"app_id", "an application", "--app %s shows them"},
		{"device_id", "a device", "--filter device_id=%s --report signin_list shows them"},
	} {
		var n int64
		for _, t := range schema.Logs() {
			if !t.Has(other.column) {
				continue
			}
			rows, err := c.all(ctx, "select count(*) from evidence."+t.Name+" where lower("+other.column+") = lower("+literal(id)+")")
			if err != nil {
				return err
			}
			n += rows[0][0].(int64)
		}
		if n > 0 {
			return fmt.Errorf("no record has this id; it is that of %s which %d records name: "+other.ask, other.is, n, id)
		}
	}
	near, err := c.nearestIDs(ctx, id)
	if err != nil {
		return err
	}
	if len(near) > 0 {
		return fmt.Errorf("no record has this id (did you mean %s?)", strings.Join(near, " or "))
	}
	return fmt.Errorf("no record has this id; give the id of a sign-in, audit or risk record, or FILE_ID:RECORD as the reports show them")
}

// nearestIDs returns up to three ids that begin or end as this one does: half
// an id is what gets lost when one is copied.
func (c *Case) nearestIDs(ctx context.Context, id string) ([]string, error) {
	if len(id) < 4 {
		return nil, nil
	}
	part := min(len(id), 8)
	begin, end := literal(strings.ToLower(id[:part])), literal(strings.ToLower(id[len(id)-part:]))
	var parts []string
	for _, t := range schema.Logs() {
		parts = append(parts, fmt.Sprintf("select id from evidence.%s where starts_with(lower(id), %s) or ends_with(lower(id), %s)", t.Name, begin, end))
	}
	rows, err := c.all(ctx, fmt.Sprintf("select id from (%s) group by id order by levenshtein(lower(id), %s), id limit 3",
		strings.Join(parts, " union all "), literal(strings.ToLower(id))))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row[0].(string))
	}
	return ids, nil
}

// explainOne is the Results of one record.
func (c *Case) explainOne(ctx context.Context, r record, words *words) ([]*Result, error) {
	file, err := c.all(ctx, fmt.Sprintf("select path, sha256, format from evidence.files where file_id = %v", r.values["file_id"]))
	if err != nil {
		return nil, err
	}
	columns, err := c.columnsOf(ctx, r, words)
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
	results := []*Result{main}
	if codes := words.codesOf(r.text("raw")); len(codes) > 0 {
		codes := fields("codes", "Codes in the raw record", codes)
		codes.Report.Description = "The fields of the record, as it was exported, whose value means more than it says."
		results = append(results, codes)
	}
	children, err := c.childrenOf(ctx, r)
	if err != nil {
		return nil, err
	}
	results = append(results, children...)
	tied, err := c.tiedTo(ctx, r)
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
func (c *Case) columnsOf(ctx context.Context, r record, words *words) ([][]any, error) {
	rows := [][]any{{"table", r.table.Name, nil, nil}}
	for _, column := range r.table.Columns {
		value := c.shown(r.values[column.Name])
		if value == "" || column.Name == "raw" {
			continue
		}
		meaning, err := c.aboutValue(ctx, column.Name, value, words)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{column.Name, value, meaning, column.Comment})
	}
	return rows, nil
}

// shown is a value as text, a time in the run's zone with its offset.
func (c *Case) shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		if c.zone == time.UTC {
			return v.UTC().Format("2006-01-02 15:04:05.999999")
		}
		return v.In(c.zone).Format("2006-01-02 15:04:05.999999 -07:00")
	}
	return fmt.Sprint(v)
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
func (c *Case) childrenOf(ctx context.Context, r record) ([]*Result, error) {
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
		result, err := c.held(ctx, Report{
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
func (c *Case) held(ctx context.Context, r Report) (*Result, error) {
	result, err := c.Run(ctx, r)
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

// ties are what leads from one record to others: a column of the one holds
// the same id as a column of the other.
var ties = []struct {
	words     string
	own       string
	ownTable  string // "" = any table with the column
	column    string
	table     string // "" = any table with the column
	caseFolds bool
}{
	{"risk detected in this sign-in", "id", "sign_ins", "request_id", "risk_detections", true},
	{"the sign-in that the risk was detected in", "request_id", "risk_detections", "id", "sign_ins", true},
	{"done with the token of this sign-in", "id", "sign_ins", "sign_in_id", "", true},
	{"the sign-in that issued the token", "sign_in_id", "", "id", "sign_ins", true},
	{"the same event in another log, or logged again", "id", "", "id", "", true},
	{"with the same token", "unique_token_id", "", "unique_token_id", "", false},
	{"of the same correlation", "correlation_id", "", "correlation_id", "", true},
	{"of the same sequence of requests", "original_request_id", "", "original_request_id", "", true},
	{"of the same session", "session_id", "", "session_id", "", true},
}

// tiedTo is what is tied to the record: how many by each tie, and the nearest
// in time. nil when nothing is.
func (c *Case) tiedTo(ctx context.Context, r record) ([]*Result, error) {
	var parts []string
	for i, tie := range ties {
		id := r.text(tie.own)
		if id == "" || strings.Trim(id, "0-") == "" || tie.ownTable != "" && tie.ownTable != r.table.Name {
			continue
		}
		for _, t := range schema.Logs() {
			if !t.Has(tie.column) || tie.table != "" && tie.table != t.Name {
				continue
			}
			same := tie.column + " = " + literal(id)
			if tie.caseFolds {
				same = "lower(" + tie.column + ") = lower(" + literal(id) + ")"
			}
			parts = append(parts, fmt.Sprintf(
				"select %d as tie_no, %s as tie, '%s' as source, file_id, record, event_time from evidence.%s where %s and not ('%s' = '%s' and file_id = %v and record = %v)",
				i, literal(tie.words), t.Name, t.Name, same, t.Name, r.table.Name, r.values["file_id"], r.values["record"]))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	tied := strings.Join(parts, " union all ")
	counts, err := c.held(ctx, Report{
		Name: "ties", Title: "What is tied to it",
		Description: "How many other records share an id with this one, by what they share.",
		SQL: `
			select tie, source, count(*) as records, min(event_time) as first_seen, max(event_time) as last_seen
			from (` + tied + `)
			group by tie_no, tie, source
			order by tie_no, source`,
	})
	if counts == nil || err != nil {
		return nil, err
	}
	at := "null::timestamp"
	if moment, ok := r.values["event_time"].(time.Time); ok {
		at = timestamp(moment)
	}
	nearest, err := c.held(ctx, Report{
		Name: "nearest", Title: "The nearest of them in time",
		Description: fmt.Sprintf("At most %d, by time; seconds counts from this record, before it with a minus. --explain takes what stands in the column record.", near),
		SQL: `
			with tied as (` + tied + `),
			nearest as (
				select source, file_id, record, any_value(event_time) as event_time, string_agg(tie, ', ' order by tie_no) as tie
				from tied
				group by source, file_id, record
				order by abs(epoch(any_value(event_time)) - epoch(` + at + `)) nulls last, source, file_id, record
				limit ` + strconv.Itoa(near) + `
			)
			select
				n.event_time,
				round(epoch(n.event_time) - epoch(` + at + `))::bigint as seconds,
				n.tie,
				n.source,
				e.action,
				e.result,
				e.actor,
				e.target,
				e.ip_address,
				n.file_id || ':' || n.record as record
			from nearest as n
			left join all_events as e using (source, file_id, record)
			order by n.event_time, n.source, n.file_id, n.record`,
	})
	if err != nil {
		return nil, err
	}
	return []*Result{counts, nearest}, nil
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

// eachOf yields rows that are in memory.
func eachOf(rows [][]any) func(yield func([]any, error) bool) {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
