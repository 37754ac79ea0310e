package queries

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entrail/ingest/header"
	"entrail/ingest/parquet"
	"entrail/ingest/schema"
)

// What a tenant of hundreds of millions of records is reduced with, where its records
// are: queries of SELECT, GROUP BY and window functions, which DuckDB, Spark and
// PostgreSQL run alike on what -f parquet writes. The folder portable is the registry;
// each file begins with title, description, position, needs and, perhaps, caveat, as a
// report does, and names tables as they are called, with the columns day and bucket.
//
//go:embed portable/*.sql
var portableFiles embed.FS

// portable is one of them.
type portable struct {
	Name, Title string
	position    int
	needs       []string
	text        string // the whole file
}

var portables = mustReadPortable()

// mustReadPortable panics on a bad header: the files are part of the program, and a
// test walks them all.
func mustReadPortable() []portable {
	var all []portable
	for name, text := range filesOf(portableFiles, "portable/*.sql") {
		p, err := parsePortable(name, text)
		if err != nil {
			panic(err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b portable) int { return a.position - b.position })
	return all
}

func parsePortable(name, text string) (portable, error) {
	p := portable{Name: name, text: text}
	fields, body, err := header.Read(name, text)
	if err != nil {
		return p, err
	}
	isDescribed := false
	for _, f := range fields {
		switch f.Key {
		case "title":
			p.Title = f.Value
		case "description":
			isDescribed = true
		case "position":
			p.position, err = strconv.Atoi(f.Value)
		case "needs":
			p.needs = strings.Split(f.Value, ", ")
		case "caveat":
		default:
			err = fmt.Errorf("unknown header key %q", f.Key)
		}
		if err != nil {
			return p, fmt.Errorf("%s.sql: %w", name, err)
		}
	}
	for _, table := range p.needs {
		if t, ok := schema.Lookup(table); !ok || !slices.Contains(namesIn(body), t.Name) {
			return p, fmt.Errorf("%s.sql: it needs %s, which is no table, or not read", name, table)
		}
	}
	if p.Title == "" || !isDescribed || p.position == 0 || len(p.needs) == 0 || strings.TrimSpace(body) == "" {
		return p, fmt.Errorf("%s.sql: want title, description, position, needs and one SELECT", name)
	}
	return p, nil
}

// lookupPortable returns the query of that name.
func lookupPortable(name string) (portable, bool) {
	i := slices.IndexFunc(portables, func(p portable) bool { return p.Name == canonical(name) })
	if i < 0 {
		return portable{}, false
	}
	return portables[i], true
}

// sheet is what --show-sql prints of it: how DuckDB gets the tables, as an example for
// the other engines, and the query as it stands.
func (p portable) sheet() string {
	var b strings.Builder
	b.WriteString("-- On what -f parquet -o FOLDER writes, in any engine: each table is the Parquet below FOLDER/log=TABLE, with\n" +
		"-- the columns day and bucket from its path. In DuckDB:\n")
	for _, table := range p.needs {
		fmt.Fprintf(&b, "--     create view %[1]s as from read_parquet('FOLDER/log=%[1]s/*/*/*%[2]s', hive_partitioning = true,\n"+
			"--         hive_types = {'day': date, 'bucket': varchar});\n", table, parquet.Ending)
	}
	b.WriteString("-- In Spark, with spark.sql.session.timeZone=UTC and spark.sql.sources.partitionColumnTypeInference.enabled=false:\n")
	for _, table := range p.needs {
		fmt.Fprintf(&b, "--     spark.read.parquet('FOLDER/log=%[1]s').createOrReplaceTempView('%[1]s')\n", table)
	}
	b.WriteString("-- A table that has no folder has no rows: make an empty one, or leave out what reads it.\n")
	if _, isBaseline := parquet.LookupReduction(p.Name); isBaseline {
		fmt.Fprintf(&b, "-- As FOLDER/%[1]s/%[2]s%[3]s, or %[1]s/%[2]s%[3]s beside several folders, a run that reads a part takes its baseline from the answer.\n",
			parquet.ReductionsFolder, p.Name, parquet.Ending)
	}
	return b.String() + "\n" + strings.TrimRight(p.text, "; \n") + ";\n"
}

// PortableNames are the names of these queries, by position.
func PortableNames() []string {
	var names []string
	for _, p := range portables {
		names = append(names, p.Name)
	}
	return names
}
