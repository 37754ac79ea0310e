package tenant

import "strconv"

// jsonText writes JSON by appending, in the order in which it is given; the
// comma before a value follows from what stands before it. escapeSlash writes
// / as \/, as the audit service does.
type jsonText struct {
	b           []byte
	escapeSlash bool
}

func (j *jsonText) comma() {
	if n := len(j.b); n > 0 {
		switch j.b[n-1] {
		case '{', '[', ':':
		default:
			j.b = append(j.b, ',')
		}
	}
}

func (j *jsonText) key(k string) {
	j.comma()
	j.b = append(j.b, '"')
	j.b = append(j.b, k...)
	j.b = append(j.b, '"', ':')
}

func (j *jsonText) open(c byte) {
	j.comma()
	j.b = append(j.b, c)
}

func (j *jsonText) close(c byte) { j.b = append(j.b, c) }

func (j *jsonText) value(s string) {
	j.comma()
	j.b = append(j.b, '"')
	j.quoted(s)
	j.b = append(j.b, '"')
}

func (j *jsonText) quoted(s string) {
	const hexDigits = "0123456789abcdef"
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '/' && j.escapeSlash:
			j.b = append(j.b, '\\', c)
		case c == '\r':
			j.b = append(j.b, '\\', 'r')
		case c == '\n':
			j.b = append(j.b, '\\', 'n')
		case c < ' ':
			j.b = append(j.b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			j.b = append(j.b, c)
		}
	}
}

func (j *jsonText) str(k, v string) {
	j.key(k)
	j.value(v)
}

func (j *jsonText) guid(k string, g GUID) {
	j.key(k)
	j.b = append(j.b, '"')
	j.b = g.append(j.b)
	j.b = append(j.b, '"')
}

// raw writes a value that is JSON already.
func (j *jsonText) raw(k, v string) {
	j.key(k)
	j.b = append(j.b, v...)
}

func (j *jsonText) num(k string, v int) {
	j.key(k)
	j.b = strconv.AppendInt(j.b, int64(v), 10)
}

func (j *jsonText) bool(k string, v bool) {
	j.key(k)
	j.b = strconv.AppendBool(j.b, v)
}

// strOrNull writes null for the empty string.
func (j *jsonText) strOrNull(k, v string) {
	if v == "" {
		j.raw(k, "null")
		return
	}
	j.str(k, v)
}

// pair is one element of a list of {Name, Value}.
func (j *jsonText) pair(name, value string) {
	j.open('{')
	j.str("Name", name)
	j.str("Value", value)
	j.close('}')
}

// appendTime writes 2026-09-14T08:19:41.
func appendTime(b []byte, unix int64) []byte {
	days := unix/86400 - start/86400
	if days < 0 || days >= Days {
		return appendDistantTime(b, unix)
	}
	month, day := 9, 14+int(days)
	if day > 30 {
		month, day = 10, day-30
	}
	s := int(unix % 86400)
	two := func(n int) { b = append(b, byte('0'+n/10), byte('0'+n%10)) }
	b = append(b, "2026-"...)
	two(month)
	b = append(b, '-')
	two(day)
	b = append(b, 'T')
	two(s / 3600)
	b = append(b, ':')
	two(s / 60 % 60)
	b = append(b, ':')
	two(s % 60)
	return b
}
