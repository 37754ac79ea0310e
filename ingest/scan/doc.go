// Package scan cuts bytes into records, and knows nothing of what they mean.
//
//	Decode     UTF-8, UTF-16, UTF-32, code pages -> UTF-8     decode.go
//	Window     the part of a file that is looked at           window.go
//	CSV        rows and cells, as a person reads them          csv.go
//	JSON       records, whatever is around them                json.go
//	           pages and tables of APIs, lines that are none   page.go, foreign.go
//	           answers that are called and placed otherwise    inside.go
//	JSONText   one JSON value: walked, checked, mended         jsontext.go
//	Clixml     the objects of Export-Clixml                    clixml.go
//	CloseCut   what is left of a JSON text that was cut off    closecut.go
//	GraphNames PowerShell's property names as Graph's          powershell.go
//	TrimCell   blanks around values                            blanks.go
//
// A scanner never gives up on a file: a record that can't be read is a Record
// with a Reason, and the next one is looked for behind it. Nothing is read
// twice over: each scanner is linear in the bytes, and a test holds it to that.
package scan
