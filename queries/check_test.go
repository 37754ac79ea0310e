package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestCheckQueryNamesTheNearest: what is refused is named, with why, and with the
// nearest that may stand in its place.
func TestCheckQueryNamesTheNearest(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, test := range []struct{ reason, query, want string }{
		{"a function that reads files", "from read_csv('x.csv')", "read_csv() can't be called: it reads files"},
		{"a typing error in a function", "select lowr('a')", "lowr() can't be called: there is no such function (did you mean lower"},
		{"a typing error in a macro of ours", "select clientaddress(ip_address) from sign_ins", "did you mean client_address"},
		{"a function with a namesake that is allowed", "from histogram(sign_ins, status)", "did you mean list_histogram"},
		{"a typing error in a table", "from sing_ins", "no table or view of the run is called sing_ins (did you mean sign_ins"},
		{"neither a function nor a table", "select $1", "a query has no parameters"},
		{"no query", ";", "the query is empty"},
	} {
		err := c.CheckQuery(context.Background(), test.query)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %q", test.reason, err, test.want)
		}
	}
	for _, query := range []string{
		"select * from sessions",
		"select client_address(ip_address), local_time(event_time) from sign_ins",
		"from events",
	} {
		if err := c.CheckQuery(context.Background(), query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestQueryShowsAnyValue: no value ends a query.
func TestQueryShowsAnyValue(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC)
	for _, test := range []struct{ reason, query, want string }{
		{"128 bits without a sign", "select 340282366920938463463374607431768211455::uhugeint", "340282366920938463463374607431768211455"},
		{"a small one of these", "select 1::uhugeint", "1"},
		{"128 bits", "select 170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"},
		{"64 bits without a sign", "select 18446744073709551615::ubigint", "18446744073709551615"},
		{"any length", "select '123456789012345678901234567890123456789012'::varint", "123456789012345678901234567890123456789012"},
		{"bits", "select '0101'::bit", "0101"},
		{"a union", "select union_value(a := 1)", `{"a":1}`},
		{"a map by lists", "select map{[1]: 2}", `{"[1]":2}`},
		{"a map by structs", "select map{{'a': 1}: 2}", `{"{'a': 1}":2}`},
		{"a struct without names", "select row(1, 'a')", `{"":1,"":"a"}`},
		{"no number in a list", "select ['nan'::double, '-infinity'::double, 1.5]", "[NaN,-Infinity,1.5]"},
		{"no number in a struct", "select {'a': 'nan'::float}", `{"a":NaN}`},
		{"JSON, as it was", `select '{"n": 12345678901234567890, "b": 1, "a": 1.10}'::json`, `{"n": 12345678901234567890, "b": 1, "a": 1.10}`},
		{"a time of nanoseconds", "select time_ns '10:00:00'", "10:00:00"},
		{"a list", "select [1, 2]", "[1,2]"},
		{"names that occur twice", "select 1 as a, [2] as a", "1|[2]"},
		{"in their order", "select [i] from range(3) as numbers (i) order by i desc; ", "[2]\n[1]\n[0]"},
	} {
		if got := answer(t, c, test.query); got != test.want {
			t.Errorf("%s: got %s, want %s", test.reason, got, test.want)
		}
	}
	if got := strings.Count(answer(t, c, "select * from test_all_types()"), "\n"); got != 2 {
		t.Errorf("values of all types: %d rows, want 3", got+1)
	}
}
