package queries

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestRunFirst asks every report for its first rows: they are those that it
// begins with, and the total is that of all.
func TestRunFirst(t *testing.T) {
	c := openCase(t, Filter{}, time.UTC, tiedRows("i", 60)...)
	ctx := context.Background()
	cut := 0
	for _, report := range Reports() {
		all, err := c.Run(ctx, report)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(lines(t, all), "\n")
		for _, n := range []int{0, 3, 100_000} {
			first, err := c.RunFirst(ctx, report, n)
			if err != nil {
				t.Fatal(err)
			}
			begins, total := want, int64(0)
			if n > 0 && n < len(want) {
				begins, total = want[:n], int64(len(want))
				cut++
			}
			if got := lines(t, first); got != strings.Join(begins, "\n") {
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
