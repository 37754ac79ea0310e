package scan

import (
	"fmt"
	"unicode/utf8"
)

// CutOffKey marks a record whose text was cut off on its way (Excel ends a
// cell at 32,767 characters, some tools at 3,060): its value is the number of
// characters that were left.
const CutOffKey = "entrail_cut_off_after"

// CloseCut makes a JSON object of one that was cut off: whole members stay,
// the one that was cut goes, and what was open is closed. ok is false when
// the text is no object, or broken elsewhere than at its end.
func CloseCut(text []byte) (closed []byte, ok bool) {
	t := JSONText{Text: text}
	var open []byte // brackets that are open
	safe, safeOpen := -1, ""
	i := t.Space(0)
	keep := func() { safe, safeOpen = i, string(open) }
	afterValue := func() (more bool) {
		for {
			i = t.Space(i)
			if i >= len(text) || len(open) == 0 {
				return false
			}
			switch last := open[len(open)-1]; {
			case text[i] == ',':
				i = t.Space(i + 1)
				return true
			case text[i] == '}' && last == '{' || text[i] == ']' && last == '[':
				open = open[:len(open)-1]
				i++
				keep()
			default:
				return false
			}
		}
	}
	if i >= len(text) || text[i] != '{' {
		return nil, false
	}
	for {
		// i is at the start of a value, or inside a container at a member.
		if len(open) > 0 && open[len(open)-1] == '{' {
			if i >= len(text) || text[i] != '"' {
				break
			}
			end, err := t.Str(i)
			if err != nil {
				break
			}
			if i = t.Space(end); i >= len(text) || text[i] != ':' {
				break
			}
			i = t.Space(i + 1)
		}
		if i >= len(text) || len(open) > MaxDepth {
			break
		}
		if c := text[i]; c == '{' || c == '[' {
			open = append(open, c)
			i++
			keep()
			i = t.Space(i)
			if i < len(text) && text[i] != '}' && text[i] != ']' {
				continue
			}
			if !afterValue() {
				break
			}
			continue
		}
		end, err := t.Value(i, 0)
		if err != nil || end == len(text) {
			break // a number at the very end may have lost digits
		}
		i = end
		keep()
		if !afterValue() {
			break
		}
	}
	if safe < 0 {
		return nil, false
	}
	closed = append(closed, text[:safe]...)
	for k := len(safeOpen) - 1; k > 0; k-- {
		closed = append(closed, safeOpen[k]+2) // '{'+2 is '}', '['+2 is ']'
	}
	if len(safeOpen) == 0 {
		return nil, false // it was whole
	}
	if closed[len(closed)-1] != '{' {
		closed = append(closed, ',')
	}
	return fmt.Appendf(closed, `"%s":%d}`, CutOffKey, utf8.RuneCount(text)), true
}
