package render

import (
	"slices"

	"entrail/queries"
)

// sessionRows are the rows of one session in the report session_events.
type sessionRows struct {
	ID, About, Reasons string
	Rows               [][]bodyCell
}

// sessionColumn is the column by which HTML shows the rows of a report a
// session at a time, whose rows stand together; -1 for any other report.
func sessionColumn(r *queries.Result) int {
	if r.Report.Name != "session_events" {
		return -1
	}
	return slices.IndexFunc(r.Columns, func(c queries.Column) bool { return c.Name == "session_id" })
}

// bySession parts the rows of the section, whose headings then say what the
// column did.
func (s *section) bySession(column int, headingsOf func(sessions []string) (map[string]queries.SessionHeading, error)) error {
	var ids []string
	for _, row := range s.Rows {
		id := row[column].Text
		last := len(s.Sessions) - 1
		if last < 0 || s.Sessions[last].ID != id {
			s.Sessions = append(s.Sessions, sessionRows{ID: id})
			ids = append(ids, id)
			last++
		}
		s.Sessions[last].Rows = append(s.Sessions[last].Rows, slices.Delete(row, column, column+1))
	}
	headings, err := headingsOf(ids)
	if err != nil {
		return err
	}
	for i, session := range s.Sessions {
		h := headings[session.ID]
		s.Sessions[i].About, s.Sessions[i].Reasons = visible(h.About), visible(h.Reasons)
	}
	s.Head = slices.Delete(s.Head, column, column+1)
	if s.More == "" {
		s.Count += " in " + counted(len(s.Sessions), "session")
	}
	return nil
}
