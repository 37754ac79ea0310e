package ingest

import (
	"fmt"
	"strings"
	"testing"

	"entrail/ingest/engine"
)

// A token id leads to the sign-in that issued it. The ids and their tokens are
// what Python's uuid.UUID(...).bytes_le and base64 make of each other.
func TestTokenSignIn(t *testing.T) {
	tests := []struct{ token, want, reason string }{
		{"DluRjbwbwU2efCwKUoJyAA", "8d915b0e-1bbc-4dc1-9e7c-2c0a52827200", "base64url of the bytes, three groups backwards"},
		{"DluRjbwbwU2efCwKUoJyAA==", "8d915b0e-1bbc-4dc1-9e7c-2c0a52827200", "filled up to a multiple of four"},
		{"dluRjbwbwU2efCwKUoJyAA", "8d915b76-1bbc-4dc1-9e7c-2c0a52827200", "upper and lower case are different letters"},
		{"DLURJBWBWU2EFCWKUOJYAA", "2411b50c-8115-4d59-8414-258a50e25800", "in capitals it is another sign-in's"},
		{"-__v-wAAAEAAgAAAAAAAAA", "fbeffffb-0000-4000-0080-000000000000", "the two letters of base64url"},
		{"+//v+wAAAEAAgAAAAAAAAA", "fbeffffb-0000-4000-0080-000000000000", "and those of base64"},
		{"'-__v-wAAAEAAgAAAAAAAAA", "fbeffffb-0000-4000-0080-000000000000", "with the apostrophe that keeps a spreadsheet from calculating"},
		{"OGQ5MTViMGUtMWJiYy00ZGMxLTllN2MtMmMwYTUyODI3MjAw", "8d915b0e-1bbc-4dc1-9e7c-2c0a52827200", "until 2022, base64 of the id in letters"},
		{"OEQ5MTVCMEUtMUJCQy00REMxLTlFN0MtMkMwQTUyODI3MjAw", "8d915b0e-1bbc-4dc1-9e7c-2c0a52827200", "the id in capitals is the same id"},
		{"OGQ5MTViMGUtMWJiYy00ZGMxLTllN2MtMmMwYTUyODI3MjB4", "<nil>", "36 letters that are no id"},
		{"OGQ5MTViMGUtMWJiYy00ZGMxLTllN2MtMmMwYTUyODI3MjA=", "<nil>", "35 letters"},
		{"DluRjbwbwU2efCwKUoJyA", "<nil>", "a letter short"},
		{"DluRjbwbwU2efCwKUoJyAAA", "<nil>", "a letter long"},
		{"DluRjbwb U2efCwKUoJyAA", "<nil>", "not base64"},
		{"00000000-0000-0000-0000-000000000000", "<nil>", "an id is no token"},
		{"", "<nil>", "nothing"},
	}
	var values []string
	for i, tt := range tests {
		values = append(values, fmt.Sprintf("(%d, %s)", i, engine.Literal(tt.token)))
	}
	c := load(t, write(t, "x.json", signIn("s1")))
	for i, got := range c.ask("select token_sign_in(token) from (values " + strings.Join(values, ", ") + ") as t(n, token) order by n") {
		if got != tests[i].want {
			t.Errorf("%q is of %q, want %q: %s", tests[i].token, got, tests[i].want, tests[i].reason)
		}
	}
}
