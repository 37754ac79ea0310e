package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// questions is an engine with a table, views and macros of its own, locked.
func questions(t testing.TB) *Engine {
	t.Helper()
	ctx := context.Background()
	e := newEngine(t)
	for _, s := range []string{
		`create table sign_ins (id varchar, user_id varchar, status varchar, n integer, seen timestamp, raw varchar)`,
		`insert into sign_ins values
			('s1', 'adele', 'success', 1, '2026-10-01 08:00', '{"id": "s1", "location": {"city": "Berlin"}}'),
			('s2', 'megan', 'failure', 2, '2026-10-01 09:00', '{"id": "s2", "tags": [1, 2]}')`,
		`create view failures as select * from sign_ins where status = 'failure'`,
		`create view outside as select * from failures, duckdb_settings()`,
		`create view behind as select id from outside`,
		`create macro short(text) as upper(text)[1]`,
		`create macro setting(name) as current_setting(name)`,
		`create macro nested(name) as short(setting(name))`,
		`create macro failed(who) as table select * from sign_ins where user_id = who`,
		`create macro all_settings() as table select * from duckdb_settings()`,
	} {
		if err := e.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := e.Lock(ctx); err != nil {
		t.Fatal(err)
	}
	return e
}

// allowed are questions as analysts ask them; all of them have an answer.
var allowed = []string{
	"select 1; ",
	"select 1 -- done",
	"select id as \"select\", 'it''s' as x, $$a;b$$ from sign_ins",
	"from sign_ins",
	"from sign_ins select id where n > 1 order by n limit 1",
	"table sign_ins",
	"values (1, 'a'), (2, 'b')",
	"describe sign_ins",
	"describe select id from failures",
	"describe",
	"show tables",
	"show all tables",
	"show databases",
	"show variables",
	"show sign_ins",
	"summarize sign_ins",
	"select column_name from (summarize failures)",
	"pivot sign_ins on status in ('success', 'failure') using count(*) group by user_id",
	"pivot (select user_id, n from sign_ins) on user_id in ('adele') using sum(n)",
	"select * from sign_ins pivot (count(*) for status in ('success', 'failure') group by user_id)",
	"unpivot (select id, user_id from sign_ins) on id, user_id into name k value v",
	"with a as (select 1 as x), b as (select x from a) select * from b",
	"with a as materialized (select n from sign_ins) select * from a",
	"with sign_ins as (from sign_ins) select count(*) from sign_ins",
	"with recursive a as (select 1 as x union all select x + 1 from a where x < 5) select * from a",
	"with recursive a(x, y) using key (x) as (select 1, 1 union select x, y + 1 from a where y < 3) select * from a",
	"select * from (select 1) union all (select 2) except (select 3) intersect select 2",
	"select 1 as a union by name select 2 as b",
	"select * from sign_ins as a join failures as b using (id)",
	"select a.id from sign_ins a asof join sign_ins b on a.user_id = b.user_id and a.seen >= b.seen",
	"select a.id from sign_ins a semi join failures b using (id)",
	"select a.id from sign_ins a anti join failures b using (id)",
	"select a.id from sign_ins a left join failures b on a.id = b.id cross join sign_ins c",
	"from sign_ins positional join failures",
	"select s.id, x.c from sign_ins s, lateral (select s.n + 1 as c) x",
	"select * from sign_ins tablesample 50%",
	"select * from sign_ins using sample reservoir(1 rows)",
	"select * from sign_ins limit 50%",
	"select distinct on (status) status, id from sign_ins order by status desc nulls last, id asc",
	"select status, count(*) from sign_ins group by all having count(*) > 0 order by all",
	"select status, grouping(status), count(*) from sign_ins group by rollup (status)",
	"select count(*), status from sign_ins group by grouping sets ((status), ()) order by 1, 2",
	"select id, row_number() over (partition by status order by seen) as i from sign_ins qualify i = 1",
	"select lag(id) over w, lead(id, 1, 'none') over w, first_value(id ignore nulls) over w, sum(n) over (order by seen rows between 1 preceding and current row), sum(n) over (order by seen range between interval 1 day preceding and interval 1 day following exclude current row), rank() over w, dense_rank() over w, percent_rank() over w, cume_dist() over w, ntile(2) over w, nth_value(id, 1) over w, last_value(id) over w from sign_ins window w as (partition by status order by seen)",
	"select count(*) filter (where status = 'failure'), list(id order by seen desc), string_agg(distinct status, ',' order by status), arg_max(id, seen), quantile_cont(n, 0.5), mode(status), histogram(status), any_value(id), median(n), bool_or(n > 1), approx_count_distinct(id), count_if(n > 1), max_by(id, n, 2) from sign_ins",
	"select list_transform([1, 2], lambda x: x + 1), list_filter([1, 2], x -> x > 1), [x * 2 for x in [1, 2] if x > 1], list_reduce([1, 2], lambda a, b: a + b), list_aggregate([1, 2], 'sum'), [1, 2][1], [1, 2][1:], flatten([[1]]), list_sort([2, 1]), list_distinct([1, 1]), list_contains([1], 1), unnest([1, 2]), len([1])",
	"select {'a': 1}.a, struct_pack(a := 1), struct_extract({'a': 1}, 'a'), map{'a': 1}['a'], map_keys(map{'a': 1}), row(1, 'a'), union_value(a := 1)",
	"select unnest({'a': 1, 'b': 2})",
	"select raw ->> '$.id', raw -> 'location' ->> 'city', json_extract(raw, '$.tags[0]'), json_extract_string(raw, '$.id'), json_type(raw), json_keys(raw), json_valid(raw), json_array_length(raw, '$.tags'), raw::json, to_json({'a': 1}), json_object('a', 1), json_array(1), json_group_array(id) from sign_ins group by all",
	"select json_transform(raw, '{\"id\": \"VARCHAR\"}'), from_json(raw, '{\"location\": {\"city\": \"VARCHAR\"}}').location.city from sign_ins",
	"select j.key, j.value from sign_ins, json_each(raw) as j",
	"select t.fullkey from sign_ins, lateral (from json_tree(raw)) as t",
	"select id ~ 's.', id similar to 's.', id like 's%', id not like 's%', id ilike 'S%', id glob 's*', regexp_extract(id, '(\\d)', 1), regexp_replace(id, 's', 't', 'g'), regexp_matches(id, '^s'), regexp_split_to_array('a b', ' '), regexp_extract_all('a1b2', '\\d') from sign_ins",
	"select date_trunc('week', seen), strftime(seen, '%Y-%m'), seen + interval 1 hour, seen - timestamp '2026-01-01', date_diff('day', seen, now()::timestamp), extract(hour from seen), dayname(seen), epoch(seen), to_timestamp(0), time_bucket(interval '1 hour', seen), age(seen), make_date(2026, 1, 1), strptime('2026', '%Y'), current_date, seen at time zone 'Europe/Berlin', today(), date '2026-01-01' + 1 from sign_ins",
	"select coalesce(null, 1), ifnull(null, 1), nullif(1, 2), if(true, 1, 2), greatest(1, 2), case when true then 1 else 2 end, case 1 when 1 then 2 end, try(1 / 0), 1 between 0 and 2, 1 in (1, 2), 1 not in (2), 1 is null, 1 is not null, 1 is distinct from 2, 1 is not distinct from 2, not true, true and false or true, exists (select 1), not exists (select 1), 1 = any ([1]), 1 >= all (select 1), (select 1), array(select 1)",
	"select -1, +1, 1 + 1, 2 - 1, 2 * 2, 7 / 2, 7 // 2, 7 % 2, 2 ** 3, 2 ^ 3, 5!, ~1, 1 & 1, 1 | 2, 1 << 2, 4 >> 1, 'a' || 'b', 'a' ^@ 'a', 1 = 1, 1 <> 2, 1 < 2, 1 > 2, 1 <= 2, 1 >= 2, [1] && [1], [1] @> [1], [1] <@ [1]",
	"select cast(1 as decimal(3, 1)), try_cast('x' as integer), null::int[3], 'a'::enum('a', 'b'), null::time with time zone, null::timestamptz, null::struct(a int, b varchar), null::map(int, varchar), null::union(a int), '1'::varchar(3), null::uuid, null::json, null::bit, null::hugeint, 1::uhugeint, 1.5::float, 'x'::blob, interval 1 day, time '10:00', null::timestamp_ns, null::double precision, null::int[][], null::text, null::timestamp_s, null::timestamp_ms, null::usmallint, null::ubigint, null::utinyint, null::uinteger, null::tinyint, null::smallint, null::varint, null::time_ns, null::date",
	"select 12345678901234567890, 123456789012345678901234567890, 1e10, 1.5, true, null, 'a' collate nocase = 'A'",
	"select * exclude (raw) replace (upper(id) as id), sign_ins.id, columns('us.*') from sign_ins",
	"select * rename (id as name) from sign_ins",
	"select columns(c -> c like 'i%'), min(columns(['n', 'seen'])) from sign_ins group by all",
	"select #1 from sign_ins order by #1",
	"select id.upper().lower(), sign_ins.status.length() from sign_ins",
	"select substring('abc' from 2 for 1), position('b' in 'abc'), trim(both 'x' from 'xax'), ltrim(' a'), split_part('a,b', ',', 1), string_split('a,b', ','), printf('%d', 1), format('{}', 1), replace('a', 'a', 'b'), lpad('a', 2, '0'), levenshtein('a', 'b'), md5('a'), sha256('a'), to_base64('a'::blob), from_base64('YQ==')::varchar, hex('a'), url_decode('%20'), chr(65), ascii('A'), reverse('ab'), starts_with('a', 'a'), contains('ab', 'a'), typeof(1), hash('a'), parse_filename('a/b')",
	"select * from range(3), generate_series(1, 2), unnest([1]) as u(x), repeat('a', 2)",
	"select generate_series(1, 3), range(2), random() < 1, uuid() is not null, getvariable('since'), version is null from (select 1 as version)",
	"select user, current_user, current_database(), current_schema()",
	"select table_name from information_schema.tables",
	"select column_name from information_schema.columns where table_name = 'sign_ins'",
	"select table_name from duckdb_tables()",
	"select view_name from duckdb_views",
	"select function_name from duckdb_functions() where function_name = 'sum'",
	"select * from memory.sign_ins, memory.main.failures, main.sign_ins as again",
	"select SHORT(id) from SIGN_INS",
	"select * from failed('adele')",
	"select short(user_id), count(*) from failures group by all",
	"select bool as b from test_all_types()",
	"select error(null)",
}

func TestQuestionsThatAnalystsAsk(t *testing.T) {
	ctx := context.Background()
	e := questions(t)
	for _, question := range allowed {
		if err := e.CheckSelect(ctx, question); err != nil {
			t.Errorf("%s: refused: %v", question, err)
			continue
		}
		rows, err := e.QueryShown(ctx, question)
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		for rows.Next() {
			if _, err := rows.Values(); err != nil {
				t.Errorf("%s: %v", question, err)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", question, err)
		}
	}
}

// TestPartsAreNeeded: each part that a statement may have is one that some question
// of analysts has.
func TestPartsAreNeeded(t *testing.T) {
	ctx := context.Background()
	e := questions(t)
	seen := map[string]bool{}
	var visit func(any)
	visit = func(part any) {
		switch part := part.(type) {
		case []any:
			for _, p := range part {
				visit(p)
			}
		case map[string]any:
			for _, key := range []string{"class", "type", "id"} {
				if word, ok := part[key].(string); ok {
					seen[strings.ReplaceAll(word, " ", "_")] = true
				}
			}
			for _, p := range part {
				visit(p)
			}
		}
	}
	for _, question := range allowed {
		rows, err := e.Query(ctx, "select json_serialize_sql($1::varchar)::varchar", question)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if rows.Next() {
			values, err := rows.Values()
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(values[0].(string)), &tree); err != nil {
				t.Fatal(err)
			}
		}
		rows.Close()
		visit(tree)
	}
	for _, list := range []map[string]bool{classes, kinds, valueTypes} {
		for word := range list {
			if !seen[word] {
				t.Errorf("no question has a %s: it needn't be allowed, or a question is missing here", word)
			}
		}
	}
}

// called is the statement of a tree that SQL can't write: a call of arrow_scan with
// constants of a type. The numbers are what the engine would take for addresses.
func called(function, typeName string, numbers ...int) string {
	var arguments []any
	for _, n := range numbers {
		arguments = append(arguments, map[string]any{
			"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "",
			"value": map[string]any{"type": map[string]any{"id": typeName, "type_info": nil}, "is_null": false, "value": n},
		})
	}
	tree := map[string]any{"error": false, "statements": []any{map[string]any{"node": map[string]any{
		"type": "SELECT_NODE", "modifiers": []any{}, "cte_map": map[string]any{"map": []any{}},
		"select_list": []any{map[string]any{"class": "STAR", "type": "STAR", "alias": "", "relation_name": "", "exclude_list": []any{}, "replace_list": []any{}, "columns": false, "expr": nil}},
		"from_table": map[string]any{"type": "TABLE_FUNCTION", "alias": "", "sample": nil, "column_name_alias": []any{}, "function": map[string]any{
			"class": "FUNCTION", "type": "FUNCTION", "alias": "", "function_name": function, "schema": "", "catalog": "", "children": arguments, "filter": nil,
			"order_bys": map[string]any{"type": "ORDER_MODIFIER", "orders": []any{}}, "distinct": false, "is_operator": false, "export_state": false,
		}},
		"where_clause": nil, "group_expressions": []any{}, "group_sets": []any{}, "aggregate_handling": "STANDARD_HANDLING", "having": nil, "sample": nil, "qualify": nil,
	}}}}
	text, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestQuestionsThatAreRefused(t *testing.T) {
	ctx := context.Background()
	e := questions(t)
	native := Literal(called("arrow_scan", "POINTER", 0x1234, 0x1234, 0x1234))
	for _, test := range []struct{ reason, question, want string }{
		{"native code by a tree", "select * from json_execute_serialized_sql(" + native + ")", "json_execute_serialized_sql() can't be called: it runs a statement"},
		{"the same under another name", "select * from \"JSON_Execute_Serialized_SQL\"(" + native + ")", "json_execute_serialized_sql() can't be called"},
		{"the same by its schema", "from main.json_execute_serialized_sql(" + native + ")", "json_execute_serialized_sql() can't be called"},
		{"the same by its catalog", "from system.main.json_execute_serialized_sql(" + native + ")", "json_execute_serialized_sql() can't be called"},
		{"the same as an expression", "select json_execute_serialized_sql(" + native + ")", "json_execute_serialized_sql() can't be called"},
		{"the same in a text", "select * from query(" + Literal("select * from json_execute_serialized_sql("+native+")") + ")", "query() can't be called"},
		{"the same as the plan of a text", "select json_serialize_plan(" + Literal("from json_execute_serialized_sql("+native+")") + ")", "json_serialize_plan() can't be called"},
		{"the same made a text again", "select json_deserialize_sql(" + native + ")", "json_deserialize_sql() can't be called"},
		{"in a step", "with a as (from query('select 1')) select 1", "query() can't be called"},
		{"in a step that nothing reads", "with a as materialized (select 1), b as (from glob('*')) from a", "glob() can't be called: it reads files"},
		{"in a subquery of a condition", "select 1 from sign_ins where id in (select file from glob('*'))", "glob() can't be called"},
		{"in an order", "select id from sign_ins order by current_setting(id)", "current_setting() can't be called"},
		{"in a limit", "select 1 limit (select count(*) from glob('*'))", "glob() can't be called"},
		{"in a window", "select sum(n) over (partition by current_setting('threads')) from sign_ins", "current_setting() can't be called"},
		{"in the frame of a window", "select sum(n) over (order by n rows between (select count(*) from glob('*')) preceding and current row) from sign_ins", "glob() can't be called"},
		{"in a filter", "select count(*) filter (where current_setting('threads') > 1) from sign_ins", "current_setting() can't be called"},
		{"in the order of an aggregate", "select list(n order by current_setting('threads')) from sign_ins", "current_setting() can't be called"},
		{"in a lambda", "select list_transform(['threads'], lambda x: current_setting(x))", "current_setting() can't be called"},
		{"in a list that is worked out", "select [current_setting(x) for x in ['threads']]", "current_setting() can't be called"},
		{"in the choice of columns", "select columns(c -> c = current_setting('threads')) from sign_ins", "current_setting() can't be called"},
		{"in what replaces a column", "select * replace (current_setting('threads') as id) from sign_ins", "current_setting() can't be called"},
		{"in VALUES", "values (current_setting('threads'))", "current_setting() can't be called"},
		{"in a CASE", "select case when true then current_setting('threads') end", "current_setting() can't be called"},
		{"in a PIVOT", "pivot sign_ins on status in ('a') using max(current_setting('threads'))", "current_setting() can't be called"},
		{"in what is pivoted", "pivot (from glob('*')) on file in ('a') using count(*)", "glob() can't be called"},
		{"in what is described", "describe from glob('*')", "glob() can't be called"},
		{"in what is summed up", "summarize from glob('*')", "glob() can't be called"},
		{"in a condition of a join", "select 1 from sign_ins a join sign_ins b on a.id = current_setting(b.id)", "current_setting() can't be called"},
		{"beside, in a lateral join", "select 1 from sign_ins, lateral (select current_setting(id))", "current_setting() can't be called"},
		{"in the argument of a table function", "from unnest([current_setting('threads')])", "current_setting() can't be called"},
		{"in the other half of a UNION", "select 1 union all select current_setting('threads')", "current_setting() can't be called"},
		{"in a recursion", "with recursive a as (select 1 as x union all select current_setting('threads')::int from a) from a", "current_setting() can't be called"},
		{"as if of a column", "select id.current_setting() from sign_ins", "current_setting() can't be called"},
		{"behind a view", "select 1 from outside", "duckdb_settings() can't be called"},
		{"behind a view of a view", "select 1 from behind", "duckdb_settings() can't be called"},
		{"behind a macro", "select setting('threads')", "current_setting() can't be called"},
		{"behind a macro of a macro", "select memory.main.nested('threads')", "current_setting() can't be called"},
		{"behind a macro of tables", "from all_settings()", "duckdb_settings() can't be called"},
		{"a file by its name", "select * from 'secret.csv'", "no table or view of the run is called secret.csv"},
		{"a file by its path", "from \"/etc/passwd\"", "no table or view of the run is called /etc/passwd"},
		{"a file of a step's name that is not one here", "with a as (with \"x.csv\" as (select 1) from \"x.csv\") select * from \"x.csv\"", "no table or view of the run is called x.csv"},
		{"a file of the name of the step it is in", "with \"x.csv\" as (from \"x.csv\") from \"x.csv\"", "no table or view of the run is called x.csv"},
		{"a file of the name of a later step", "with a as (from \"x.csv\"), \"x.csv\" as (select 1) from a", "no table or view of the run is called x.csv"},
		{"a file of the network", "from 'https://example.com/x.parquet'", "no table or view of the run is called"},
		{"a step's name with a schema", "with a as (select 1) from main.a", "no table or view of the run is called main.a"},
		{"another catalog", "from system.information_schema.tables", "no table or view of the run is called system.information_schema.tables"},
		{"the catalog of another kind of database", "from pg_catalog.pg_settings", "no table or view of the run"},
		{"all of the catalog", "from sqlite_master", "no table or view of the run"},
		{"temporary tables", "from temp.sign_ins", "no table or view of the run"},
		{"a typing error", "from sing_ins", "no table or view of the run is called sing_ins"},
		{"a function that is none", "select lowr('a')", "lowr() can't be called: there is no such function"},
		{"the environment", "select getenv('HOME')", "getenv() can't be called: there is no such function"},
		{"a wait", "select sleep_ms(1000)", "it waits, and answers nothing"},
		{"a table by a text", "from query_table('sign_ins')", "query_table() can't be called"},
		{"a table by its name as an argument", "from histogram(sign_ins, status)", "histogram() can't be called"},
		{"a PRAGMA as a function", "from pragma_version()", "pragma_version() can't be called"},
		{"secrets", "from duckdb_secrets()", "it reads or changes settings"},
		{"memory as a value", "select sum(n) export_state from sign_ins", "EXPORT_STATE can't be asked"},
		{"a type that ends the process", "select '[]'::json::variant", "can't be of the type VARIANT"},
		{"the same, if it can be", "select try_cast('[]' as variant)", "can't be of the type VARIANT"},
		{"the same in a list", "select '[]'::json::variant[]", "can't be of the type VARIANT"},
		{"the same in a struct", "select null::struct(a variant)", "can't be of the type VARIANT"},
		{"a type of somebody's own", "select 1::mood", "can't be of the type mood"},
		{"an address", "select 1::pointer", "can't be of the type pointer"},
		{"a shape that is worked out", "select json_transform(raw, raw) from sign_ins", "its shape must be a text in quotes"},
		{"the same as if of a column", "select raw.json_transform(id) from sign_ins", "its shape must be a text in quotes"},
		{"a shape that is too deep", "select json_transform(raw, '" + strings.Repeat("[", 101) + "') from sign_ins", "its shape must be a text in quotes"},
		{"a parameter", "select $1", "a query has no parameters"},
		{"a parameter without a number", "select ?", "a query has no parameters"},
		{"a PIVOT of what it finds", "pivot sign_ins on status using count(*)", "a PIVOT must name its values"},
		{"a setting", "show threads", "no table or view of the run is called threads"},
		{"a change", "delete from sign_ins", "only a SELECT can be asked"},
		{"a change in a step", "with gone as (delete from sign_ins returning *) select * from gone", "A CTE needs a SELECT"},
		{"two", "select 1; select 2", "2 statements given"},
		{"nothing", "", "the query is empty"},
		{"a comment", "-- nothing", "the query is empty"},
		{"no SQL", "selec 1", "syntax error"},
		{"a plan", "explain select 1", "only a SELECT can be asked"},
		{"too long a text", "select '" + strings.Repeat("a", maxStatement) + "'", "the most is"},
		{"a number beyond all", "select 1e400", "a number that is too great"},
	} {
		err := e.CheckSelect(ctx, test.question)
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %.200s: got error %v, want a refusal with %q", test.reason, test.question, err, test.want)
		}
	}
}

// A tree with constants that SQL can't write is refused for these, too, should a way
// be found to bring it in.
func TestConstantsOfOddTypesAreRefused(t *testing.T) {
	for _, typeName := range []string{"POINTER", "VALIDITY", "ANY", "TABLE", "LAMBDA", "AGGREGATE_STATE", "VARIANT", "TYPE", ""} {
		var tree struct{ Statements []any }
		if err := json.Unmarshal([]byte(called("unnest", typeName, 1)), &tree); err != nil {
			t.Fatal(err)
		}
		s := &statement{}
		err := s.list(tree.Statements, nil, 0)
		if isOdd := typeName != ""; isOdd != (err != nil) {
			t.Errorf("a constant of the type %q: got error %v", typeName, err)
		}
	}
}

// nestings are statements with n of something, one in the other or one after the other.
var nestings = map[string]func(n int) string{
	"and": func(n int) string { return "select true" + strings.Repeat(" and true", n) },
	"case": func(n int) string {
		return "select " + strings.Repeat("case when true then ", n) + "1" + strings.Repeat(" end", n)
	},
	"cast":     func(n int) string { return "select 1" + strings.Repeat("::int", n) },
	"columns":  func(n int) string { return "select 0" + strings.Repeat(", 1", n) },
	"concat":   func(n int) string { return "select 'a'" + strings.Repeat("||'a'", n) },
	"function": func(n int) string { return "select " + strings.Repeat("abs(", n) + "1" + strings.Repeat(")", n) },
	"from":     func(n int) string { return strings.Repeat("select * from (", n) + "select 1" + strings.Repeat(")", n) },
	"join":     func(n int) string { return "select count(*) from (select 1)" + strings.Repeat(", (select 1)", n) },
	"list":     func(n int) string { return "select " + strings.Repeat("[", n) + strings.Repeat("]", n) },
	"minus":    func(n int) string { return "select" + strings.Repeat(" -", n) + " 1" },
	"not":      func(n int) string { return "select" + strings.Repeat(" not", n) + " true" },
	"parens":   func(n int) string { return "select " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"plus":     func(n int) string { return "select 1" + strings.Repeat("+1", n) },
	"subquery": func(n int) string { return "select " + strings.Repeat("(select ", n) + "1" + strings.Repeat(")", n) },
	"type":     func(n int) string { return "select null::int" + strings.Repeat("[]", n) },
	"union":    func(n int) string { return "select 1" + strings.Repeat(" union all select 1", n) },
	"cte": func(n int) string {
		var steps []string
		for i := range n {
			steps = append(steps, fmt.Sprintf("t%d as (select 1)", i))
		}
		return "with " + strings.Join(steps, ", ") + " select 1"
	},
}

// TestNestings: a statement with very much of something is refused or taken; to look
// at it does not end the process.
func TestNestings(t *testing.T) {
	ctx := context.Background()
	e := questions(t)
	isBounded := map[string]bool{}
	for name, nest := range nestings {
		for _, n := range []int{900, 5000} {
			err := e.CheckSelect(ctx, nest(n))
			isBounded[name] = isBounded[name] || err != nil
		}
		if err := e.CheckSelect(ctx, nest(100)); err != nil {
			t.Errorf("100 of %s are refused: %v", name, err)
		}
	}
	for _, name := range []string{"case", "cast", "concat", "function", "from", "list", "not", "plus", "subquery"} {
		if !isBounded[name] {
			t.Errorf("any number of %s is taken", name)
		}
	}
}

// TestDeepValues asks what follows a value into its depth for one that is very deep.
// Those functions are refused that would end the process; of the others some say that
// they can't.
func TestDeepValues(t *testing.T) {
	e := questions(t)
	brackets := "repeat('[', 100000) || repeat(']', 100000)"
	braces := `repeat('{"a":', 100000) || '1' || repeat('}', 100000)`
	for _, test := range []struct {
		reason, question string
		isRefused        bool
	}{
		{"json_structure", "select json_structure(" + brackets + ") is null", true},
		{"json_contains", "select json_contains(" + brackets + ", '[[1]]')", true},
		{"json_merge_patch", "select json_merge_patch(" + braces + ", " + braces + ") is null", true},
		{"json_transform", "select json_transform('[[[1]]]', " + brackets + ")", true},
		{"from_json", "select from_json('[[[1]]]', " + brackets + ")", true},
		{"json_group_structure", "select json_group_structure(j) from (select (" + brackets + ")::json as j)", true},
		{"a cast to variant", "select (" + brackets + ")::json::variant", true},
		{"variant_typeof, which casts to it", "select variant_typeof((" + brackets + ")::json)", true},
		{"a value out of it", "select json_extract(" + brackets + ", '$[0]') is null", false},
		{"what it is", "select json_type(" + brackets + "), json_valid(" + braces + ")", false},
		{"its keys", "select json_keys(" + braces + ")", false},
		{"its parts", "select count(*) from json_each(" + brackets + ")", false},
		{"it as it stands", "select (" + braces + ")::json", false},
		{"a part of it as it stands", "select (" + braces + ")::json -> 'a'", false},
		{"a known shape of it", "select json_transform(" + brackets + `, '["INT"]')`, false},
		{"a list of it", "select [(" + braces + ")::json]", false},
	} {
		err := e.CheckSelect(context.Background(), test.question)
		if (err != nil) != test.isRefused {
			t.Errorf("%s: got error %v", test.reason, err)
		}
		if err != nil {
			continue
		}
		rows, err := e.QueryShown(context.Background(), test.question)
		if err != nil {
			t.Errorf("%s: %v", test.reason, err)
			continue
		}
		for rows.Next() {
			if _, err := rows.Values(); err != nil {
				t.Errorf("%s: %v", test.reason, err)
			}
		}
		rows.Close()
	}
}

// FuzzCheckSelect: whatever the text, it is refused, or the engine can run it without
// reading a file. What it answers is not looked at.
func FuzzCheckSelect(f *testing.F) {
	for _, question := range allowed {
		f.Add(question)
	}
	f.Add("select * from json_execute_serialized_sql('" + called("arrow_scan", "POINTER", 1, 2, 3) + "')")
	f.Add("with a as (from 'x.csv') select current_setting('threads'), json_transform('[]', '[[[') from a")
	e := questions(f)
	banned := []string{"json_execute_serialized_sql", "arrow_scan", "read_", "glob", "query", "query_table", "current_setting", "json_structure", "duckdb_settings"}
	f.Fuzz(func(t *testing.T, text string) {
		if e.CheckSelect(context.Background(), text) != nil {
			return
		}
		s, err := e.parse(context.Background(), text)
		if err != nil {
			t.Fatalf("%q is allowed, and can't be parsed: %v", text, err)
		}
		for _, c := range s.calls {
			for _, name := range banned {
				if c.name == name || strings.HasSuffix(name, "_") && strings.HasPrefix(c.name, name) {
					t.Fatalf("%q is allowed, and calls %s", text, c.name)
				}
			}
		}
	})
}
