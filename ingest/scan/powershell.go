package scan

import (
	"bytes"
	"strings"
)

// The Graph SDK for PowerShell hands out objects whose properties are Graph's
// with a capital letter, and ConvertTo-Json and Export-Csv write what they do
// not look into as the name of its type.

// typeNames are how such a name of a type starts; the last is JavaScript's.
var typeNames = [][]byte{
	[]byte("Microsoft.Graph.PowerShell.Models."), []byte("Microsoft.Graph.Beta.PowerShell.Models."),
	[]byte("Microsoft.Open."), []byte("Microsoft.Online.Administration."), []byte("Deserialized."),
	[]byte("System.Collections."), []byte("System.Management.Automation."), []byte("System.Object[]"), []byte("System.String[]"),
	[]byte("[object Object]"),
}

// IsTypeName tells whether a value is nothing but the name of a .NET type, or what Power Query writes of a list.
func IsTypeName(value []byte) bool {
	if len(value) < 9 && len(value) > 5 && value[0] == '[' {
		switch string(value) {
		case "[List]", "[Record]", "[Table]":
			return true
		}
	}
	for _, name := range typeNames {
		if bytes.HasPrefix(value, name) {
			return true
		}
	}
	return string(value) == "System.Object"
}

// GraphName is the name that Graph gives the property: IPAddress is ipAddress.
func GraphName(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(name) && name[n] >= 'a' && name[n] <= 'z' {
		n-- // the last capital starts the next word
	}
	return strings.ToLower(name[:n]) + name[n:]
}

// GraphNames appends a valid JSON text to dst with the names of all its
// objects as Graph spells them. Names of types become null, lists of them too;
// the properties that held them are told to lost.
func GraphNames(dst, text []byte, lost func(property string)) []byte {
	type list struct{ start, types, others int }
	var open []list // one a bracket; start < 0 = an object
	property := ""
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '"':
			end, _ := (&JSONText{Text: text}).Str(i)
			value := text[i+1 : end-1]
			rest := bytes.TrimLeft(text[end:], " \t\r\n")
			switch {
			case len(rest) > 0 && rest[0] == ':':
				property = GraphName(string(value))
				dst = append(dst, '"')
				dst = append(dst, property...)
				dst = append(dst, '"')
			case IsTypeName(value):
				lost(property)
				dst = append(dst, "null"...)
				if len(open) > 0 {
					open[len(open)-1].types++
				}
			default:
				dst = append(dst, text[i:end]...)
				if len(open) > 0 {
					open[len(open)-1].others++
				}
			}
			i = end
			continue
		case '[':
			open = append(open, list{start: len(dst)})
		case '{':
			if len(open) > 0 {
				open[len(open)-1].others++
			}
			open = append(open, list{start: -1})
		case ']', '}':
			last := open[len(open)-1]
			open = open[:len(open)-1]
			if last.start >= 0 && last.types > 0 && last.others == 0 {
				dst = append(dst[:last.start], "null"...)
				i++
				continue
			}
		}
		dst = append(dst, text[i])
		i++
	}
	return dst
}
