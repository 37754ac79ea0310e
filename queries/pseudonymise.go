package queries

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/pseudonym"
	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// What a copy with pseudonyms is to the questions. Package pseudonym makes it; here is what
// the questions look for, which stays in it, and what becomes of findings: a rule that finds
// the same things in the copy as in the original is asked of the copy, like any question. Of
// one that does not, since it reads how a name is spelt, the copy has what it found in the
// original, in the table judged_findings.

// asJudged is what the sentence of such a finding ends in.
const asJudged = " (as judged on the original)"

// mostCopies is how often a copy is made that has names in stretches of its file that hold
// nothing.
const mostCopies = 5

// Pseudonymise writes a copy of the case at path, with pseudonyms in the place of names,
// into the file at target, which must not be there. It returns the names of the rules whose
// findings are those of the original. At the end it looks for names in the bytes of the file.
func Pseudonymise(ctx context.Context, path, target string, k *pseudonym.Key, o engine.Options) (judged []string, err error) {
	for range mostCopies {
		m, err := pseudonym.Copy(ctx, path, target, k, known(), o)
		if err != nil {
			return nil, err
		}
		if judged, err = carryFindings(ctx, path, target, m, o); err != nil {
			return nil, err
		}
		if err := AddViews(ctx, target, o); err != nil {
			return nil, err
		}
		if err := rewrite(ctx, target, o); err != nil {
			return nil, fmt.Errorf("write the copy once more: %w", err)
		}
		if stands, err := m.StandsIn(target); err != nil || !stands {
			return judged, err
		}
		if err := os.Remove(target); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the engine left names of the original in the file of the copy, which was removed; run this again")
}

// rewrite writes a case file anew, by an engine that has seen nothing but that file: the
// one before has written stretches that hold nothing as its memory had them.
func rewrite(ctx context.Context, path string, o engine.Options) error {
	before := path + ".before"
	if err := os.Rename(path, before); err != nil {
		return err
	}
	defer os.Remove(before)
	e, err := engine.New(ctx, o)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Create(ctx, path); err != nil {
		return err
	}
	if err := e.AttachAs(ctx, before, "before"); err != nil {
		return err
	}
	for _, s := range []string{"set preserve_insertion_order = true", "copy from database before to evidence", "detach before"} {
		if err := e.Exec(ctx, s); err != nil {
			return err
		}
	}
	return e.Detach(ctx)
}

// carryFindings writes into the copy what the rules found that find something else in it, and
// seals its words.
func carryFindings(ctx context.Context, path, target string, m *pseudonym.Mapper, o engine.Options) (judged []string, err error) {
	ofOriginal, err := hitsByRule(ctx, path, o)
	if err != nil {
		return nil, err
	}
	ofCopy, err := hitsByRule(ctx, target, o)
	if err != nil {
		return nil, err
	}
	e, err := engine.New(ctx, o)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Extend(ctx, target); err != nil {
		return nil, err
	}
	for _, r := range rules.All() {
		hits := ofOriginal[r.Name]
		for i := range hits {
			hits[i] = hits[i].replaced(m)
		}
		if sameHits(hits, ofCopy[r.Name]) {
			continue
		}
		judged = append(judged, r.Name)
		if len(hits) == 0 {
			hits = []hit{{}}
		}
		for _, h := range hits {
			if err := h.insert(ctx, e, r.Name); err != nil {
				return nil, fmt.Errorf("keep what %s found: %w", r.Name, err)
			}
		}
	}
	if err := pseudonym.Seal(ctx, e, m); err != nil {
		return nil, err
	}
	return judged, e.Detach(ctx)
}

// hit is a row of rule_hits without the rule, each value as a text; nil = NULL.
type hit []any

// hitsByRule are the hits of each rule, in their order.
func hitsByRule(ctx context.Context, path string, o engine.Options) (map[string][]hit, error) {
	c, err := Open(ctx, path, o, Filter{}, time.UTC)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.findings.look(ctx); err != nil {
		return nil, err
	}
	columns := []string{"finding"}
	for _, column := range rules.Columns {
		text := column.Name + "::varchar"
		if strings.HasSuffix(column.Type, "[]") {
			text = "to_json(" + column.Name + ")::varchar"
		}
		columns = append(columns, text)
	}
	rows, err := c.engine.Query(ctx, "select "+strings.Join(columns, ", ")+" from rule_hits")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]hit{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		name := values[0].(string)
		all[name] = append(all[name], values[1:])
	}
	return all, rows.Err()
}

