package given

import "fmt"

// Mistake is a mistake in the call, with what to do about it.
type Mistake struct {
	Message string
	Hint    string // "" where the message says it
}

func (e *Mistake) Error() string { return e.Message }

// Wrong is a mistake, with a hint at what to do; empty where the message says it.
func Wrong(hint, format string, args ...any) error {
	return &Mistake{fmt.Sprintf(format, args...), hint}
}
