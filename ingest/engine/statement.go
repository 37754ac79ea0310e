package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a statement. The engine plans an expression in a time and in memory
// that grow faster than its depth: 900 nested lists take it 2 GB (1.5.6). A text of 1 MB
// that is one long AND keeps its parser busy for minutes.
const (
	maxStatement = 256 << 10 // bytes
	maxDepth     = 250       // expressions and queries, one in the other
	maxShape     = 100       // brackets in the shape of json_transform
)

// Refusal says why a statement can't be asked.
type Refusal struct {
	Function string // that it calls; empty where the cause is another
	Table    string // that it reads; empty where the cause is another
	Reason   string // a sentence without its full stop
	Place    string // where it stands in the text: "line 2, column 5"; empty = nowhere in particular
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, args ...any) *Refusal {
	return &Refusal{Reason: fmt.Sprintf(format, args...)}
}

// CheckSelect tells why the text can't be asked, or returns nil. It may be one
// SELECT, or what the engine takes as one: FROM, VALUES, DESCRIBE, SHOW TABLES,
// SUMMARIZE, PIVOT, UNPIVOT. It may read the tables and views of the run and of
// the case, and call what functions.tsv allows. What counts is the tree that the
// engine makes of the text, and of the text of each view and macro that it uses.
//
// The text is not prepared for this, which would run all statements but the last.
// The views and macros of the case must have been compared with those of the program:
// a file can hold a tree that says something else than the text that is made of it.
func (e *Engine) CheckSelect(ctx context.Context, text string) error {
	var empty *emptyStatement
	s, err := e.parse(ctx, text)
	if errors.As(err, &empty) {
		return refuse("the query is empty")
	}
	if err != nil {
		return err
	}
	c := check{e: e, opened: map[*definition]bool{}}
	return c.uses(ctx, s)
}

// The databases of a run: its own, and the case.
const (
	memory   = "memory"
	evidence = "evidence"
)

// definition is a table, a view or a macro.
type definition struct {
	database string
	text     string // the SELECT of a view or of a macro of tables, the expression of another macro; empty for a table
}

// definitions are those of the databases of a run, by their names in lower case.
type definitions map[string][]*definition

// define asks for the names, databases and texts that the statement gives.
func (e *Engine) define(ctx context.Context, statement string) (definitions, error) {
	rows, err := e.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := definitions{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		name, _ := values[0].(string)
		database, _ := values[1].(string)
		text, _ := values[2].(string)
		all[name] = append(all[name], &definition{database, text})
	}
	return all, rows.Err()
}

// relations are the tables, without a text, and the views, which the engine writes
// as CREATE VIEW name AS SELECT.
func (c *check) relations(ctx context.Context) (all definitions, err error) {
	if c.ofRelations == nil {
		c.ofRelations, err = c.e.define(ctx, `
			select lower(table_name), database_name, '' from duckdb_tables() where not internal and schema_name = 'main'
			union all
			select lower(view_name), database_name, substring(sql, position(' AS ' in sql) + 4) from duckdb_views() where not internal and schema_name = 'main'`)
	}
	return c.ofRelations, err
}

func (c *check) macros(ctx context.Context) (all definitions, err error) {
	if c.ofMacros == nil {
		c.ofMacros, err = c.e.define(ctx, `
			select lower(function_name), database_name, if(function_type = 'macro', 'select ', '') || macro_definition
			from duckdb_functions()
			where database_name <> 'system'`)
	}
	return c.ofMacros, err
}

// check follows what a statement uses.
type check struct {
	e                     *Engine
	ofRelations, ofMacros definitions // once they are asked for
	opened                map[*definition]bool
}

// uses checks what a statement calls and reads. Which of several definitions of a
// name the engine takes depends on where the name stands: all of them are opened.
func (c *check) uses(ctx context.Context, s *statement) error {
	for _, f := range s.calls {
		all, err := c.macros(ctx)
		if err != nil {
			return err
		}
		macros := all[f.name]
		if err := calls(f, macros); err != nil {
			return placed(err, f.place)
		}
		if err := c.open(ctx, macros); err != nil {
			return err
		}
	}
	for _, t := range s.reads {
		found, err := c.find(ctx, t)
		if err != nil {
			return placed(err, t.place)
		}
		if err := c.open(ctx, found); err != nil {
			return err
		}
	}
	return nil
}

// calls says why a function can't be called.
func calls(f call, macros []*definition) error {
	meant := meant(f.name, f.inFrom)
	if len(meant) == 0 && len(macros) == 0 {
		return &Refusal{Function: f.name, Reason: f.name + "() can't be called: there is no such function"}
	}
	for _, m := range meant {
		if !m.Allowed {
			return &Refusal{Function: f.name, Reason: f.name + "() can't be called: it " + m.Reason}
		}
	}
	return nil
}

