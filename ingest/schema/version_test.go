package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// TestVersion: a table whose columns change has another Version, since an older
// program would misread it. Who changes a table raises Version and writes here what
// the test says.
func TestVersion(t *testing.T) {
	const version, want = "11", "20f345f966c629e1"
	sum := sha256.New()
	for _, table := range Tables() {
		sum.Write([]byte(table.Name + "\n"))
		for _, c := range table.Columns {
			sum.Write([]byte(c.Name + " " + c.Type + "\n"))
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want || Version != version {
		t.Errorf("the tables sum to %s and have Version %s, not %s and %s: raise Version where a table has changed, and write both here", got, Version, want, version)
	}
}
