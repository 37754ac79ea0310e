package tenant

import (
	"fmt"
	"strconv"
	"strings"
)

// appendAuditData writes the record's AuditData: one line of JSON, slashes
// escaped, the common properties first.
func (e *AuditEvent) appendAuditData(b []byte) []byte {
	j := &jsonText{b: b, escapeSlash: true}
	k := e.Kind
	// Not j.open: what stands before in b is none of this text's business.
	j.b = append(j.b, '{')
	if e.HasToken() {
		e.tokenClaims(j)
	}
	j.key("CreationTime")
	j.b = append(j.b, '"')
	j.b = appendTime(j.b, e.Time)
	j.b = append(j.b, '"')
	j.guid("Id", e.ID)
	j.str("Operation", k.Operation)
	j.str("OrganizationId", TenantID)
	j.num("RecordType", k.RecordType)
	if result := k.Result; result != "" {
		if k == userLoginFailed && e.Detail%3 > 0 {
			result = "Success" // the field is known not to be reliable
		}
		j.str("ResultStatus", result)
	}
	e.actor(j)
	j.num("Version", 1)
	j.str("Workload", e.workload())
	k.body(j, e)
	j.close('}')
	return j.b
}

func (e *AuditEvent) workload() string {
	if e.Kind.Workload == "SharePoint" && e.Kind.RecordType == sharePointFile && e.Item == "" && e.Detail%5 < 2 {
		return "OneDrive"
	}
	return e.Kind.Workload
}

// tokenClaims is the block that ties workload activity to the sign-in.
// https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
func (e *AuditEvent) tokenClaims(j *jsonText) {
	j.key("AppAccessContext")
	j.open('{')
	// Exchange cmdlets carry the session outside of this block.
	if e.Kind.RecordType != exchangeAdmin {
		j.guid("AADSessionId", e.SignIn.Session)
	}
	switch e.Kind.Workload {
	case "Exchange":
		j.str("ClientAppId", e.SignIn.App.ID)
	default:
		j.str("ClientAppId", e.SignIn.App.ID)
		j.str("ClientAppName", e.SignIn.App.Name)
		j.guid("CorrelationId", e.derived("correlation"))
	}
	j.key("IssuedAtTime")
	j.b = append(j.b, '"')
	j.b = appendTime(j.b, e.SignIn.Time)
	j.b = append(j.b, '"')
	j.key("UniqueTokenId")
	j.b = append(j.b, '"')
	j.b = e.SignIn.ID.appendTokenID(j.b)
	j.b = append(j.b, '"')
	j.close('}')
}

func (e *AuditEvent) actor(j *jsonText) {
	if e.Actor == nil {
		j.str("UserKey", e.Kind.system)
		j.num("UserType", 3)
		return
	}
	userType := 0
	key := e.Actor.puid
	switch e.Kind.RecordType {
	case exchangeAdmin:
		userType = 2
	case directoryRecord:
		key += "@" + onMicrosoft
	case logonRecord:
		key = e.Actor.ID.String()
	case sharePointRecord, sharePointFile, sharingRecord:
		key = "i:0h.f|membership|" + strings.ToLower(key) + "@live.com"
	}
	if e.Actor.Guest && userType == 0 {
		userType = 10
	}
	j.str("UserKey", key)
	j.num("UserType", userType)
}

// derived is a GUID that belongs to the record.
func (e *AuditEvent) derived(what string) GUID {
	g := e.ID
	for i := range g {
		g[i] = g[i]*31 + what[i%len(what)]
	}
	return g
}

func (e *AuditEvent) mailbox() *Person {
	if e.Target != nil {
		return e.Target
	}
	return e.Actor
}

// item draws one of a list, unless the event says which.
func (e *AuditEvent) item(list []string) string {
	if e.Item != "" {
		return e.Item
	}
	return list[e.Detail%uint64(len(list))]
}

// withPort is a client address as Exchange cmdlets write it.
func withPort(ip string, detail uint64) string {
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(1024+int(detail>>20%60000))
}

func server(detail uint64) string {
	return fmt.Sprintf("AM0PR04MB%04d (15.20.9137.%03d)", 1000+detail>>8%9000, detail>>24%30)
}
