package render

import "entrail/queries"

// sessionRows are the rows of one session in the report session_events.
type sessionRows struct {
	ID, About, Reasons string
	Rows               [][]bodyCell
}

// isBySession recognises the report whose rows HTML shows a session at a time:
// its first column names the session, and the rows of one stand together.
func isBySession(r *queries.Result) bool {
	return r.Report.Name == "session_events" && len(r.Columns) > 1 && r.Columns[0].Name == "session_id"
}

// bySession parts the rows of the section, whose heading then says what the
// first column did.
func (s *section) bySession(headings map[string]queries.SessionHeading) {
	for _, row := range s.Rows {
		id := row[0].Text
		last := len(s.Sessions) - 1
		if last < 0 || s.Sessions[last].ID != id {
			h := headings[id]
			s.Sessions = append(s.Sessions, sessionRows{ID: id, About: visible(h.About), Reasons: visible(h.Reasons)})
			last++
		}
		s.Sessions[last].Rows = append(s.Sessions[last].Rows, row[1:])
	}
	if len(s.Head) > 0 {
		s.Head = s.Head[1:]
	}
	if s.More == "" {
		s.Count += " in " + counted(len(s.Sessions), "session")
	}
}
