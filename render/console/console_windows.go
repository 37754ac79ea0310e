package console

import (
	"os"

	"golang.org/x/sys/windows"
)

// Ready makes the console of Windows understand escape sequences, for colours
// and the progress bar; false where it can't, as before Windows 10. Letters
// beyond ASCII need nothing: Go writes to a console in UTF-16, whatever its
// code page.
//
// https://learn.microsoft.com/windows/console/console-virtual-terminal-sequences
func Ready(terminal *os.File) bool {
	handle := windows.Handle(terminal.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