// replaced is the hit with pseudonyms.
func (h hit) replaced(m *pseudonym.Mapper) hit {
	other := make(hit, len(h))
	for i, v := range h {
		text, isText := v.(string)
		switch {
		case !isText:
		case rules.Columns[i].Name == "severity" || rules.Columns[i].Type == "TIMESTAMP" || rules.Columns[i].Type == "BIGINT":
			other[i] = text
		default:
			other[i] = m.Text(text, pseudonym.Other)
		}
	}
	return other
}

// sameHits tells that two lists of hits say the same, in whatever order.
func sameHits(a, b []hit) bool {
	if len(a) != len(b) {
		return false
	}
	times := map[string]int{}
	for _, h := range a {
		times[fmt.Sprintf("%q", []any(h))]++
	}
	for _, h := range b {
		times[fmt.Sprintf("%q", []any(h))]--
	}
	for _, n := range times {
		if n != 0 {
			return false
		}
	}
	return true
}

// insert writes the hit into the table judged_findings.
func (h hit) insert(ctx context.Context, e *engine.Engine, rule string) error {
	values, args := []string{"$1::varchar"}, []any{rule}
	for i, column := range rules.Columns {
		if len(h) == 0 || h[i] == nil {
			values = append(values, "null")
			continue
		}
		text := h[i].(string)
		if column.Name == "what" {
			text += asJudged
		}
		args = append(args, text)
		value := fmt.Sprintf("$%d::varchar", len(args))
		switch column.Type {
		case "VARCHAR[]":
			value = `from_json(` + value + `, '["VARCHAR"]')`
		case "STRUCT(file_id INTEGER, record BIGINT, id VARCHAR)[]":
			value = `from_json(` + value + `, '[{"file_id": "INTEGER", "record": "BIGINT", "id": "VARCHAR"}]')`
		default:
			value += "::" + column.Type
		}
		values = append(values, value)
	}
	return e.Exec(ctx, "insert into evidence.main.judged_findings select "+strings.Join(values, ", "), args...)
}

// runJudged takes the hits of a rule from those that were judged on the original. false:
// the rule is to be asked.
func (fi *findings) runJudged(ctx context.Context, r rules.Rule) (bool, error) {
	if !fi.c.extent.isCopy {
		return false, nil
	}
	rows, err := fi.c.engine.All(ctx, "select count(*) from evidence.judged_findings where finding = $1", r.Name)
	if err != nil || rows[0][0] == int64(0) {
		return false, err
	}
	return true, fi.c.engine.Exec(ctx, "insert into rule_hits from evidence.judged_findings where finding = $1 and severity is not null", r.Name)
}

var (
	literalForm = regexp.MustCompile(`--[^\n]*|'((?:[^']|'')*)'`)
	wordForm    = regexp.MustCompile(`[\pL\pM\p{Nd}]+`)
	idForm      = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)
)

// known is what the questions look for: the words and ids in the texts that stand in their
// SQL, in the lists and in the tables of codes. The names of countries are left out, for some are
// those of people.
func known() pseudonym.Known {
	k := pseudonym.Known{Words: map[string]bool{}, IDs: map[string]bool{}, Domains: map[string]bool{}}
	add := func(text string) {
		for _, id := range idForm.FindAllString(text, -1) {
			k.IDs[strings.ToLower(id)] = true
		}
		for _, w := range wordForm.FindAllString(text, -1) {
			k.Words[strings.ToLower(w)] = true
		}
	}
	addLiterals := func(sql string) {
		for _, found := range literalForm.FindAllStringSubmatch(sql, -1) {
			add(found[1])
		}
	}
	for _, v := range views {
		if v.Name != "country_names" {
			addLiterals(v.SQL)
		}
	}
	for _, m := range macros {
		addLiterals(m.SQL)
	}
	for _, r := range rules.All() {
		addLiterals(r.SQL)
		add(r.Title)
	}
	for _, r := range Reports() {
		addLiterals(r.SQL)
	}
	for _, t := range schema.Tables() {
		if t.IsCodes {
			addLiterals(t.SQL())
		}
	}
	for _, l := range rules.Lists() {
		if l.Name == "country_centres" {
			continue
		}
		for _, row := range l.Rows {
			add(strings.Join(row, " "))
			if l.Name == "free_mail_domains" {
				k.Domains[row[0]] = true
			}
		}
	}
	return k
}
