package schema

import (
	"slices"
	"strings"
	"testing"
)

// TestHeaders changes one line of a good file at a time.
func TestHeaders(t *testing.T) {
	const good = `-- description: Requests to a service,
--   by whatever application.
-- source: https://example.org/log
-- position: 7
-- names: id
-- words: id
-- log: service log
-- id: id
-- time: event_time, required
-- actor: id
-- action: 'request of ' ||
--   id
-- bucket: id or record
-- identity: event_time, id or file_id,
--   record
-- state: record
-- state time: event_time
-- get: the service > Download
-- get old: the archive
create table service_log (
    file_id integer, -- the file
    record bigint, -- its number
    id varchar, -- of the request
    event_time timestamp, -- when
    raw varchar -- the record
);
`
	table, err := parse("service_log", good)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Requests to a service, by whatever application. https://example.org/log"; table.Comment != want {
		t.Errorf("the comment is %q, want %q", table.Comment, want)
	}
	if table.Log != "service log" || table.ID != "id" || table.Time != "event_time" || !table.TimeRequired || table.Timeline != (Timeline{Actor: "id", Action: "'request of ' || id"}) || table.Position != 7 {
		t.Errorf("the header reads as %+v", table)
	}
	if len(table.Exports) != 2 || table.Exports[0] != (Export{"", "the service > Download"}) || table.Exports[1] != (Export{"old", "the archive"}) {
		t.Errorf("the exports are %v", table.Exports)
	}
	if len(table.Identity) != 3 || !slices.Equal(table.Identity[1], []string{"id", "file_id"}) || !slices.Equal(table.State, []string{"record"}) || table.StateTime != "event_time" {
		t.Errorf("the identity reads as %v, the state as %v by %s", table.Identity, table.State, table.StateTime)
	}
	if len(table.Columns) != 5 || table.Columns[3] != (Column{"event_time", "timestamp", "when"}) {
		t.Errorf("the columns are %v", table.Columns)
	}
	for _, test := range []struct{ reason, line, instead, err string }{
		{"neither a log nor a reason why not", "-- log: service log\n", "", "so it is a log, or needs `-- timeline: no, REASON`"},
		{"what is no log says nothing in the timeline", "-- log: service log", "-- timeline: no, it is dull", "are of a log"},
		{"a reason is wanted", "-- log: service log", "-- timeline: no", "want `no, REASON`"},
		{"a log that is in no timeline", "-- actor: id", "-- timeline: no, it is dull\n-- actor: id", "is in the timeline"},
		{"a log of which nobody acts", "-- actor: id\n", "", "a log needs `-- actor`, `-- action` and `-- get`"},
		{"nobody could get it", "-- get: the service > Download\n-- get old: the archive\n", "", "a log needs `-- actor`, `-- action` and `-- get`"},
		{"a log says by what it is divided", "-- bucket: id or record\n", "", "needs `-- bucket`"},
		{"what divides it is a column", "-- bucket: id or record", "-- bucket: id or caller", "caller, which is no column"},
		{"a misspelt key", "-- id: id", "-- ids: id", `unknown header key "ids"`},
		{"a name that is no column", "-- id: id", "-- id: request", "names request, which is no column"},
		{"a time that is no column", "event_time, required", "at, required", "names at, which is no column"},
		{"a log without an identity", "-- identity: event_time, id or file_id,\n--   record\n", "", "a log needs `-- identity`"},
		{"an identity that is no column", "id or file_id", "id or user", "names user, which is no column"},
		{"a state that is no column", "-- state: record", "-- state: risk", "names risk, which is no column"},
		{"a log that is a state", "-- actor: id\n", "-- actor: id\n-- snapshot: requests\n", "what stood at one time is no log"},
		{"a misspelt word", "event_time, required", "event_time, require", "want COLUMN or `COLUMN, required`"},
		{"a name that is no column", "-- names: id", "-- names: id, caller", "caller, which is no column"},
		{"words that are no column", "-- words: id", "-- words: verb", "verb, which is no column"},
		{"no description", "-- description: Requests to a service,\n--   by whatever application.\n-- source: https://example.org/log\n", "", "no description"},
		{"a source, and no description", "-- description: Requests to a service,\n--   by whatever application.\n", "", "no description"},
		{"a column whose meaning nobody says", "event_time timestamp, -- when", "event_time timestamp,", "want the column's meaning behind it"},
		{"another table than the file's", "create table service_log", "create table servicelog", "want `create table service_log (`"},
		{"records without their text", "event_time timestamp, -- when\n    raw varchar -- the record", "event_time timestamp -- when", "has file_id, record and raw"},
		{"children without a parent", "raw varchar", "parent_file_id integer, -- of the parent\n    parent_record bigint, -- of the parent\n    raw varchar", "go with `-- parent`"},
		{"a parent half said", "-- id: id", "-- parent: sign_ins by id\n-- id: id", "want TABLE by COLUMN = COLUMN OF TABLE"},
		{"a line that is no key", "-- id: id", "-- id", "want `-- key: value`"},
	} {
		bad := strings.Replace(good, test.line, test.instead, 1)
		if _, err := parse("service_log", bad); err == nil || !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: the error is %v, want one with %q", test.reason, err, test.err)
		}
	}
}

// TestPositions holds that no two tables stand at the same place, for then their
// order would be that of the alphabet, and that each is explained.
func TestPositions(t *testing.T) {
	at := map[int]string{}
	for _, table := range mustReadFolder("tables") {
		if other, ok := at[table.Position]; ok || table.Position == 0 {
			t.Errorf("%s has position %d, as %s has", table.Name, table.Position, other)
		}
		at[table.Position] = table.Name
	}
	for _, m := range Macros() {
		if m.Comment == "" {
			t.Errorf("the macro %s is not explained", m.Name)
		}
	}
	if len(Macros()) < 20 {
		t.Errorf("%d macros were read", len(Macros()))
	}
}
