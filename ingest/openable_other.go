//go:build !unix

package ingest

// Openable is how many files the system lets the process have open at once; 0 = it
// does not say.
func Openable() uint64 { return 0 }
