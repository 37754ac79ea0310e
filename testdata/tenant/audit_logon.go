package tenant

import (
	"strconv"
	"strings"
)

func logonBody(j *jsonText, e *AuditEvent) {
	s := e.SignIn
	j.str("ClientIP", e.IP)
	j.str("ObjectId", s.Resource.ID)
	j.str("UserId", e.UserID())
	j.num("AzureActiveDirectoryEventType", 1)
	j.key("ExtendedProperties")
	j.open('[')
	result, request := "Success", "OAuth2:Authorize"
	switch {
	case s.Code == success && s.Category == NonInteractive:
		request = "OAuth2:Token"
	case s.Code == success:
		result = "Redirect"
	case s.Code.beforeAccess:
		result, request = "UserError", "Login:login"
	}
	j.pair("ResultStatusDetail", result)
	j.pair("UserAgent", s.Client.UserAgent)
	method := "1"
	if s.Client.Device != nil {
		method = "16457"
	}
	j.pair("UserAuthenticationMethod", method)
	j.pair("RequestType", request)
	j.close(']')
	j.raw("ModifiedProperties", "[]")
	j.raw("Actor", "[")
	j.typedID(s.Person.ID.String(), 0)
	j.typedID(s.Person.UPN, 5)
	j.close(']')
	j.str("ActorContextId", s.homeTenant())
	j.str("ActorIpAddress", e.IP)
	j.guid("InterSystemsId", s.Correlation)
	j.guid("IntraSystemId", s.ID)
	j.str("SupportTicketId", "")
	j.raw("Target", "[")
	j.typedID(s.Resource.ID, 0)
	j.close(']')
	j.str("TargetContextId", TenantID)
	j.str("ApplicationId", s.App.ID)
	j.raw("DeviceProperties", "[")
	if dev := s.Client.Device; dev != nil {
		j.pair("Id", dev.ID.String())
		j.pair("DisplayName", dev.Name)
		j.pair("OS", dev.OS)
		j.pair("BrowserType", strings.Fields(s.Client.Browser)[0])
		j.pair("TrustType", strconv.Itoa(trustType(dev)))
		j.pair("IsCompliantAndManaged", "True")
	} else {
		j.pair("OS", s.Client.OS)
		j.pair("BrowserType", "Other")
		j.pair("IsCompliantAndManaged", "False")
	}
	if s.Session != (GUID{}) {
		j.pair("SessionId", s.Session.String())
	}
	j.close(']')
	j.str("ErrorNumber", strconv.Itoa(s.Code.Number))
	if s.Code.LogonError != "" {
		j.str("LogonError", s.Code.LogonError)
	}
}

func trustType(d *Device) int {
	switch d.Trust {
	case "Hybrid Azure AD joined":
		return 2
	case "Azure AD joined":
		return 1
	}
	return 0
}

func (j *jsonText) typedID(id string, kind int) {
	j.open('{')
	j.str("ID", id)
	j.num("Type", kind)
	j.close('}')
}
