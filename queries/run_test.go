package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRunFirst asks every report for its first rows: they are those that it
// begins with, and the total is that of all.
func TestRunFirst(t *testing.T) {
	takesLong(t)
	c, _ := askedTies(t)
	ctx := context.Background()
	cut, amounts := 0, []int{0, 3, 100_000}
	for _, report := range Reports() {
		all, err := c.Run(ctx, report)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(lines(t, all), "\n")
		for _, n := range amounts {
			first, err := c.RunFirst(ctx, report, n)
			if err != nil {
				t.Fatal(err)
			}
			begins, total := want, int64(0)
			if n > 0 && n < len(want) {
				begins, total = want[:n], int64(len(want))
				cut++
			}
			if first.MattersFirst {
				if got := strings.Split(lines(t, first), "\n"); !isPartOf(got, want) {
					t.Errorf("%d rows that matter of %s are not rows of it, in its order: %q", n, report.Name, got)
				}
			} else if got := lines(t, first); got != strings.Join(begins, "\n") {
				t.Errorf("the first %d rows of %s: %s", n, report.Name, firstDifference(got, strings.Join(begins, "\n")))
			}
			if first.Total != total {
				t.Errorf("the first %d rows of %s: total %d, want %d", n, report.Name, first.Total, total)
			}
		}
	}
	if cut < len(Reports())/2 {
		t.Errorf("only %d of %d reports have more rows than were asked for: they prove nothing", cut, len(Reports()))
	}
}

// TestRunFirstOfMany asks for the first rows of more than the engine works on at once.
func TestRunFirstOfMany(t *testing.T) {
	takesLong(t)
	const most = 300_000
	c := openCase(t, Filter{}, time.UTC, fmt.Sprintf(
		"insert into sign_ins by name select 1 as file_id, i as record, timestamp '2026-09-01' + to_seconds(i) as event_time from range(1, %d) as numbers (i)",
		most+1))
	report, _ := Lookup("signin_list")
	for _, test := range []struct {
		n, rows int
		total   int64
		reason  string
	}{
		{1, 1, most, "the newest"},
		{most - 1, most - 1, most, "one more than was asked for"},
		{most, most, 0, "just as many as were asked for: nothing is left out"},
	} {
		first, err := c.RunFirst(context.Background(), report, test.n)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for _, err := range first.Rows {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
		if rows != test.rows || first.Total != test.total {
			t.Errorf("%s: the first %d are %d, total %d; want %d, %d", test.reason, test.n, rows, first.Total, test.rows, test.total)
		}
	}
}

// isPartOf tells that the rows are some of all, in their order.
func isPartOf(rows, all []string) bool {
	for _, row := range rows {
		at := slices.Index(all, row)
		if at < 0 {
			return false
		}
		all = all[at+1:]
	}
	return len(rows) > 0
}
