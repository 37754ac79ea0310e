package duplicates

import (
	"fmt"
	"strings"

	"entrail/ingest/schema"
)

// How far a state is, and how high a level, from 1 on; 0 is none that is known.
var (
	statesInOrder = []string{"none", "atrisk", "confirmedcompromised", "remediated", "dismissed", "confirmedsafe"}
	levelsInOrder = []string{"none", "low", "medium", "high"}
)

func placeIn(order []string, value string) string {
	return "coalesce(list_position(['" + strings.Join(order, "', '") + "'], lower(" + value + ")), 0)"
}

// hasRisk tells whether what changes in the log is a risk.
func hasRisk(t schema.Table) bool { return t.Has("risk_state") }

// lastness is the number that is highest of the record s whose value of the column,
// one that changes after the event, is the last: of the latest update where the
// log has that time, else a level by how high it is, and anything else of the
// record with the furthest state.
func lastness(t schema.Table, column string) string {
	if !hasRisk(t) {
		return fmt.Sprintf("coalesce(epoch_us(%s), 0)::hugeint * 1000000 - r.place", stateTime(t))
	}
	level := riskLevel(t)
	if strings.Contains(column, "risk_level") {
		level = "s." + column
	}
	order := placeIn(levelsInOrder, level)
	if !strings.Contains(column, "risk_level") {
		order += " + 10 * " + placeIn(statesInOrder, "s.risk_state")
	}
	return fmt.Sprintf("(coalesce(epoch_us(%s), 0)::hugeint * 100 + %s) * 1000000 - r.place", stateTime(t), order)
}

// stateTime is when the state of s was set, where the log says it.
func stateTime(t schema.Table) string {
	if t.StateTime == "" {
		return "null::timestamp"
	}
	return "s." + t.StateTime
}

// riskLevel is the level of s that its log names first.
func riskLevel(t schema.Table) string {
	if t.Has("risk_level") {
		return "s.risk_level"
	}
	return "coalesce(s.risk_level_aggregated, s.risk_level_during_sign_in)"
}
