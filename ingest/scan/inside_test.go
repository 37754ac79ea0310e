package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestRecordsInside: objects that are no record, and have some in them.
func TestRecordsInside(t *testing.T) {
	for _, tt := range []struct {
		text   string
		want   []string // "number line:text" of records, "number line!reason" of what else is in their lists
		reason string
	}{
		{`{"signins":[{"a":1},{"a":2}]}`, []string{`1 1:{"a":1}`, `2 1:{"a":2}`}, "a list by any name"},
		{"{\n \"by\":\"x\",\n \"x\":[{\"a\":1}],\n \"y\":[\n  {\"a\":2}]\n}\n{\"a\":3}", []string{`1 3:{"a":1}`, `2 5:{"a":2}`, `3 7:{"a":3}`}, "two lists, and a record behind them"},
		{`{"x":[{"a":1},{"b":2},3]}`, []string{`1 1:{"a":1}`, `2 1!none`, `3 1!no object, between records`}, "what else is in the list is not lost"},
		{`{"x":{"y":{"z":[{"a":1}]}}}`, []string{`1 1:{"a":1}`}, "deep"},
		{`{"x":"{\"value\":[{\"a\":1}]}"}`, []string{`1 1:{"a":1}`}, "in a text"},
		{`{"id":1,"x":[{"a":1}]}`, []string{`1 1!none`}, "what has an id is a thing, and its list belongs to it"},
		{`{"id":1,"body":{"value":[{"a":1}]}}`, []string{`1 1:{"a":1}`}, "but for the names of pages"},
		{`{"data":[{"a":1}],"other":[{"a":2}],"n":{"b":[1]}}{"a":3}`, []string{`1 1:{"a":1}`, `2 1:{"a":2}`, `3 1:{"a":3}`}, "a second list behind that of a page"},
		{`{"responses":[{"id":"1","status":200,"headers":{"x":"y"},"body":{"@odata.context":"x","value":[{"a":1}]}},{"id":"2","status":200,"body":{"value":[]}},{"status":429,"id":"3","body":{"error":{}}}]}`,
			[]string{`1 1:{"a":1}`, `2 1!none`}, "replies of Graph: one has no records, one is an error"},
		{`{"took":1,"responses":[{"x":[{"a":1}]},{"hits":{"hits":[]}}]}`, []string{`1 1:{"a":1}`}, "replies of Elasticsearch"},
		{`{"rows":[[1,"x"],[2,"y"],[3]],"fields":["a","b"]}`, []string{`1 1:{"a":1,"b":"x"}`, `2 1:{"a":2,"b":"y"}`, `3 1!a row of 1 values in a table of 2 columns`}, "the rows come first"},
		{`{"fields":["a","b"],"columns":[[1,2],["x","y"]]}`, []string{`1 1:{"a":1,"b":"x"}`, `2 1:{"a":2,"b":"y"}`}, "a list for each column"},
		{`{"fields":["a","b"],"columns":[[1,2],["x"]]}`, []string{`1 1:{"a":1,"b":"x"}`, `2 1!a row of 1 values in a table of 2 columns`}, "one of which is too short"},
		{`{"schema":[{"name":"a","type":"t"}],"datarows":[[1]],"total":1}`, []string{`1 1:{"a":1}`}, "a schema"},
		{`{"columns":["b"],"rows":[[1]],"x":1}`, []string{`1 1!none`}, "a table of something else"},
		{`[{"FrameType":"DataSetHeader"},{"FrameType":"DataTable","TableKind":"QueryProperties","Columns":[{"ColumnName":"b"}],"Rows":[[1]]},{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[{"ColumnName":"a"}],"Rows":[[1]]},{"FrameType":"DataSetCompletion"}]`,
			[]string{`1 1:{"a":1}`}, "Azure Data Explorer"},
		{strings.Repeat(`{"x":`, 20) + `[{"a":1}]` + strings.Repeat("}", 20), []string{`1 1!none`}, "too deep"},
	} {
		s := NewJSON(NewWindow(strings.NewReader(tt.text), nil), hasA)
		var got []string
		for {
			r, ok := s.Next()
			if !ok {
				break
			}
			switch {
			case r.Reason != "":
				got = append(got, fmt.Sprintf("%d %d!%s", r.Number, r.Line, r.Reason))
			case hasA(&s.Parser):
				got = append(got, fmt.Sprintf("%d %d:%s", r.Number, r.Line, r.Text))
			case !s.OpenLast(r):
				got = append(got, fmt.Sprintf("%d %d!none", r.Number, r.Line))
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %s\n got %q\nwant %q", tt.reason, tt.text, got, tt.want)
		}
	}
}

// TestLaterPages: the last page of a file says whether there are more.
func TestLaterPages(t *testing.T) {
	for text, want := range map[string]bool{
		`{"value":[{"a":1}],"odata.nextLink":"y"}{"value":[{"a":2}]}`:                                                       false,
		`[{"value":[{"a":1}],"@odata.nextLink":"y"},{"value":[{"a":2}],"@odata.nextLink":"z"}]`:                             true,
		`{"@odata.nextLink":"y","value":[{"a":1}]}` + "\n" + `{"a":2}`:                                                      true,
		`{"responses":[{"id":"1","body":{"value":[{"a":1}],"@odata.nextLink":"y"}},{"id":"2","body":{"value":[{"a":2}]}}]}`: true,
		`{"responses":[{"id":"1","body":{"value":[{"a":1}]}},{"id":"2","body":{"value":[{"a":2}]}}]}`:                       false,
	} {
		if _, s := scannedJSON(text); s.NextLink != want {
			t.Errorf("%s: %v", text, s.NextLink)
		}
	}
}

// A long list without records is walked a few times, not once for each of its items.
func TestRecordsInsideIsLinear(t *testing.T) {
	text := `{"x":{"y":[` + strings.Repeat(`{"z":[{"w":1}]},`, 1<<18) + `{}]}}`
	s := NewJSON(NewWindow(strings.NewReader(text), nil), hasA)
	if r, _ := s.Next(); s.OpenLast(r) {
		t.Error("there is no record in it")
	}
}
