package tenant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Azure Monitor's names of the categories.
var monitorCategories = map[Category]string{
	Interactive: "SignInLogs", NonInteractive: "NonInteractiveUserSignInLogs",
	ServicePrincipal: "ServicePrincipalSignInLogs", ManagedIdentity: "ManagedIdentitySignInLogs",
}

// late is the number of seconds after the sign-in at which its record is written.
const late = 150

const monitorResource = "/tenants/" + TenantID + "/providers/Microsoft.aadiam"

// WriteDiagnosticLines writes sign-ins as Entra's diagnostic settings put them
// into a storage account: one record a line, the sign-in in its properties.
// https://learn.microsoft.com/entra/identity/monitoring-health/howto-configure-diagnostic-settings
func WriteDiagnosticLines(w io.Writer, signIns iter.Seq[*SignIn]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var j jsonText
	for s := range signIns {
		j.b = j.b[:0]
		j.open('{')
		j.str("time", fmt.Sprintf("%s.%07dZ", appendTime(nil, s.Time+late), s.fraction()))
		j.str("resourceId", monitorResource)
		j.str("operationName", "Sign-in activity")
		j.str("operationVersion", "1.0")
		j.str("category", monitorCategories[s.Category])
		j.str("tenantId", TenantID)
		j.str("resultType", strconv.Itoa(s.Code.Number))
		signature := "SUCCESS"
		if s.Code != success {
			signature = "FAILURE"
		}
		j.str("resultSignature", signature)
		if s.Code != success {
			j.str("resultDescription", s.Code.Reason)
		}
		j.num("durationMs", 0)
		j.str("callerIpAddress", s.From.IP)
		j.guid("correlationId", s.Correlation)
		if s.Person != nil {
			j.str("identity", s.Person.Name)
		}
		j.num("Level", 4)
		if s.From.Network != nil {
			j.str("location", s.From.Network.Place.Country)
		}
		j.key("properties")
		s.graph(&j, true)
		j.close('}')
		j.b = append(j.b, '\n')
		out.Write(j.b)
	}
	return out.Flush()
}

// monitorTime has seven digits of the second and an offset.
func (s *SignIn) monitorTime() string {
	return fmt.Sprintf("%s.%07d+00:00", appendTime(nil, s.Time), s.fraction())
}

func (s *SignIn) fraction() int { return int(s.ID[0])<<12 | int(s.ID[1])<<4 }

