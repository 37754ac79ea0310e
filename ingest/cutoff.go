package ingest

import "entrail/ingest/scan"

// wrapperColumns are the columns around AuditData that repeat a member of it.
// CreationDate is not among them: its form follows the culture of who exported.
var wrapperColumns = map[string]string{
	"identity": "Id", "recordid": "Id",
	"operations": "Operation", "operation": "Operation",
	"userids": "UserId", "userid": "UserId",
	"recordtype": "RecordType",
}

// saveCut makes AuditData of what was cut off, walked in t: what is left of it, and
// what only the columns around it still say, by their names in AuditData.
func saveCut(t *scan.JSONText, text []byte, around map[string]string) ([]byte, bool) {
	closed, ok := scan.CloseCut(text)
	if !ok || t.Walk(closed) != nil {
		return nil, false
	}
	has := map[string]bool{}
	for _, k := range t.Keys {
		has[string(t.Text[k.Start:k.End])] = true
	}
	closed = closed[:len(closed)-1]
	for _, name := range []string{"Id", "Operation", "UserId", "RecordType"} {
		if around[name] == "" || has[name] {
			continue
		}
		closed = append(append(append(closed, `,"`...), name...), `":`...)
		closed, _ = scan.AppendJSONString(closed, []byte(around[name]))
	}
	closed = append(closed, '}')
	return closed, t.Walk(closed) == nil
}
