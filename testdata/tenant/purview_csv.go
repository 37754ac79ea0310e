package tenant

import (
	"bufio"
	"io"
	"iter"
	"strconv"
)

const purviewHeader = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames"

// WritePurviewCSV writes the unified audit log as the Purview portal's Audit
// search exports it since 2023: record types as numbers, only AuditData quoted.
func WritePurviewCSV(w io.Writer, events iter.Seq[*AuditEvent]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(purviewHeader + "\r\n")
	var row, data []byte
	for e := range events {
		row = e.ID.append(row[:0])
		row = append(row, ',')
		row = appendTime(row, e.Time)
		row = append(row, ".0000000Z,"...)
		row = strconv.AppendInt(row, int64(e.Kind.RecordType), 10)
		row = append(row, ',')
		row = append(row, e.Kind.Operation...)
		row = append(row, ',')
		row = append(row, e.UserID()...)
		row = append(row, ',')
		data = e.appendAuditData(data[:0])
		row = appendCell(row, string(data))
		row = append(row, ",,\r\n"...)
		out.Write(row)
	}
	return out.Flush()
}
