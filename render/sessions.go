package render

import (
	"fmt"
	"slices"

	"entrail/queries"
)

// sessionRows are the rows of one session in the report session_events.
type sessionRows struct {
	ID, About, Reasons string
	Rows               []bodyRow
}

// bySession parts the rows of the section at each new value of session_id; the
// headings then say what the column did.
func (s *section) bySession(headingsOf func(sessions []string) (map[string]queries.SessionHeading, error)) error {
	column := slices.IndexFunc(s.Head, func(h headCell) bool { return h.Name == "session_id" })
	if column < 0 {
		return fmt.Errorf("report %s: layout %s: no column session_id", s.Name, queries.Sessions)
	}
	var ids []string
	for _, row := range s.Rows {
		id := row.Cells[column].Text
		last := len(s.Sessions) - 1
		if last < 0 || s.Sessions[last].ID != id {
			s.Sessions = append(s.Sessions, sessionRows{ID: id})
			ids = append(ids, id)
			last++
		}
		row.Cells = slices.Delete(row.Cells, column, column+1)
		s.Sessions[last].Rows = append(s.Sessions[last].Rows, row)
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
	if column < s.Leading {
		s.Leading--
	}
	if s.More == "" {
		s.Count += " in " + counted(len(s.Sessions), "session")
	}
	return nil
}
