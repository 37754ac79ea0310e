package tenant

import (
	"bufio"
	"io"
	"iter"
	"strconv"
)

// WriteCmdletJSON writes Search-UnifiedAuditLog | ConvertTo-Json of Windows
// PowerShell 5.1: deep indentation, two spaces after the colon, dates as
// \/Date(...)\/. One record is a bare object, as PowerShell has it. parsed says
// whether the script had turned AuditData into an object first.
func WriteCmdletJSON(w io.Writer, events iter.Seq[*AuditEvent], parsed bool) error {
	out := bufio.NewWriterSize(w, 1<<16)
	// PowerShell decides on the brackets by the number of records, so the
	// first one waits until there is a second.
	var first *AuditEvent
	n := 0
	for e := range events {
		n++
		switch n {
		case 1:
			first = e
			continue
		case 2:
			out.WriteString("[\r\n    ")
			out.Write(first.powerShell(4, 1, parsed))
		}
		out.WriteString(",\r\n    ")
		out.Write(e.powerShell(4, n, parsed))
	}
	switch n {
	case 0:
	case 1:
		out.Write(first.powerShell(0, 1, parsed))
		out.WriteString("\r\n")
	default:
		out.WriteString("\r\n]\r\n")
	}
	return out.Flush()
}

// WriteAuditDataLines writes the AuditData alone, one record a line.
func WriteAuditDataLines(w io.Writer, events iter.Seq[*AuditEvent]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for e := range events {
		line = append(e.appendAuditData(line[:0]), '\n')
		out.Write(line)
	}
	return out.Flush()
}

func (e *AuditEvent) powerShell(column, index int, parsed bool) []byte {
	data := e.appendAuditData(nil)
	j := &jsonText{}
	j.open('{')
	j.str("RecordType", recordTypeNames[e.Kind.RecordType])
	j.raw("CreationDate", `"\/Date(`+strconv.FormatInt(e.Time*1000, 10)+`)\/"`)
	j.str("UserIds", e.UserID())
	j.str("Operations", e.Kind.Operation)
	if parsed {
		// The object has no escaped slashes any more, unlike the dates.
		j.key("AuditData")
		for i, c := range data {
			if c != '\\' || data[i+1] != '/' || data[i-1] == '\\' {
				j.b = append(j.b, c)
			}
		}
	} else {
		j.str("AuditData", string(data))
	}
	j.num("ResultIndex", index)
	j.num("ResultCount", pageSize)
	j.guid("Identity", e.ID)
	j.bool("IsValid", true)
	j.str("ObjectState", "Unchanged")
	j.close('}')
	return powerShellIndent(j.b, column)
}

// powerShellIndent lays out one compact JSON value as Windows PowerShell 5.1
// does: what is inside a value stands four columns to the right of the value
// itself, wherever its name ended.
func powerShellIndent(text []byte, column int) []byte {
	var out []byte
	var columns []int
	line := column // column of the current line's first character
	width := 0     // characters written on this line
	write := func(b ...byte) {
		out = append(out, b...)
		for _, c := range b {
			if c&0xc0 != 0x80 { // not the inside of a UTF-8 sequence
				width++
			}
		}
	}
	newline := func(to int) {
		out = append(out, '\r', '\n')
		for range to {
			out = append(out, ' ')
		}
		line, width = to, 0
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '{', '[':
			columns = append(columns, line+width)
			write(c)
			if next := text[i+1]; next == '}' || next == ']' {
				out = append(out, '\r', '\n')
			} else {
				newline(columns[len(columns)-1] + 4)
			}
		case '}', ']':
			last := len(columns) - 1
			newline(columns[last])
			columns = columns[:last]
			write(c)
		case ',':
			write(c)
			newline(columns[len(columns)-1] + 4)
		case ':':
			write(c, ' ', ' ')
		case '"':
			end := i + 1
			for text[end] != '"' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			for _, c := range text[i : end+1] {
				switch c {
				case '\'', '<', '>', '&':
					write([]byte(`\u00`)...)
					write("0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
				default:
					write(c)
				}
			}
			i = end
		default:
			write(c)
		}
	}
	return out
}
