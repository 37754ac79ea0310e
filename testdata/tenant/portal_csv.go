package tenant

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// The headers of the portal's sign-in files as it writes them: double and
// trailing spaces and the column that is there twice included. A version is
// named by its number of columns.
var userHeaders = map[int]string{
	// 2023
	44: `Date (UTC),Request ID,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,Client credential type,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,IP address (seen by resource),Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access`,
	// April 2024; the order of the added columns is that of the next version
	49: `Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,IP address (seen by resource),Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id`,
	// October 2024
	54: `Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer`,
	// November 2024: the session id
	55: `Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer`,
	// January 2025
	57: `Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer`,
}

// principalHeader is that of ApplicationSignIns and MSISignIns.
const principalHeader = `Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Credential key ID,Credential thumbprint,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Conditional Access`

const stepsHeader = `Request ID,Date (UTC),Authentication method,Authentication method detail,Succeeded,Result detail,Requirement`

// portalCells say what stands in a column. A column that is not here is empty.
var portalCells = map[string]func(s *SignIn) string{
	"Date (UTC)":                         func(s *SignIn) string { return zulu(s.Time) },
	"Request ID":                         func(s *SignIn) string { return s.ID.String() },
	"User agent":                         func(s *SignIn) string { return s.Client.UserAgent },
	"Correlation ID":                     func(s *SignIn) string { return s.Correlation.String() },
	"User ID":                            func(s *SignIn) string { return s.Person.ID.String() },
	"User":                               func(s *SignIn) string { return s.Person.Name },
	"Username":                           func(s *SignIn) string { return s.Person.UPN },
	"User type":                          func(s *SignIn) string { return s.userType() },
	"Cross tenant access type":           func(s *SignIn) string { return s.crossTenant() },
	"Incoming token type":                func(s *SignIn) string { return s.Incoming },
	"Authentication Protocol":            func(s *SignIn) string { return s.protocol() },
	"Unique token identifier":            func(s *SignIn) string { return s.ID.TokenID() },
	"Original transfer method":           func(*SignIn) string { return "none" },
	"Client credential type":             func(*SignIn) string { return "none" },
	"Token Protection - Sign In Session": func(s *SignIn) string { return s.tokenProtection() },
	"Application":                        func(s *SignIn) string { return s.App.Name },
	"Application ID ":                    func(s *SignIn) string { return s.App.ID },
	"App owner tenant ID":                func(s *SignIn) string { return s.App.owner },
	"Resource":                           func(s *SignIn) string { return s.Resource.Name },
	"Resource ID ":                       func(s *SignIn) string { return s.Resource.ID },
	"Resource tenant ID":                 func(*SignIn) string { return TenantID },
	"Resource owner tenant ID":           func(s *SignIn) string { return s.Resource.owner },
	"Home tenant ID":                     func(s *SignIn) string { return s.homeTenant() },
	"IP address":                         func(s *SignIn) string { return s.From.IP },
	"Location":                           func(s *SignIn) string { return s.location() },
	"Status":                             func(s *SignIn) string { return s.Code.Status },
	"Sign-in error code":                 func(s *SignIn) string { return s.portalCode() },
	"Failure reason":                     func(s *SignIn) string { return s.Code.Reason },
	"Client app":                         func(s *SignIn) string { return s.Client.App },
	"Device ID":                          func(s *SignIn) string { return s.device(func(d *Device) string { return d.ID.String() }) },
	"Browser":                            func(s *SignIn) string { return s.Client.Browser },
	"Operating System":                   func(s *SignIn) string { return s.Client.OS },
	"Compliant": func(s *SignIn) string {
		return s.device(func(d *Device) string { return strconv.FormatBool(d.Compliant) })
	},
	"Managed": func(s *SignIn) string {
		return s.device(func(d *Device) string { return strconv.FormatBool(d.Managed) })
	},
	"Join Type":                              func(s *SignIn) string { return s.device(func(d *Device) string { return d.Trust }) },
	"Multifactor authentication result":      func(s *SignIn) string { return s.MFA },
	"Multifactor authentication auth method": func(s *SignIn) string { return s.mfaMethod() },
	"Multifactor authentication auth detail": func(s *SignIn) string { return s.mfaDetail() },
	"Authentication requirement": func(s *SignIn) string {
		if s.multiFactor() {
			return "Multifactor authentication"
		}
		return "Single-factor authentication"
	},
	"Sign-in identifier":           func(s *SignIn) string { return s.Person.UPN },
	"Session ID":                   func(s *SignIn) string { return s.sessionID() },
	"Through Global Secure Access": func(*SignIn) string { return "false" },
	"Autonomous system  number":    func(s *SignIn) string { return strconv.Itoa(s.From.Network.ASN) },
	"Flagged for review":           func(*SignIn) string { return "false" },
	"Token issuer type":            func(*SignIn) string { return "Azure AD" },
	"Latency":                      func(s *SignIn) string { return strconv.Itoa(s.Latency) },
	"Conditional Access":           func(s *SignIn) string { return portalCA[s.ConditionalAccess()] },
	"Managed Identity type":        func(*SignIn) string { return "none" },
	"Service principal ID":         func(s *SignIn) string { return s.Principal.ID.String() },
	"Service principal name":       func(s *SignIn) string { return s.Principal.App.Name },
	"Credential key ID":            func(s *SignIn) string { return s.Principal.key.String() },
	"Credential thumbprint":        func(s *SignIn) string { return s.Principal.thumbprint },
}