// catalogue is what a statement may ask of the engine by the name of a view: which
// tables and columns there are.
var catalogue = []string{"information_schema.tables", "information_schema.columns", "duckdb_tables", "duckdb_columns", "duckdb_views"}

// find returns what a name in FROM may mean.
func (c *check) find(ctx context.Context, t table) (found []*definition, err error) {
	relations, err := c.relations(ctx)
	if err != nil {
		return nil, err
	}
	where := strings.Trim(t.catalog+"."+t.schema, ".")
	switch where {
	case "", "main":
		found = relations[t.name]
	case memory, evidence, memory + ".main", evidence + ".main":
		for _, d := range relations[t.name] {
			if strings.HasPrefix(where, d.database) {
				found = append(found, d)
			}
		}
	}
	full := strings.Trim(where+"."+t.name, ".")
	if len(found) == 0 && !slices.Contains(catalogue, full) {
		return nil, &Refusal{Table: full, Reason: "no table or view of the run is called " + full}
	}
	return found, nil
}

// open checks what views and macros are made of, each once.
func (c *check) open(ctx context.Context, all []*definition) error {
	for _, d := range all {
		if d.text == "" || c.opened[d] {
			continue
		}
		c.opened[d] = true
		s, err := c.e.parse(ctx, d.text)
		if err != nil {
			return err
		}
		if err := c.uses(ctx, s); err != nil {
			return placed(err, "") // of another text
		}
	}
	return nil
}

// placed puts into a refusal where its cause stands.
func placed(err error, place string) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		refusal.Place = place
	}
	return err
}

// statement is what a SELECT calls and reads.
type statement struct {
	text  string
	calls []call
	reads []table
}

type call struct {
	name   string
	inFrom bool
	place  string
}

type table struct{ catalog, schema, name, place string }

// emptyStatement is the error of a text without a statement.
type emptyStatement struct{}

func (*emptyStatement) Error() string { return "no statement" }

// pivotForm knows a statement that the engine would take for several: it asks for
// the values first.
var pivotForm = regexp.MustCompile(`(?i)\bpivot(_wider)?\b`)

// parse has the engine make a tree of a SELECT, and lists what stands in it.
func (e *Engine) parse(ctx context.Context, text string) (*statement, error) {
	if len(text) > maxStatement {
		return nil, refuse("the query has %d bytes, the most is %d", len(text), maxStatement)
	}
	rows, err := e.Query(ctx, "select json_serialize_sql($1::varchar)::varchar", text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	values, err := rows.Values()
	if err != nil {
		return nil, err
	}
	serialized, _ := values[0].(string)
	var tree struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Position   string `json:"position"` // characters before it
		Statements []any  `json:"statements"`
	}
	numbers := json.NewDecoder(strings.NewReader(serialized))
	numbers.UseNumber() // SQL has greater ones than Go
	if err := numbers.Decode(&tree); err != nil {
		return nil, refuse("the query has a number that is too great, or is nested too deep")
	}
	switch {
	case tree.Error && strings.HasPrefix(tree.Message, "Only SELECT") && pivotForm.MatchString(text):
		return nil, refuse("a PIVOT must name its values: pivot sign_ins on status in ('success', 'failure') using count(*)")
	case tree.Error && strings.HasPrefix(tree.Message, "Only SELECT"):
		return nil, refuse("only a SELECT can be asked; the evidence is read-only")
	case tree.Error && strings.HasPrefix(tree.Message, "Max expression depth"):
		return nil, refuse("the query is nested too deep")
	case tree.Error:
		refusal := refuse("%s", tree.Message)
		if n, err := strconv.Atoi(tree.Position); err == nil {
			refusal.Place = placeOf(text, len(string([]rune(text)[:min(n, utf8.RuneCountInString(text))])))
		}
		return nil, refusal
	case len(tree.Statements) == 0:
		return nil, &emptyStatement{}
	case len(tree.Statements) > 1:
		return nil, refuse("%d statements given; ask one SELECT at a time", len(tree.Statements))
	}
	s := &statement{text: text}
	if err := s.list(tree.Statements[0], nil, 0); err != nil {
		return nil, err
	}
	return s, nil
}

// list adds what a part of the tree calls and reads. A part that the engine is not
// known to make of a text that only asks is refused. steps are the names of the
// common table expressions that it sees.
func (s *statement) list(part any, steps []string, depth int) error {
	if depth > maxDepth {
		return refuse("the query is nested more than %d deep", maxDepth)
	}
	switch part := part.(type) {
	case []any:
		for _, p := range part {
			if err := s.list(p, steps, depth); err != nil {
				return err
			}
		}
	case map[string]any:
		return s.listNode(part, steps, depth)
	}
	return nil
}

