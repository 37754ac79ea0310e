package queries

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// forEach writes the SELECT of a view that has `-- for each` in its header once for
// each of the things, with `union all` between, and with what the header of the thing's
// table says in place of what stands in braces:
//
//   - log: a table of events; {table}, {log}, {position}, {actor}, {action}, {target},
//     {result}, and {ip_address} and {session_id}, which are null where it has no such column
//   - export: a way to get a log; {part}, {export}, {expected} and {has session_id} besides
//   - state: a table of what stood at one time; {table}, {position} and {snapshot}
func forEach(things, text string) (string, error) {
	var arms []string
	write := func(words []string) {
		arms = append(arms, strings.NewReplacer(words...).Replace(text))
	}
	for _, t := range schema.Records() {
		switch {
		case things == "log" && t.Log != "":
			write(wordsOf(t))
		case things == "export" && t.Log != "":
			for _, e := range t.Exports {
				part := "null"
				if e.Part != "" {
					part = engine.Literal(e.Part)
				}
				write(append(wordsOf(t), "{part}", part, "{export}", engine.Literal(e.From)))
			}
		case things == "state" && t.Snapshot != "":
			write(wordsOf(t))
		}
	}
	if len(arms) == 0 {
		return "", fmt.Errorf("for each %q: want log, export or state", things)
	}
	return strings.Join(arms, "\nunion all\n"), nil
}

// wordsOf is what stands in place of the braces, for strings.NewReplacer.
func wordsOf(t schema.Table) []string {
	column := func(name string) string {
		if t.Has(name) {
			return name
		}
		return "null"
	}
	return []string{
		"{table}", t.Name,
		"{position}", strconv.Itoa(t.Position),
		"{log}", engine.Literal(t.Log),
		"{snapshot}", engine.Literal(t.Snapshot),
		"{actor}", t.Timeline.Actor,
		"{action}", t.Timeline.Action,
		"{target}", cmp.Or(t.Timeline.Target, "null"),
		"{result}", cmp.Or(t.Timeline.Result, "null"),
		"{ip_address}", column("ip_address"),
		"{session_id}", column("session_id"),
		"{has session_id}", strconv.FormatBool(t.Has("session_id")),
		"{expected}", strconv.FormatBool(!t.IsRare),
	}
}
