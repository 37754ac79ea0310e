package given

import (
	"regexp"
	"strings"
)

// Flag is a flag as usage.txt describes it.
type Flag struct {
	Short   string // one letter, or empty
	Name    string // without its dashes
	Value   string // what it takes, such as FILE; empty = nothing
	Help    string // in one line
	Heading string // that it stands under, without the colon
}

var (
	headingLine = regexp.MustCompile(`^(\S.*):$`)
	flagLine    = regexp.MustCompile(`^  (?:-(\w), |    )--([a-z-]+)(?: (\S+))?(?:  +(\S.*))?$`)
)

// Flags are all flags, in the order of usage.txt.
func Flags() []Flag {
	var all []Flag
	heading, isOpen := "", false
	for line := range strings.Lines(Usage) {
		line = strings.TrimSuffix(line, "\n")
		if m := headingLine.FindStringSubmatch(line); m != nil {
			heading = m[1]
		}
		m := flagLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			all = append(all, Flag{m[1], m[2], m[3], m[4], heading})
			isOpen = true
		case isOpen && strings.HasPrefix(line, strings.Repeat(" ", 20)):
			all[len(all)-1].Help += " " + strings.TrimSpace(line)
		default:
			isOpen = false
		}
	}
	return all
}

// Shells are those that --completion writes a script for.
var Shells = []string{"bash", "zsh", "fish", "powershell"}

// usersQuery lists the names that --user takes, as --user takes them: written as CSV, a
// name with a comma stands in quotes. One that begins with @ or ~ would be read as the
// name of a file or a folder, and so begins with *. What holds a control character, or one that nobody
// sees, can't be typed and is left out.
const usersQuery = `with names as (
    select user_principal_name as name from sign_ins
    union
    select user_id from audit_events
    union
    select initiated_by from directory_audits
    union
    select user_principal_name from risk_detections
    union
    select user_principal_name from risky_users
)
select regexp_replace(name, '^[@~]', '*') as user_name
from names
where name <> '' and not regexp_matches(name, '[\p{C}\x{2028}\x{2029}]')
order by name
limit 5000`
