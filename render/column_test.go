package render

import (
	"fmt"
	"strings"
	"testing"

	"entrail/queries"
)

func TestHeadings(t *testing.T) {
	var columns []queries.Column
	for _, name := range []string{"ip_address", "is_managed", "sha256", "sign_ins", "user_id", "User_Id", "is_", "a=b"} {
		columns = append(columns, column(name, queries.Text))
	}
	r := result(queries.Report{Name: "r"}, columns)
	if got, want := fmt.Sprint(headings(r)), "[IP address Managed SHA-256 Sign-ins User ID User Id_2 is_ A=b]"; got != want {
		t.Errorf("headings %s, want %s", got, want)
	}
	r.Own = true
	if got, want := fmt.Sprint(headings(r)), "[ip_address is_managed sha256 sign_ins user_id User_Id_2 is_ a=b]"; got != want {
		t.Errorf("of a question of one's own: %s, want %s", got, want)
	}
}

// Words of severity are coloured where there is colour, and nothing else is.
func TestSeverityOnATerminal(t *testing.T) {
	for _, test := range []struct {
		style      queries.Style
		color      bool
		word, want string
		reason     string
	}{
		{queries.Severity, true, "critical", red + "critical" + reset, "red"},
		{queries.Severity, true, "look", yellow + "look" + reset, "yellow"},
		{queries.Severity, true, "low", "low", "no colour"},
		{queries.Severity, false, "high", "high", "NO_COLOR, or a pipe"},
		{queries.Plain, true, "high", "high", "the word in a log field"},
	} {
		columns := []queries.Column{styled("severity", test.style), column("what", queries.Text)}
		d := document(result(queries.Report{Name: "findings", Title: "Findings"}, columns, []any{test.word, "a"}, []any{"none", "b"}))
		d.Width, d.Color = 80, test.color
		lines := strings.Split(strings.TrimSpace(render(t, Text, d)), "\n")
		if got := lines[len(lines)-2]; !strings.HasPrefix(got, test.want+" ") {
			t.Errorf("%s: %q, want it to begin with %q", test.reason, got, test.want)
		}
	}
}
