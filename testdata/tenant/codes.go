package tenant

// Code is an AADSTS number with the sign-in log's words for it, and its name in
// the unified audit log.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type Code struct {
	Number     int
	Status     string // Success, Failure, Interrupted
	Reason     string
	Additional string
	LogonError string
	// beforeAccess: the first factor failed, so Conditional Access was not
	// evaluated.
	beforeAccess bool
}

var (
	success       = &Code{0, "Success", "Other.", "", "", false}
	wrongPassword = &Code{50126, "Failure", "Error validating credentials due to invalid username or password.",
		"The user didn't enter the right credentials. It's expected to see some number of these errors in your logs due to users making mistakes.", "InvalidUserNameOrPassword", true}
	locked = &Code{50053, "Failure", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
		"The user is blocked due to repeated sign-in attempts. See https://go.microsoft.com/fwlink/?linkid=873231", "IdsLocked", true}
	disabled = &Code{50057, "Failure", "The user account is disabled.", "", "UserDisabled", true}
	needsMFA = &Code{50074, "Interrupted", "Strong Authentication is required.",
		"The user could not pass the MFA challenge, or was asked for it for the first time in this sign-in.", "UserStrongAuthClientAuthNRequiredInterrupt", false}
	needsMFAHere = &Code{50076, "Interrupted", "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
		"", "UserStrongAuthClientAuthNRequired", false}
	keepSignedIn = &Code{50140, "Interrupted", "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
		"", "KmsiInterrupt", false}
	mfaFailed = &Code{500121, "Failure", "Authentication failed during strong authentication request.",
		"MFA denied; user did not respond to mobile app notification", "AuthenticationFailedSasError", false}
	blocked = &Code{53003, "Failure", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
		"", "BlockedByConditionalAccess", false}
	notCompliant = &Code{53000, "Failure", "Device is not in required device state: {state}. Conditional Access policy requires a compliant device, and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune.",
		"", "DeviceNotCompliant", false}
	tokenExpired = &Code{700082, "Failure", "The refresh token has expired due to inactivity.",
		"", "ExpiredOrRevokedGrantInactiveToken", true}
	tokenRevoked = &Code{50173, "Failure", "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
		"", "FreshTokenNeeded", true}
	noSession = &Code{50058, "Interrupted", "A silent sign-in request was sent but no user is signed in.",
		"", "UserInformationNotProvided", true}
	badSecret = &Code{7000215, "Failure", "Invalid client secret is provided.",
		"", "InvalidClientSecret", true}
)
