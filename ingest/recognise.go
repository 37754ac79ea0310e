package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/scan"
)

type recognised struct {
	format   *format
	reason   string
	isOpen   bool   // it may stand under several names: which, nobody can say
	envelope string // name under which the record itself stands
	wrapped  bool   // a record may stand in it: see wrapped.go
	renamed  bool   // its names start with a capital
	recased  bool   // its names are in another case than the format's
	repeated string // a name that stands there twice
	times    []int  // which of the values are times

	// See shape.go.
	nested    []nestedValue // the values that are objects or lists
	elsewhere bool          // a value stands elsewhere than in the format's record
}

// recogniser tells what records are by the names of their members.
type recogniser struct {
	records map[string]recognised // by their names, one behind the other
	bodies  map[string]recognised // the same for what stands in an envelope
	buffer  []byte

	// recordTypes are the numbers, as text, that have a name, and these in lower case.
	recordTypes map[string]bool
}

func newRecogniser() *recogniser {
	return &recogniser{records: map[string]recognised{}, bodies: map[string]recognised{}}
}

// maxShapes is how many combinations of names are remembered. Exports have a
// few dozen.
const maxShapes = 10_000

// isOther tells whether the record is of another table that has the same columns.
func (f *format) isOther(t *scan.JSONText) bool {
	if f.says == "" {
		return false
	}
	value := t.Member(f.says)
	return value != nil && (len(value) == 2 || value[0] == 'n')
}

// otherTable says of a record that isOther why it is refused.
func (f *format) otherTable() string {
	return fmt.Sprintf("a row of another table, with the columns of several: %s has something under %q", f.title, f.says)
}

