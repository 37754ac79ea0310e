package ingest

import (
	"fmt"
	"unicode/utf8"
)

// cutOffKey marks a record whose text was cut off on its way (Excel ends a
// cell at 32,767 characters, some tools at 3,060): its value is the number of
// characters that were left.
const cutOffKey = "entrail_cut_off_after"

// closeCut makes a JSON object of one that was cut off: whole members stay,
// the one that was cut goes, and what was open is closed. ok is false when
// the text is no object, or broken elsewhere than at its end.
func closeCut(text []byte) (closed []byte, ok bool) {
	t := jsonText{text: text}
	var open []byte // brackets that are open
	safe, safeOpen := -1, ""
	i := t.space(0)
	keep := func() { safe, safeOpen = i, string(open) }
	afterValue := func() (more bool) {
		for {
			i = t.space(i)
			if i >= len(text) || len(open) == 0 {
				return false
			}
			switch last := open[len(open)-1]; {
			case text[i] == ',':
				i = t.space(i + 1)
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
			end, err := t.str(i)
			if err != nil {
				break
			}
			if i = t.space(end); i >= len(text) || text[i] != ':' {
				break
			}
			i = t.space(i + 1)
		}
		if i >= len(text) || len(open) > maxDepth {
			break
		}
		if c := text[i]; c == '{' || c == '[' {
			open = append(open, c)
			i++
			keep()
			i = t.space(i)
			if i < len(text) && text[i] != '}' && text[i] != ']' {
				continue
			}
			if !afterValue() {
				break
			}
			continue
		}
		end, err := t.value(i, 0)
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
	return fmt.Appendf(closed, `"%s":%d}`, cutOffKey, utf8.RuneCount(text)), true
}

// wrapperColumns are the columns around AuditData that repeat a member of it.
// CreationDate is not among them: its form follows the culture of who exported.
var wrapperColumns = map[string]string{
	"identity": "Id", "recordid": "Id",
	"operations": "Operation", "operation": "Operation",
	"userids": "UserId", "userid": "UserId",
	"recordtype": "RecordType",
}

// saveCut makes AuditData of what was cut off: what is left of it, and what
// only the columns around it still say, by their names in AuditData.
func (r *reader) saveCut(text []byte, around map[string]string) ([]byte, bool) {
	closed, ok := closeCut(text)
	if !ok || r.json.walk(closed) != nil {
		return nil, false
	}
	has := map[string]bool{}
	for _, k := range r.json.keys {
		has[string(r.json.text[k.start:k.end])] = true
	}
	closed = closed[:len(closed)-1]
	for _, name := range []string{"Id", "Operation", "UserId", "RecordType"} {
		if around[name] == "" || has[name] {
			continue
		}
		closed = append(append(append(closed, `,"`...), name...), `":`...)
		closed, _ = appendJSONString(closed, []byte(around[name]))
	}
	closed = append(closed, '}')
	r.cut++
	return closed, r.json.walk(closed) == nil
}
