package tenant

// Policy is a Conditional Access policy of the tenant.
type Policy struct {
	ID       GUID
	Name     string
	Grant    string // the grant control, as the log names it
	evaluate func(*SignIn) (result, satisfied, notSatisfied string)
}

// policies in the order in which the log lists them.
var policies = []*Policy{
	{fixedGUID("policy", 1), "CA001: Require multifactor authentication for all users", "Mfa",
		func(s *SignIn) (string, string, string) {
			switch {
			case s.Person.Service:
				return "notApplied", "application", "users"
			case s.Code == needsMFA || s.Code == needsMFAHere || s.Code == mfaFailed:
				return "failure", "application,users", "none"
			}
			return "success", "application,users", "none"
		}},
	{fixedGUID("policy", 2), "CA002: Block legacy authentication", "Block",
		func(s *SignIn) (string, string, string) {
			if s.Client.Legacy {
				return "failure", "application,users,clientType", "none"
			}
			return "notApplied", "application,users", "clientType"
		}},
	{fixedGUID("policy", 3), "CA003: Require compliant device for admins", "RequireCompliantDevice",
		func(s *SignIn) (string, string, string) {
			switch {
			case !s.Person.Admin:
				return "notApplied", "application", "users"
			case s.Client.compliant():
				return "success", "application,users", "none"
			}
			return "failure", "application,users", "none"
		}},
	{fixedGUID("policy", 4), "CA004: Block access from outside our countries", "Block",
		func(s *SignIn) (string, string, string) {
			switch s.From.Network.Place.Country {
			case "NL", "IE", "US", "SG", "DE", "GB", "PT", "JP":
				return "reportOnlyNotApplied", "application,users", "location,ipAddressSeenByAzureAD"
			}
			return "reportOnlyFailure", "application,users,location", "none"
		}},
	{fixedGUID("policy", 5), "CA005: Phishing-resistant authentication for admins", "AuthenticationStrength",
		func(s *SignIn) (string, string, string) {
			switch {
			case !s.Person.Admin:
				return "reportOnlyNotApplied", "application", "users"
			case s.Method == windowsHello:
				return "reportOnlySuccess", "application,users", "none"
			}
			return "reportOnlyInterrupted", "application,users", "none"
		}},
	{fixedGUID("policy", 6), "CA006: Require app protection on phones", "ApprovedClientApp",
		func(*SignIn) (string, string, string) { return "notEnabled", "none", "none" }},
}

// ConditionalAccess is the status of a sign-in: success, failure, notApplied.
func (s *SignIn) ConditionalAccess() string {
	status := "notApplied"
	if s.Person == nil || s.Code.beforeAccess {
		return status
	}
	for _, p := range policies {
		switch result, _, _ := p.evaluate(s); result {
		case "failure":
			return "failure"
		case "success":
			status = "success"
		}
	}
	return status
}