// monitorCells are the columns of WriteLogAnalyticsCSV.
var monitorCells = []struct {
	name string
	cell func(s *SignIn) string
}{
	{"TenantId", func(*SignIn) string { return fixedGUID("workspace", 0).String() }},
	{"SourceSystem", func(*SignIn) string { return "Azure AD" }},
	{"TimeGenerated [UTC]", func(s *SignIn) string { return s.columnTime(late) }},
	{"ResourceId", func(*SignIn) string { return monitorResource }},
	{"OperationName", func(*SignIn) string { return "Sign-in activity" }},
	{"OperationVersion", func(*SignIn) string { return "1.0" }},
	{"Category", func(s *SignIn) string { return monitorCategories[s.Category] }},
	{"ResultType", func(s *SignIn) string { return strconv.Itoa(s.Code.Number) }},
	{"ResultSignature", func(*SignIn) string { return "None" }},
	{"ResultDescription", func(s *SignIn) string { return strings.TrimSuffix(s.Code.Reason, "Other.") }},
	{"DurationMs", func(*SignIn) string { return "0" }},
	{"CorrelationId", func(s *SignIn) string { return s.Correlation.String() }},
	{"Resource", func(*SignIn) string { return "Microsoft.aadiam" }},
	{"ResourceGroup", func(*SignIn) string { return "Microsoft.aadiam" }},
	{"Identity", func(s *SignIn) string { return s.Person.Name }},
	{"Level", func(*SignIn) string { return "4" }},
	{"Location", func(s *SignIn) string { return s.From.Network.Place.Country }},
	{"AppDisplayName", func(s *SignIn) string { return s.App.Name }},
	{"AppId", func(s *SignIn) string { return s.App.ID }},
	{"AuthenticationDetails", func(s *SignIn) string { return s.property("authenticationDetails", true) }},
	{"AuthenticationProcessingDetails", func(s *SignIn) string { return s.property("authenticationProcessingDetails", true) }},
	{"AuthenticationProtocol", func(s *SignIn) string { return s.protocol() }},
	{"AuthenticationRequirement", func(s *SignIn) string { return s.property("authenticationRequirement", false) }},
	{"AutonomousSystemNumber", func(s *SignIn) string { return strconv.Itoa(s.From.Network.ASN) }},
	{"ClientAppUsed", func(s *SignIn) string { return s.Client.App }},
	{"ConditionalAccessPolicies", func(s *SignIn) string { return s.property("appliedConditionalAccessPolicies", true) }},
	{"ConditionalAccessStatus", func(s *SignIn) string { return s.ConditionalAccess() }},
	{"CreatedDateTime [UTC]", func(s *SignIn) string { return s.columnTime(0) }},
	{"CrossTenantAccessType", func(s *SignIn) string { return s.crossTenant() }},
	{"DeviceDetail", func(s *SignIn) string { return s.property("deviceDetail", true) }},
	{"HomeTenantId", func(s *SignIn) string { return s.homeTenant() }},
	{"Id", func(s *SignIn) string { return s.ID.String() }},
	{"IncomingTokenType", func(s *SignIn) string { return s.Incoming }},
	{"IPAddress", func(s *SignIn) string { return s.From.IP }},
	{"IsInteractive", func(s *SignIn) string { return strconv.FormatBool(s.Category == Interactive) }},
	{"LocationDetails", func(s *SignIn) string { return s.property("location", true) }},
	{"MfaDetail", func(s *SignIn) string { return s.property("mfaDetail", true) }},
	{"NetworkLocationDetails", func(s *SignIn) string { return s.property("networkLocationDetails", true) }},
	{"OriginalRequestId", func(s *SignIn) string { return zeroEmpty(s.Original) }},
	{"ProcessingTimeInMilliseconds", func(s *SignIn) string { return strconv.Itoa(s.Latency) }},
	{"ResourceDisplayName", func(s *SignIn) string { return s.Resource.Name }},
	{"ResourceIdentity", func(s *SignIn) string { return s.Resource.ID }},
	{"ResourceTenantId", func(*SignIn) string { return TenantID }},
	{"RiskDetail", func(*SignIn) string { return "none" }},
	{"RiskEventTypes_V2", func(*SignIn) string { return "[]" }},
	{"RiskLevelAggregated", func(*SignIn) string { return "none" }},
	{"RiskLevelDuringSignIn", func(*SignIn) string { return "none" }},
	{"RiskState", func(*SignIn) string { return "none" }},
	{"SessionId", func(s *SignIn) string { return s.sessionID() }},
	{"SignInIdentifier", func(s *SignIn) string { return s.Person.UPN }},
	{"Status", func(s *SignIn) string { return s.property("status", true) }},
	{"TokenIssuerType", func(*SignIn) string { return "AzureAD" }},
	{"UniqueTokenIdentifier", func(s *SignIn) string { return s.ID.TokenID() }},
	{"UserAgent", func(s *SignIn) string { return s.Client.UserAgent }},
	{"UserDisplayName", func(s *SignIn) string { return s.Person.Name }},
	{"UserId", func(s *SignIn) string { return s.Person.ID.String() }},
	{"UserPrincipalName", func(s *SignIn) string { return s.Person.UPN }},
	{"UserType", func(s *SignIn) string { return strings.ToUpper(s.userType()[:1]) + s.userType()[1:] }},
	{"Type", func(s *SignIn) string {
		if s.Category == NonInteractive {
			return "AADNonInteractiveUserSignInLogs"
		}
		return "SigninLogs"
	}},
}

// WriteLogAnalyticsCSV writes sign-ins of people as Log Analytics exports the
// table SigninLogs: byte order mark, times as the portal shows them, and columns
// of JSON that run over several lines.
func WriteLogAnalyticsCSV(w io.Writer, signIns iter.Seq[*SignIn]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString("\ufeff")
	for i, c := range monitorCells {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(c.name)
	}
	out.WriteString("\r\n")
	for s := range signIns {
		var row []byte
		for i, c := range monitorCells {
			if i > 0 {
				row = append(row, ',')
			}
			if v := c.cell(s); strings.ContainsAny(v, ",\"\r\n") {
				row = appendCell(row, v)
			} else {
				row = append(row, v...)
			}
		}
		out.Write(append(row, '\r', '\n'))
	}
	return out.Flush()
}

func (s *SignIn) columnTime(after int64) string {
	at := time.Unix(s.Time+after, int64(s.fraction())*100).UTC()
	return at.Format("1/2/2006, 3:04:05.000 PM")
}

// property takes one property of the Graph object; lines lays it out as the
// columns of JSON are.
func (s *SignIn) property(name string, lines bool) string {
	var j jsonText
	s.graph(&j, true)
	var all map[string]json.RawMessage
	if err := json.Unmarshal(j.b, &all); err != nil {
		panic(err)
	}
	if !lines {
		return strings.Trim(string(all[name]), `"`)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, all[name], "", "  "); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(out.String(), "\n", "\r\n")
}