var portalCA = map[string]string{"success": "Success", "failure": "Failure", "notApplied": "Not Applied"}

// WritePortalCSV writes sign-ins as the portal's Download > CSV does. columns is
// the version of the header for sign-ins of people: 44, 49, 54, 55 or 57; service
// principals and managed identities have 22.
func WritePortalCSV(w io.Writer, columns int, signIns iter.Seq[*SignIn]) error {
	header, ok := userHeaders[columns]
	if columns == 22 {
		header, ok = principalHeader, true
	}
	if !ok {
		return fmt.Errorf("the portal never had a sign-in file of %d columns", columns)
	}
	names := strings.Split(header, ",")
	cells := make([]func(*SignIn) string, len(names))
	for i, name := range names {
		cells[i] = portalCells[name]
	}
	out := bufio.NewWriterSize(w, 1<<16)
	row := appendRow(nil, names)
	for s := range signIns {
		out.Write(row)
		row = row[:0]
		for i, cell := range cells {
			if i > 0 {
				row = append(row, ',')
			}
			value := ""
			if cell != nil {
				value = cell(s)
			}
			row = appendPortalCell(row, value)
		}
		row = append(row, '\r', '\n')
	}
	out.Write(row)
	return out.Flush()
}

// WriteAuthDetailsCSV writes the file of steps that the portal offers beside the
// sign-ins: one row for each step of each sign-in.
func WriteAuthDetailsCSV(w io.Writer, signIns iter.Seq[*SignIn]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	row := appendRow(nil, strings.Split(stepsHeader, ","))
	for s := range signIns {
		for _, step := range s.steps() {
			row = appendRow(row, []string{
				s.ID.String(), zulu(step.time), step.method, step.detail, strconv.FormatBool(step.succeeded), step.result, step.requirement,
			})
		}
		out.Write(row)
		row = row[:0]
	}
	out.Write(row)
	return out.Flush()
}

// appendPortalCell keeps spreadsheets from taking a cell for a formula, as the
// portal does.
func appendPortalCell(row []byte, v string) []byte {
	if v != "" && (v[0] == '-' || v[0] == '+') {
		v = "'" + v
	}
	return appendCell(row, v)
}

func appendCell(row []byte, v string) []byte {
	row = append(row, '"')
	for {
		i := strings.IndexByte(v, '"')
		if i < 0 {
			break
		}
		row = append(row, v[:i+1]...)
		row = append(row, '"')
		v = v[i+1:]
	}
	row = append(row, v...)
	return append(row, '"')
}

func appendRow(row []byte, cells []string) []byte {
	for i, c := range cells {
		if i > 0 {
			row = append(row, ',')
		}
		row = appendCell(row, c)
	}
	return append(row, '\r', '\n')
}

func zulu(unix int64) string { return string(append(appendTime(nil, unix), 'Z')) }

func (s *SignIn) portalCode() string {
	if s.Code == success {
		return "None"
	}
	return strconv.Itoa(s.Code.Number)
}

func (s *SignIn) location() string {
	if s.From.Network == nil {
		return ""
	}
	p := s.From.Network.Place
	if p.State == "" {
		return p.City + ", " + p.Country
	}
	return p.City + ", " + p.State + ", " + p.Country
}

func (s *SignIn) device(of func(*Device) string) string {
	if s.Client.Device == nil {
		return ""
	}
	return of(s.Client.Device)
}

func (s *SignIn) sessionID() string {
	if s.Session == (GUID{}) {
		return ""
	}
	return s.Session.String()
}

func (s *SignIn) userType() string {
	if s.Person != nil && s.Person.Guest {
		return "guest"
	}
	return "member"
}

func (s *SignIn) crossTenant() string {
	if s.Person != nil && s.Person.Guest {
		return "b2bCollaboration"
	}
	return "none"
}

func (s *SignIn) homeTenant() string {
	if s.Person != nil && s.Person.Guest {
		return fabrikamTenant
	}
	return TenantID
}

func (s *SignIn) protocol() string {
	switch {
	case s.Protocol != "":
		return s.Protocol
	case s.Category == NonInteractive:
		return "oAuth2"
	}
	return "none"
}

func (s *SignIn) tokenProtection() string {
	if s.Code == success && s.Incoming == "primaryRefreshToken" {
		return "bound"
	}
	return "unbound"
}

// multiFactor: the requirement of the sign-in, which a policy set.
func (s *SignIn) multiFactor() bool {
	return !s.Person.Service && !s.Code.beforeAccess
}

func (s *SignIn) mfaMethod() string {
	if s.MFA != mfaCompleted {
		return ""
	}
	return s.Method
}

func (s *SignIn) mfaDetail() string {
	if s.MFA != mfaCompleted || s.Method != textMessage {
		return ""
	}
	return fmt.Sprintf("+353 XXXXXXX%02d", s.Person.ID[0]%100)
}
