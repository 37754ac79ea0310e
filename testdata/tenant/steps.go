package tenant

// step is one step of an authentication, in the log's words.
type step struct {
	time                int64
	method, detail      string
	succeeded           bool
	result, requirement string
}

const (
	primary     = "Primary authentication"
	multifactor = "Multifactor authentication"
)

// steps are what the person went through. Tokens that programs refresh have
// none.
func (s *SignIn) steps() []step {
	if s.Person == nil || s.Category != Interactive {
		return nil
	}
	typed := func(ok bool, result string) step {
		return step{s.Time, password, "Password in the cloud", ok, result, primary}
	}
	switch {
	case s.Code.beforeAccess:
		return []step{typed(false, "Invalid username or password or Invalid on-premise username or password.")}
	case s.Code == mfaFailed:
		return []step{typed(true, "Correct password"), {s.Time + 4, s.Method, "", false, s.Code.Additional, multifactor}}
	case s.Code != success && s.Code != keepSignedIn || s.Person.Service:
		return []step{typed(true, "Correct password")}
	case s.MFA == mfaCompleted:
		return []step{typed(true, "Correct password"), {s.Time + 4, s.Method, "", true, mfaCompleted, multifactor}}
	}
	return []step{
		{s.Time, "Previously satisfied", "", true, "First factor requirement satisfied by claim in the token", primary},
		{s.Time, "Previously satisfied", "", true, mfaByClaim, multifactor},
	}
}
