package output

import (
	"errors"
	"runtime"
	"strings"
	"syscall"
)

// IsReaderGone knows that nobody reads the pipe any more. Windows says so with
// ERROR_BROKEN_PIPE, ERROR_NO_DATA or ERROR_PIPE_NOT_CONNECTED.
func IsReaderGone(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232)) || errors.Is(err, syscall.Errno(233))
	}
	return errors.Is(err, syscall.EPIPE)
}

// IsDiskFull knows the error of the system, on Windows ERROR_DISK_FULL, and the
// same in the engine's words.
func IsDiskFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(112)) {
		return true
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no space left on device") || strings.Contains(text, "not enough space on the disk")
}