// strangeType is the name that the export's own column has for a record type
// whose number has none here; "" for none.
func (n *recogniser) strangeType(f *format, t *scan.JSONText, name string) string {
	if f != auditLog || name == "" || name[0] >= '0' && name[0] <= '9' || n.recordTypes[strings.ToLower(name)] {
		return "" // or that of another number
	}
	if number := bytes.Trim(t.Member("RecordType"), `"`); len(number) == 0 || number[0] < '1' || number[0] > '9' || n.recordTypes[string(number)] {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// record tells what the object is that was walked.
func (n *recogniser) record(t *scan.JSONText) recognised {
	return n.shape(t, n.records, recogniseJSON)
}

// body tells the same of an object that stands in an envelope.
func (n *recogniser) body(t *scan.JSONText) recognised {
	return n.shape(t, n.bodies, recogniseBody)
}

// shape looks at the names of the object that was walked. The answer for each
// combination of them is remembered in shapes.
func (n *recogniser) shape(t *scan.JSONText, shapes map[string]recognised, by func(names []string) recognised) recognised {
	signature := n.buffer[:0]
	for _, k := range t.Keys {
		signature = append(signature, t.Text[k.Start:k.End]...)
		signature = append(signature, 0)
	}
	n.buffer = signature
	known, ok := shapes[string(signature)]
	if ok {
		return known
	}
	names := t.Names()
	known = by(names)
	if known.format != nil {
		known.look(names)
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			known.repeated = names[i]
		}
	}
	if len(shapes) >= maxShapes {
		clear(shapes)
	}
	shapes[string(signature)] = known
	return known
}

// look finds the names that need a look in each record.
func (known *recognised) look(names []string) {
	known.recased = known.recased || known.format.respelled
	spelled := slices.Clone(names)
	for i, name := range names {
		if known.renamed {
			spelled[i] = scan.GraphName(name)
		}
		if known.recased {
			spelled[i] = known.format.spelled(name)
		}
		if known.format.isTime(spelled[i]) {
			known.times = append(known.times, i)
		}
	}
	known.nested, known.elsewhere = known.format.shapes(spelled)
	known.elsewhere = known.elsewhere || isOfAz(names)
}

// isOdd tells whether the object that t has walked needs another shape.
func (known recognised) isOdd(t *scan.JSONText, text []byte) bool {
	if known.elsewhere || known.recased {
		return true
	}
	for _, n := range known.nested {
		value := t.Text[t.Values[n.at].Start:t.Values[n.at].End]
		if n.isRespelled(value) || !n.fits(value) || known.format.isOddInside(n.nesting, value) {
			return true
		}
	}
	return (known.renamed || t.MayBeDeep()) && scan.HasSignOfDepth(text)
}

// recogniseJSON tells what a record with these keys is, or under which of
// them the record itself stands.
func recogniseJSON(names []string) recognised {
	under := func(envelope string) (found []string) {
		for _, n := range names {
			if strings.EqualFold(n, envelope) {
				found = append(found, n)
			}
		}
		return found
	}
	inside := func(found []string) recognised {
		if len(found) > 1 {
			return recognised{reason: fmt.Sprintf("the record may stand under %s: it must be one", scan.Quoted(found)), isOpen: true}
		}
		return recognised{envelope: found[0]}
	}
	// A wrapper may carry names of its own that look like another record's.
	if found := under("AuditData"); len(found) > 0 {
		return inside(found)
	}
	f, reason := recogniseRecord(names, false)
	if f != nil {
		return recognised{format: f, wrapped: wrapperIn(names, originals)}
	}
	if found := under("properties"); len(found) > 0 && len(under("category")) > 0 {
		return inside(found)
	}
	// Records of the activity log of Azure may have no properties, which are not where they are.
	isActivity := !slices.ContainsFunc([]string{"time", "operationName", "category", "callerIpAddress", "identity"}, func(name string) bool { return len(under(name)) == 0 })
	if isActivity && len(under("properties")) == 0 {
		return recognised{format: formatNamed(wholeCategories["Administrative"])}
	}
	isWrapped := wrapperIn(names, wrappers) || prefixOf(names) != ""
	graph := make([]string, len(names))
	for i, n := range names {
		graph[i] = scan.GraphName(n)
	}
	if f, _ := recogniseRecord(graph, false); f != nil {
		return recognised{format: f, renamed: true}
	}
	if f, _ := recogniseNames(names, false, inAnyCase); f != nil {
		return recognised{format: f, recased: true}
	}
	return recognised{reason: reason, wrapped: isWrapped}
}

// recogniseBody tells what a record that stands under another's name is.
func recogniseBody(names []string) recognised {
	f, reason := recogniseRecord(names, false)
	if f == nil {
		if f, _ := recogniseNames(names, false, inAnyCase); f != nil {
			return recognised{format: f, recased: true}
		}
	}
	return recognised{format: f, reason: reason, wrapped: wrapperIn(names, originals)}
}

// signInCategories are the diagnostic-settings categories whose records are
// sign-ins, which don't say by themselves of which kind.
var signInCategories = map[string]string{
	"SignInLogs":                          "",
	"NonInteractiveUserSignInLogs":        "non_interactive",
	"ServicePrincipalSignInLogs":          "service_principal",
	"ManagedIdentitySignInLogs":           "managed_identity",
	"ADFSSignInLogs":                      "adfs",
	"MicrosoftServicePrincipalSignInLogs": "service_principal",
}

// categories are those of diagnostic settings, whose records are of a format
// whatever they lack.
var categories = map[string]string{
	"SignInLogs":                          "entra_sign_ins",
	"NonInteractiveUserSignInLogs":        "entra_sign_ins",
	"ServicePrincipalSignInLogs":          "entra_sign_ins",
	"ManagedIdentitySignInLogs":           "entra_sign_ins",
	"ADFSSignInLogs":                      "entra_sign_ins",
	"MicrosoftServicePrincipalSignInLogs": "entra_sign_ins",
	"AuditLogs":                           "directory_audits",
	"UserRiskEvents":                      "risk_detections",
	"ServicePrincipalRiskEvents":          "risk_detections",
	"RiskyUsers":                          "risky_users",
	"RiskyServicePrincipals":              "service_principals_at_risk",
	"ProvisioningLogs":                    "provisioning",
	"MicrosoftGraphActivityLogs":          "graph_activity",
}

// wholeCategories are those whose records are not in their properties: the
// activity log of Azure.
// https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema#categories
var wholeCategories = map[string]string{
	"Administrative": "azure_activity_events",
	"ServiceHealth":  "azure_activity_events",
	"ResourceHealth": "azure_activity_events",
	"Alert":          "azure_activity_events",
	"Autoscale":      "azure_activity_events",
	"Security":       "azure_activity_events",
	"Policy":         "azure_activity_events",
	"Recommendation": "azure_activity_events",
	"Write":          "azure_activity_events", // until 2018, by what was done
	"Delete":         "azure_activity_events",
	"Action":         "azure_activity_events",
}

func formatNamed(name string) *format {
	if i := slices.IndexFunc(formats, func(f *format) bool { return f.name == name }); i >= 0 {
		return formats[i]
	}
	return nil
}
