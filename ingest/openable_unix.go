//go:build unix

package ingest

import "syscall"

// Openable is how many files the system lets the process have open at once; 0 = it
// does not say.
func Openable() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur)
}
