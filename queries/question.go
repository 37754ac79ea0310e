package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// question is a SELECT as the engine reads it.
type question struct {
	tree any // as JSON: objects, lists and values
}

// parse reads a SELECT. Of what the engine can't read there are no parts: the question
// itself will say so.
func (c *Case) parse(ctx context.Context, text string) (question, error) {
	rows, err := c.engine.All(ctx, "select json_serialize_sql($1::varchar)::varchar", text)
	if err != nil {
		return question{}, err
	}
	var q question
	serialized, _ := rows[0][0].(string)
	if err := json.Unmarshal([]byte(serialized), &q.tree); err != nil {
		return question{}, fmt.Errorf("read the query's parts: %w", err)
	}
	return q, nil
}

// eachNode visits the parts of a SELECT.
func (q question) eachNode(visit func(node map[string]any)) {
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, n := range node {
				walk(n)
			}
		case map[string]any:
			visit(node)
			for _, n := range node {
				walk(n)
			}
		}
	}
	walk(q.tree)
}

// reference is a table or view as a query names it.
type reference struct {
	name     string
	evidence bool // named as evidence.NAME
}

var wordPattern = regexp.MustCompile(`[a-z_]+`)

// references lists what stands in the FROM clauses, names of common table expressions
// included, and what a table function or SUMMARIZE may be asked about: every word of
// its own.
func (q question) references() []reference {
	var refs []reference
	q.eachNode(func(node map[string]any) {
		switch node["type"] {
		case "BASE_TABLE":
			name, _ := node["table_name"].(string)
			refs = append(refs, reference{strings.ToLower(name), node["schema_name"] == "evidence" || node["catalog_name"] == "evidence"})
		case "TABLE_FUNCTION", "SHOW_REF":
			text, _ := json.Marshal(node) // it was read from JSON
			for _, word := range wordPattern.FindAllString(strings.ToLower(string(text)), -1) {
				if _, ok := lookupView(word); ok {
					refs = append(refs, reference{word, false})
				}
			}
		}
	})
	return refs
}

// checkNames refuses a question that names anything in the case file but its
// tables: a view or macro there may be anybody's. The run has all of ours under
// their bare names.
func (q question) checkNames() error {
	var refused error
	q.eachNode(func(node map[string]any) {
		word := func(key string) string { s, _ := node[key].(string); return strings.ToLower(s) }
		catalog, folder, name := word("catalog_name"), word("schema_name"), word("table_name")
		isTable := node["type"] == "BASE_TABLE"
		if function := word("function_name"); function != "" {
			catalog, folder, name = word("catalog"), word("schema"), function+"()"
		} else if !isTable {
			return
		}
		if catalog != "evidence" && folder != "evidence" {
			return
		}
		_, isTableOfOurs := schema.Lookup(name)
		_, isView := lookupView(name)
		full := strings.Trim(catalog+"."+folder, ".") + "." + name
		switch {
		case isTableOfOurs && (catalog != "evidence" || folder == "" || folder == "main"):
		case isView:
			refused = fmt.Errorf("%s is no table of the evidence; the view is asked for as %s", full, name)
		default:
			refused = fmt.Errorf("%s is no table of the evidence, and nothing else in a case file is asked; --schema lists what there is", full)
		}
	})
	return refused
}

// notesOnWords says which columns that a query seems to ask for are words of
// DuckDB's for its own user, who is duckdb in every row.
func (q question) notesOnWords() []string {
	var asked []string
	named := map[string]bool{} // by the query itself
	q.eachNode(func(node map[string]any) {
		if alias, _ := node["alias"].(string); alias != "" {
			named[strings.ToLower(alias)] = true
		}
		names, _ := node["column_names"].([]any)
		if node["type"] != "COLUMN_REF" || len(names) != 1 {
			return
		}
		word, _ := names[0].(string)
		word = strings.ToLower(word)
		if slices.Contains([]string{"user", "current_user", "session_user"}, word) && !slices.Contains(asked, word) {
			asked = append(asked, word)
		}
	})
	var notes []string
	slices.Sort(asked)
	for _, word := range asked {
		if !named[word] {
			notes = append(notes, word+" is DuckDB's own word for who runs the query, duckdb in every row; of the records, the column is user_principal_name or, in audit_events, user_id.")
		}
	}
	return notes
}
