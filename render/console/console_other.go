//go:build !windows

package console

import "os"

// Ready is true: terminals elsewhere understand escape sequences as they are.
func Ready(*os.File) bool { return true }