func (s *statement) listNode(node map[string]any, steps []string, depth int) error {
	text := func(key string) string { v, _ := node[key].(string); return v }
	class, kind := text("class"), text("type")
	if class != "" || kind == "SELECT_NODE" || kind == "SET_OPERATION_NODE" {
		depth++
	}
	switch {
	case class == "PARAMETER":
		return refuse("a query has no parameters; write the value in the place of ? or $1")
	case class != "" && !classes[class], class == "" && kind != "" && !kinds[kind]:
		return refuse("a query can't have a part of the kind %s", strings.ToLower(strings.ReplaceAll(cmp.Or(class, kind), "_", " ")))
	case text("id") != "" && !valueTypes[strings.ReplaceAll(text("id"), " ", "_")]:
		return refuse("a value can't be of the type %s", text("id"))
	}
	steps, err := s.listSteps(node, steps, depth)
	if err != nil {
		return err
	}
	switch {
	case class == "FUNCTION" || class == "WINDOW":
		if err := s.listCall(node, false); err != nil {
			return err
		}
	case class != "":
	case kind == "TABLE_FUNCTION":
		f, _ := node["function"].(map[string]any)
		if f["class"] != "FUNCTION" {
			return refuse("a query can't read from anything but tables, views and functions")
		}
		if err := s.listCall(f, true); err != nil {
			return err
		}
		return errors.Join(s.listMembers(f, steps, depth+1), s.listMembers(node, steps, depth, "function"))
	case kind == "BASE_TABLE":
		t := table{strings.ToLower(text("catalog_name")), strings.ToLower(text("schema_name")), strings.ToLower(text("table_name")), s.place(node)}
		isStep := slices.Contains(steps, t.name) && t.catalog == "" && (t.schema == "" || t.schema == "recurring")
		if !isStep {
			s.reads = append(s.reads, t)
		}
	case kind == "SHOW_REF" && node["query"] == nil && !lists[text("table_name")]:
		return refuse("SHOW and DESCRIBE tell of tables, views and columns alone: show tables, describe sign_ins")
	case kind == "UNBOUND_TYPE_INFO":
		if name := strings.ToLower(text("name")); text("catalog") != "" || text("schema") != "" || !typeNames[name] {
			return refuse("a value can't be of the type %s", name)
		}
	}
	return s.listMembers(node, steps, depth)
}

// listMembers lists the parts of a node, but those of the names in except.
func (s *statement) listMembers(node map[string]any, steps []string, depth int, except ...string) error {
	for _, key := range slices.Sorted(maps.Keys(node)) {
		if key == "cte_map" || slices.Contains(except, key) {
			continue
		}
		if err := s.list(node[key], steps, depth); err != nil {
			return err
		}
	}
	return nil
}

// listSteps lists the common table expressions of a query, each of which sees those
// before it, and itself where it is recursive. It returns what the query sees.
func (s *statement) listSteps(node map[string]any, steps []string, depth int) ([]string, error) {
	var entries struct {
		Map []struct {
			Key   string
			Value map[string]any
		}
	}
	if text, err := json.Marshal(node["cte_map"]); err != nil || json.Unmarshal(text, &entries) != nil {
		return nil, refuse("the query's common table expressions can't be read")
	}
	steps = slices.Clip(steps)
	for _, entry := range entries.Map {
		name := strings.ToLower(entry.Key)
		seen := steps
		if query, _ := entry.Value["query"].(map[string]any); query != nil {
			if inner, _ := query["node"].(map[string]any); inner["type"] == "RECURSIVE_CTE_NODE" {
				seen = append(seen, name)
			}
		}
		if err := s.list(entry.Value, seen, depth); err != nil {
			return nil, err
		}
		steps = append(steps, name)
	}
	return steps, nil
}

// shaped are the functions that follow the shape that is their last argument into
// any depth, and end the process where it is too deep (1.5.6).
var shaped = []string{"json_transform", "json_transform_strict", "from_json", "from_json_strict"}

// listCall adds a function to what is called.
func (s *statement) listCall(node map[string]any, inFrom bool) error {
	name, _ := node["function_name"].(string)
	name = strings.ToLower(name)
	if node["export_state"] == true {
		return refuse("EXPORT_STATE can't be asked: it gives the memory of %s() as a value", name)
	}
	if arguments, _ := node["children"].([]any); slices.Contains(shaped, name) && len(arguments) > 0 {
		shape, isConstant := constant(arguments[len(arguments)-1])
		if !isConstant || strings.Count(shape, "[")+strings.Count(shape, "{") > maxShape {
			return refuse("%s() can't be called so: its shape must be a text in quotes, with at most %d brackets", name, maxShape)
		}
	}
	s.calls = append(s.calls, call{name, inFrom, s.place(node)})
	return nil
}

// constant is the text that a part of the tree stands for, if it is one in quotes.
func constant(part any) (text string, ok bool) {
	node, _ := part.(map[string]any)
	if node["class"] == "CAST" {
		return constant(node["child"])
	}
	value, _ := node["value"].(map[string]any)
	text, ok = value["value"].(string)
	return text, ok && node["class"] == "CONSTANT"
}
