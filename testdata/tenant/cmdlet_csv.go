package tenant

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"
)

// PowerShell remoting (until 2022) added three columns of its own to every
// cmdlet's output.
const (
	cmdletHeader   = `"RecordType","CreationDate","UserIds","Operations","AuditData","ResultIndex","ResultCount","Identity","IsValid","ObjectState"`
	remotingHeader = `"PSComputerName","RunspaceId","PSShowComputerName",` + cmdletHeader
)

// pageSize is what the cmdlet returns at most in one call.
const pageSize = 5000

// WriteCmdletCSV writes Search-UnifiedAuditLog | Export-Csv -NoTypeInformation
// with 10 columns, or the 13 of PowerShell remoting.
func WriteCmdletCSV(w io.Writer, columns int, events iter.Seq[*AuditEvent]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var before string
	switch columns {
	case 10:
		out.WriteString(cmdletHeader)
	case 13:
		out.WriteString(remotingHeader)
		before = `"outlook.office365.com","` + fixedGUID("runspace", 0).String() + `","False",`
	default:
		return fmt.Errorf("the cmdlet never exported %d columns", columns)
	}
	out.WriteString("\r\n")
	var row, data []byte
	n := 0
	for e := range events {
		row = append(row[:0], before...)
		row = appendCell(row, recordTypeNames[e.Kind.RecordType])
		row = append(row, ',', '"')
		row = appendCreationDate(row, e.Time)
		row = append(row, '"', ',')
		row = appendCell(row, e.UserID())
		row = append(row, ',')
		row = appendCell(row, e.Kind.Operation)
		row = append(row, ',', '"')
		data = e.appendAuditData(data[:0])
		for _, c := range data {
			if c == '"' {
				row = append(row, '"')
			}
			row = append(row, c)
		}
		row = append(row, '"', ',', '"')
		row = strconv.AppendInt(row, int64(n%pageSize+1), 10)
		row = append(row, `","`...)
		row = strconv.AppendInt(row, pageSize, 10)
		row = append(row, `","`...)
		row = e.ID.append(row)
		row = append(row, `","True","Unchanged"`...)
		row = append(row, '\r', '\n')
		out.Write(row)
		n++
	}
	return out.Flush()
}

// appendCreationDate writes 9/14/2026 8:19:41 AM, as Export-Csv does on an
// English (US) computer.
func appendCreationDate(b []byte, unix int64) []byte {
	return time.Unix(unix, 0).UTC().AppendFormat(b, "1/2/2006 3:04:05 PM")
}
