package given

import (
	"fmt"
	"strings"
)

// Man is the manual page, in roff (man(7)), made of usage.txt.
func Man(version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH ENTRAIL 1 \"\" %s\n", roffArgument("entrail "+version))
	b.WriteString(".nh\n.ad l\n") // a name that is copied must be whole
	b.WriteString(".SH NAME\nentrail \\- answers from Microsoft 365 and Entra ID log exports\n")
	b.WriteString(".SH SYNOPSIS\n.B entrail\n[\\fIflags\\fR] \\fIPATH\\fR...\n")
	intro, rest, _ := strings.Cut(Usage, "\nWhat to ask:")
	b.WriteString(".SH DESCRIPTION\n")
	paragraphs := strings.Split(intro, "\n\n")
	b.WriteString(roff(paragraphs[1]) + "\n.SH EXAMPLES\n.nf\n" + roff(strings.Join(paragraphs[2:], "\n\n")) + "\n.fi\n.SH OPTIONS\n")
	heading := ""
	for _, f := range Flags() {
		if f.Heading != heading {
			heading = f.Heading
			fmt.Fprintf(&b, ".SS %s\n", roffArgument(heading))
		}
		b.WriteString(".TP\n")
		if f.Short != "" {
			fmt.Fprintf(&b, "\\fB\\-%s\\fR, ", f.Short)
		}
		fmt.Fprintf(&b, "\\fB%s\\fR", roff("--"+f.Name))
		if f.Value != "" {
			fmt.Fprintf(&b, " \\fI%s\\fR", roff(f.Value))
		}
		b.WriteString("\n" + roff(f.Help) + "\n")
	}
	for _, paragraph := range strings.Split(rest, "\n\n") {
		if text, isLast := strings.CutPrefix(paragraph, "Exit codes: "); isLast {
			b.WriteString(".SH EXIT STATUS\n" + roff(text) + "\n")
		}
	}
	b.WriteString(".SH ENVIRONMENT\n" +
		".TP\n.B NO_COLOR\nno colour on a terminal\n" +
		".TP\n.B SOURCE_DATE_EPOCH\nthe time of the answer, in seconds since 1970: a report made twice is identical\n")
	return b.String()
}

// roff is text as roff shows it: no request at the start of a line, a hyphen that can
// be copied, and no line longer than it must be.
func roff(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`).Replace(line)
		if strings.HasPrefix(line, ".") {
			line = `\&` + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// roffArgument is text as one argument of a request.
func roffArgument(text string) string { return `"` + strings.ReplaceAll(roff(text), `"`, `\(dq`) + `"` }
