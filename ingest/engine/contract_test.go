package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// The tests of this file hold DuckDB, not entrail, to what entrail relies on, so that
// a new version shows what it changes. One that fails names what to look at; where
// the reason calls something a work-around, its failure means that it may go.

// start is an engine with an empty case.
func start(t *testing.T) *Engine {
	t.Helper()
	e, err := New(context.Background(), Options{Temp: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if err := e.Create(context.Background(), filepath.Join(t.TempDir(), "case.duckdb")); err != nil {
		t.Fatal(err)
	}
	return e
}

func run(t *testing.T, e *Engine, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := e.Exec(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// said is the answer in one text: values with a space, rows with a bar between them;
// an error is the answer too.
func said(e *Engine, question string) string {
	rows, err := e.Query(context.Background(), question)
	if err != nil {
		return "error: " + err.Error()
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return "error: " + err.Error()
		}
		lines = append(lines, strings.TrimSuffix(fmt.Sprintln(v...), "\n"))
	}
	if err := rows.Err(); err != nil {
		return "error: " + err.Error()
	}
	return strings.Join(lines, "|")
}

func TestContractOfValues(t *testing.T) {
	e := start(t)
	for _, test := range []struct{ sql, want, reason string }{
		{"select map {'a': 'word'}['a']", "word", "a map gives the value; before 1.3 a list of it"},
		{"select map {'a': 'word'}['b']", "<nil>", "and NULL for a key that it has not"},
		{"select array_to_string([], ',') = ''", "true", "not NULL: joined and mail rules ask with nullif"},
		{"select len(string_split('', ',')), string_split('', ',')[1] = ''", "1 true", "one empty part, not none"},
		{"select array_to_string(['a', null, 'b'], ',')", "a,b", "NULL values are left out"},
		{"select concat_ws(', ', 'a', null, 'b'), concat_ws(', ', null, null) = ''", "a, b true", "nor has concat_ws them; of none it makes an empty text"},
		{"select arg_min(v, n), arg_max(v, n) from (values (null, 1), ('b', 2), ('c', 3), (null, 4), ('d', null)) t(v, n)", "b c", "without filter: what is NULL is passed over, and so is what has no place"},
		{"select '2024-03-01T00:00:00+05:00'::timestamp::varchar", "2024-03-01 00:00:00", "the offset is lost, so any_time goes through timestamptz"},
		{"select ('2024-03-01T00:00:00+05:00'::timestamptz at time zone 'UTC')::varchar", "2024-02-29 19:00:00", "the offset counts"},
		{"select ('2024-03-01 00:00:00'::timestamptz at time zone 'UTC')::varchar", "2024-03-01 00:00:00", "a time without offset is UTC"},
		{"select try_cast('2024-03-01T00:00:00.1234567Z' as timestamptz) at time zone 'UTC' = timestamp '2024-03-01 00:00:00.123456'", "true", "the logs write seven digits"},
		{"select try_cast('3/1/2024' as timestamptz), try_cast('x' as timestamptz)", "<nil> <nil>", "other forms are left to any_time's list"},
		{"select typeof(date_trunc('day', timestamp '2024-03-01 05:00:00')), typeof(date_trunc('day', date '2024-03-01'))", "TIMESTAMP TIMESTAMP", "a day stays a timestamp"},
		{"select strlen(trim(e'\t x \n')), strlen(trim('\u00a0x'))", "5 1", "trim takes spaces of any kind, not tabs and line ends; Go takes the others away as it does"},
		{`select json_extract_string('{"a":"x","a":"y"}', '$.a')`, "x", "of a name that is there twice, the first value"},
		{`select json_extract_string('{"a":{"b":null},"c":1.50}', ['$.a.b', '$.c', '$.d'])`, `[null,"1.5",null]`, "several paths at once; a number loses its last zeros"},
		{`select json_valid('[1,]'), json_valid('NaN')`, "true true", "DuckDB takes what Go does not: the walker in jsontext.go refuses it first"},
		{`select 'x' ->> '$.a'`, "error: Invalid Input Error: Malformed JSON at byte 0 of input: unexpected character.  Input: \"x\"", "bad JSON fails the whole question, so texts are checked before"},
		{`select try('x' ->> '$.a')`, "<nil>", "unless it is tried"},
		{"select try(error('no'))", "error: Binder Error: TRY can not be used in combination with a volatile function", "but not where something is volatile, as error() is"},
		{"select from_base64('abc')", "error: Conversion Error: Could not decode string \"abc\" as base64: length must be a multiple of 4", "it fails on what is not padded: work-around in token_sign_in"},
		{"select regexp_extract('ab', '(x)', 1) = ''", "true", "no match is '', not NULL"},
		{"select list_position(['a'], 'b')", "<nil>", "no place is NULL; 0 before 1.2. A nullif around it would be worked out for each record, whatever coalesce has before it"},
		{"select lower('ÀÉ'), 'a' < 'B', 'é' > 'z'", "àé false true", "texts are ordered by bytes"},
		{"select sum(x) from (values (1::bigint)) as t (x)", "1", "a sum of bigint is a big.Int, which Values makes an int64"},
		{"select (select list(x order by x) from (values (2), (1)) as t (x))", "[1,2]", "lists become JSON"},
		{"select x, y, z from (values (1, 2, 3)) as t (x, y, z) order by all", "1 2 3", "order by all"},
		{"select row_number() over (order by x), count(*) over () from (values (2), (3)) as t (x) order by 1", "1 2|2 2", "window functions"},
		{"select count(distinct x) filter (where x > 1) from (values (1), (2), (2)) as t (x)", "1", "distinct with a filter"},
		{"with a as materialized (select 1 as x), b as materialized (select x + 1 as x from a) select * from b", "2", "a materialized CTE may name an earlier one"},
	} {
		if got := said(e, test.sql); got != test.want {
			t.Errorf("%s: %s\n  got  %s\n  want %s", test.reason, test.sql, got, test.want)
		}
	}
	if got := said(e, "with b as materialized (select x from a), a as materialized (select 1 as x) select * from b"); !strings.Contains(got, "Table with name a does not exist") {
		t.Errorf("a materialized CTE names a later one: %s", got)
	}
}

// TestContractOfRowsChanged: the number for `create table as` is no number of rows,
// which is why Exec returns none.
func TestContractOfRowsChanged(t *testing.T) {
	e := start(t)
	for _, test := range []struct {
		statement string
		want      int64
	}{
		{"create table made as select * from range(7)", 0},
		{"insert into made select * from range(5)", 5},
		{"delete from made where range = 1", 2},
	} {
		result, err := e.conn.ExecContext(context.Background(), test.statement)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := result.RowsAffected(); got != test.want {
			t.Errorf("%s: %d rows changed, this version says %d", test.statement, got, test.want)
		}
	}
	if n, err := e.Count(context.Background(), "made"); n != 10 || err != nil {
		t.Errorf("%d rows, %v; want 10", n, err)
	}
}

// TestContractOfReadCSV reads what ingest/batch.go writes.
func TestContractOfReadCSV(t *testing.T) {
	e := start(t)
	path := filepath.Join(t.TempDir(), "it's [1] *.csv")
	if err := os.WriteFile(path, []byte("1,1,,\"a,b\",\n"+
		"1,2,x,\"say \"\"hi\"\"\",\"\"\n"+
		"1,3,x,\"two\nlines\r\nand \\\",\"{}\"\n"+
		"1,4,NULL,\"\",\"NULL\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	relation := `from read_csv(` + Literal(strings.NewReplacer("[", "[[]", "*", "[*]").Replace(path)) + `,
		columns = {file_id: 'INTEGER', record: 'BIGINT', category: 'VARCHAR', raw: 'VARCHAR', body: 'VARCHAR'},
		auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\n', parallel = false)`
	for _, test := range []struct{ sql, want, reason string }{
		{"select count(*) " + relation, "4", "rows, not lines"},
		{"select raw " + relation + " where record = 1", "a,b", "a comma in quotes"},
		{"select raw " + relation + " where record = 2", `say "hi"`, "a quote is written twice"},
		{"select raw = e'two\\nlines\\r\\nand \\\\' " + relation + " where record = 3", "true", "line ends and backslashes stay"},
		{"select category is null, body is null " + relation + " where record = 1", "true true", "an empty cell is NULL"},
		{"select raw = '', category, body " + relation + " where record = 4", "<nil> NULL NULL", "so is an empty text in quotes, which no record is; the word NULL is a word"},
	} {
		if got := said(e, test.sql); got != test.want {
			t.Errorf("%s: got %s, want %s", test.reason, got, test.want)
		}
	}
}

// TestContractOfNames: which database a name is looked for in.
func TestContractOfNames(t *testing.T) {
	e := start(t)
	ctx := context.Background()
	run(t, e,
		"create table things as select 'evidence' as origin",
		"create view shown as select origin from things",
		"create macro origin() as (select origin from things)",
	)
	path := said(e, "select path from duckdb_databases() where database_name = 'evidence'")
	if err := e.Detach(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.Attach(ctx, path); err != nil {
		t.Fatal(err)
	}
	run(t, e, "create view things as select 'memory' as origin", "create view own as select origin from things")
	for _, test := range []struct{ sql, want, reason string }{
		{"select origin from things", "memory", "the session's own comes first: a filter stands in front of a table"},
		{"select origin from evidence.things", "evidence", "the table can still be named"},
		{"select origin from own", "memory", "a view of the session sees the session's"},
		{"select origin from evidence.shown", "evidence", "a view of the case sees the case's, so what a run narrows is asked by its text"},
	} {
		if got := said(e, test.sql); got != test.want {
			t.Errorf("%s: %s: got %s, want %s", test.reason, test.sql, got, test.want)
		}
	}
	if err := e.Exec(ctx, "delete from evidence.things"); err == nil {
		t.Error("the case attached read-only was written to")
	}
	run(t, e, "create temp view source as select 1 as x", "create temp view reader as select x from source")
	if got := said(e, "select x from reader"); got != "1" {
		t.Errorf("a temporary view over a temporary view: %s", got)
	}
}

// TestContractOfFolding: a branch that a variable rules out costs nothing, and a limit
// may be one.
func TestContractOfFolding(t *testing.T) {
	e := start(t)
	run(t, e, "create table many as select range as i from range(1000)", "set variable n = 3", "set variable nothing = null")
	for _, test := range []struct {
		sql, absent, present, reason string
	}{
		{"explain select i from many where getvariable('n') is null", "SEQ_SCAN", "EMPTY_RESULT", "a branch ruled out is not read"},
		{"explain select i from many where getvariable('n') is not null", "FILTER", "SEQ_SCAN", "a condition that holds is gone"},
		{"explain select i from many where i > getvariable('n')", "getvariable", "Filters", "a variable is a constant that the scan takes"},
		{"explain select i from many order by i limit coalesce(getvariable('n'), 0)", "ORDER_BY", "TOP_N", "first_rows makes it a choice of the first, not a sort"},
	} {
		plan := said(e, test.sql)
		if strings.Contains(plan, test.absent) || !strings.Contains(plan, test.present) {
			t.Errorf("%s: %s\n%s", test.reason, test.sql, plan)
		}
	}
	if got := said(e, "select count(*) from (select i from many limit coalesce(getvariable('nothing'), 0))"); got != "0" {
		t.Errorf("a limit of no variable: %s rows, want 0", got)
	}
}

// TestContractOfLists: of a list asked by list_contains the scan takes what it needs, and
// reads the other columns of the rows that are left alone; of one asked by IN it takes a
// hint, and reads them of all rows. So rules ask for operations by list_contains.
func TestContractOfLists(t *testing.T) {
	e := start(t)
	run(t, e, "create table many as select case when range % 7 = 0 then 'a' else 'b' || range % 5 end as what, range::varchar as raw from range(10000)")
	for _, test := range []struct{ condition, want string }{
		{"list_contains(['a', 'c'], what)", "Filters: list_contains("},
		{"what in ('a', 'c')", "Filters: optional: what IN"},
	} {
		plan := strings.Join(strings.Fields(strings.ReplaceAll(said(e, "explain select count(raw) from many where "+test.condition), "│", " ")), " ")
		if !strings.Contains(plan, test.want) {
			t.Errorf("%s: the plan lacks %q:\n%s", test.condition, test.want, plan)
		}
	}
	if got := said(e, "select count(*) from (select null::varchar as what) where list_contains(['a'], what) is null"); got != "1" {
		t.Errorf("no value is in the list, or not: %s, want NULL as of IN", got)
	}
}

// TestContractOfProfiles: the names that chosenFrom reads.
func TestContractOfProfiles(t *testing.T) {
	e := start(t)
	run(t, e, "create table many as select range as i, range % 7 as rest from range(300000)")
	if err := e.Lock(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		sql, reason string
		want        []string
	}{
		{"select i from many order by i limit 5", "a scan is told what comes too late", []string{"TOP_N", "TABLE_SCAN", "Dynamic Filter ("}},
		{"select rest, count(*) from many group by rest order by rest limit 5", "a group has all its rows", []string{"TOP_N", "HASH_GROUP_BY"}},
	} {
		rows, err := e.Query(context.Background(), test.sql)
		if err != nil {
			t.Fatal(err)
		}
		profile, err := duckdb.GetProfilingInfo(e.conn)
		rows.Close()
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(profile)
		for _, word := range test.want {
			if !strings.Contains(text, word) {
				t.Errorf("%s: no %s in %s", test.reason, word, text)
			}
		}
	}
}

// TestContractOfAnswers: an open answer lies whole in memory, so that QueryFirst may ask
// for the number of rows meanwhile.
func TestContractOfAnswers(t *testing.T) {
	e := start(t)
	rows, err := e.Query(context.Background(), "select range from range(10000) order by range")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if n, err := e.Count(context.Background(), "range(5)"); n != 5 || err != nil {
		t.Fatal(n, err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if n != 10_000 || rows.Err() != nil {
		t.Errorf("%d rows are left of the answer, want 10000; %v", n, rows.Err())
	}
}

// TestContractOfExtensions: nothing but what is built in is loaded, nothing is sought.
func TestContractOfExtensions(t *testing.T) {
	e := start(t)
	if got, want := said(e, "select extension_name, install_mode from duckdb_extensions() where loaded or installed order by 1"),
		"autocomplete STATICALLY_LINKED|core_functions STATICALLY_LINKED|icu STATICALLY_LINKED|json STATICALLY_LINKED|parquet STATICALLY_LINKED"; got != want {
		t.Errorf("extensions at hand: %s\nwant %s", got, want)
	}
	if got := said(e, "select '1.2.3.4'::inet"); !strings.HasPrefix(got, "error: Catalog Error") {
		t.Errorf("what an extension would have to be loaded for: %s", got)
	}
	if err := e.Lock(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"install inet", "load inet", "set autoload_known_extensions = true", "from read_csv('/etc/passwd')", "attach 'x.duckdb'"} {
		if err := e.Exec(context.Background(), statement); err == nil {
			t.Errorf("a locked engine does: %s", statement)
		}
	}
}

// inChild is set where the test below runs itself again in a process of its own.
const inChild = "ENTRAIL_CONTRACT_CHILD"

const zoned = `select typeof(now()::varchar), '2024-07-01 12:00:00'::timestamptz::varchar, date_trunc('day', timestamptz '2024-07-01 23:30:00+00')::varchar,
	strftime(timestamptz '2024-07-01 12:00:00+02' at time zone 'UTC', '%H:%M'), try('1.2.3.4'::varchar)`

// TestContractOfProcess: whatever TZ says an answer has the same bytes; HOME stays empty;
// no socket is opened.
func TestContractOfProcess(t *testing.T) {
	if os.Getenv(inChild) != "" {
		e := start(t)
		said(e, "select '1.2.3.4'::inet")
		fmt.Println("answer:", said(e, zoned))
		return
	}
	var answers []string
	for _, zone := range []string{"UTC", "America/New_York", "Asia/Kathmandu"} {
		home := t.TempDir()
		child := exec.Command(os.Args[0], "-test.run=^TestContractOfProcess$", "-test.v")
		child.Env = append(os.Environ(), inChild+"=1", "TZ="+zone, "HOME="+home)
		out, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, answer, _ := strings.Cut(string(out), "answer: ")
		answer, _, _ = strings.Cut(answer, "\n")
		answers = append(answers, answer)
		if left, _ := os.ReadDir(home); len(left) > 0 {
			t.Errorf("HOME has %v", left)
		}
	}
	if want := "VARCHAR 2024-07-01 12:00:00+00 2024-07-01 00:00:00+00 10:00 1.2.3.4"; slices.ContainsFunc(answers, func(a string) bool { return a != want }) {
		t.Errorf("under other zones: %q\nwant %q", answers, want)
	}
	t.Run("no socket", func(t *testing.T) {
		strace, err := exec.LookPath("strace")
		if err != nil {
			t.Skip("strace is not installed")
		}
		log := filepath.Join(t.TempDir(), "calls")
		child := exec.Command(strace, "-f", "-e", "trace=network", "-o", log, os.Args[0], "-test.run=^TestContractOfProcess$")
		child.Env = append(os.Environ(), inChild+"=1")
		if out, err := child.CombinedOutput(); err != nil {
			if strings.Contains(string(out), "ptrace") {
				t.Skipf("strace may not trace here: %s", out)
			}
			t.Fatalf("%v: %s", err, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(calls), "socket(") {
			t.Errorf("%s", calls)
		}
	})
}

// TestContractOfInterrupts: a question ends within a second of its context, or Query
// leaves it alone (patience is a work-around for what does not end).
func TestContractOfInterrupts(t *testing.T) {
	for _, test := range []struct{ sql, reason string }{
		{"select count(*) from range(10000000000) as a (i), range(10) as b (j) where hash(i + j) = 7", "while it works"},
		{"select " + strings.Repeat("date_trunc('day', shifted(i)), min(shifted(i)) over (order by shifted(i)), ", 8) + "i from few", "while it plans, for seconds"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			e := start(t)
			var cases strings.Builder
			for k := range 300 {
				fmt.Fprintf(&cases, " when t < timestamp '1990-01-01' + to_days(%d) then to_seconds(%d)", k*100, k)
			}
			run(t, e,
				"create table few as select timestamp '2020-01-01' + to_minutes(range) as i from range(10)",
				"create macro shifted(t) as t + case"+cases.String()+" else to_seconds(1) end")
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			begin := time.Now()
			rows, err := e.Query(ctx, test.sql)
			if err == nil {
				rows.Close()
				return // it was done before
			}
			if took := time.Since(begin); took > 300*time.Millisecond+2*patience {
				t.Errorf("it took %v to end", took)
			}
			if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// chunkSource returns two rows of which the second is NULL, and then fails if it is to.
type chunkSource struct{ fail bool }

func (chunkSource) ColumnInfos() []duckdb.ColumnInfo {
	text, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err != nil {
		panic(err)
	}
	return []duckdb.ColumnInfo{{Name: "text", T: text}}
}
func (chunkSource) Cardinality() *duckdb.CardinalityInfo { return nil }
func (chunkSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: 1}
}
func (chunkSource) NewLocalState() any { return new(int) }
func (s chunkSource) FillChunk(local any, chunk duckdb.DataChunk) error {
	calls := local.(*int)
	if *calls++; *calls > 1 {
		if s.fail {
			return errors.New("no more")
		}
		return chunk.SetSize(0)
	}
	return errors.Join(
		duckdb.SetChunkValue(chunk, 0, 0, []byte("bad \xff")),
		duckdb.SetChunkValue[any](chunk, 0, 1, nil),
		chunk.SetSize(2),
	)
}

// TestContractOfTableFunctions: what a Go function may hand over. In 1.1.3's driver a
// NULL or an error went to the wrong place.
func TestContractOfTableFunctions(t *testing.T) {
	e := start(t)
	for _, fail := range []bool{false, true} {
		err := duckdb.RegisterTableUDF(e.conn, fmt.Sprintf("source_%t", fail), duckdb.ParallelChunkTableFunction{
			BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) { return chunkSource{fail}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := said(e, "select count(*), count(text) from source_false()"); got != "2 0" {
		t.Errorf("rows and texts: %s, want 2 0: NULL is NULL, and so is silently what is no UTF-8, which is why Go makes texts valid first", got)
	}
	if got := said(e, "select count(*) from source_true()"); !strings.Contains(got, "no more") {
		t.Errorf("an error of the function: %s", got)
	}
}
