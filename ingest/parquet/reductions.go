package parquet

import (
	"path"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// ReductionsFolder is beside the tables of a folder, or beside several folders: the answers of
// the reduction queries to all that the tenant has, each as NAME.parquet, or as the files of
// a folder NAME, which is how Spark writes them.
const ReductionsFolder = "reductions"

// Reduction is a query whose answer is the baseline of a run that reads a part.
type Reduction struct {
	schema.Table        // the answer
	into         string // SQL of thing, name, account, is_sure, first_event and last_event of the table reductions
}

// Reductions are those that a run reads. Package queries has the queries.
var Reductions = []Reduction{
	{answer("domains_of_accounts", "domain varchar", "is_sure integer", "accounts bigint"),
		"domain, null, null, is_sure > 0, null, null"},
	{answer("first_sign_in_to_application", "app_id varchar", "app_display_name varchar", "first_event timestamp", "last_event timestamp", "first_account varchar", "sign_ins bigint"),
		"app_id, app_display_name, first_account, null, first_event, last_event"},
	{answer("first_directory_acts", "activity varchar", "account varchar", "first_event timestamp", "last_event timestamp", "records bigint"),
		"activity, null, account, null, first_event, last_event"},
	{answer("addresses_of_many", "ip_address varchar", "accounts bigint", "days bigint"),
		"ip_address, null, null, null, null, null"},
}

func answer(name string, columns ...string) schema.Table {
	t := schema.Table{Name: name}
	for _, c := range columns {
		column, typeName, _ := strings.Cut(c, " ")
		t.Columns = append(t.Columns, schema.Column{Name: column, Type: typeName})
	}
	return t
}

// LookupReduction returns that of a query.
func LookupReduction(name string) (Reduction, bool) {
	i := slices.IndexFunc(Reductions, func(r Reduction) bool { return r.Name == name })
	if i < 0 {
		return Reduction{}, false
	}
	return Reductions[i], true
}

// ReductionOf tells whether a file lies where reductions do, for folders with these roots,
// which end in a slash, and the name of the query that its place says.
func ReductionOf(file string, roots []string) (name string, isOne bool) {
	at := strings.LastIndex("/"+file, "/"+ReductionsFolder+"/")
	if at < 0 {
		return "", false
	}
	above, below := file[:at], file[at+len(ReductionsFolder)+1:]
	name, file, isDeep := strings.Cut(below, "/")
	if strings.Contains(file, "/") || !slices.ContainsFunc(roots, func(root string) bool {
		return strings.HasPrefix(root, above) && !strings.HasPrefix(root, above+ReductionsFolder+"/")
	}) {
		return "", false
	}
	if !isDeep {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return name, true
}

// Insert is the SQL that adds the rows of a file, which must have been checked, to the table
// reductions, under the path that it takes as $1.
func (r Reduction) Insert(file string) string {
	return "insert into reductions select $1::varchar, " + engine.Literal(r.Name) + ", " + r.into + " from (" + Rows(r.Table, []string{file}) + ")"
}
