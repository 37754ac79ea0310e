package scan

import "bytes"

// signsOfDepth are how values begin that a program wrote as text because they were too deep.
var signsOfDepth = [][]byte{[]byte("@{"), []byte("System."), []byte("class "), []byte("Microsoft."), []byte("Deserialized."), []byte("[object "), []byte("map[")}

// HasSignOfDepth tells whether a text of the JSON begins so.
func HasSignOfDepth(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return false
		}
		text = text[i+1:]
		if hasSign(text) {
			return true
		}
	}
}

// MayBeDeep tells whether HasSignOfDepth is true of the text that was walked.
func (t *JSONText) MayBeDeep() bool { return t.deep }

// opensSign is true for bytes that a sign of depth begins with.
var opensSign = func() (opens [256]bool) {
	for _, sign := range signsOfDepth {
		opens[sign[0]] = true
	}
	return opens
}()

func hasSign(text []byte) bool {
	for _, sign := range signsOfDepth {
		if bytes.HasPrefix(text, sign) {
			return true
		}
	}
	return false
}
