-- description: What the error codes of sign-ins (AADSTS numbers) mean, in this project's own words, one row a code. See
--   interrupt_codes for those that interrupt a sign-in rather than end it.
-- source: numbers and names from https://learn.microsoft.com/entra/identity-platform/reference-error-codes and, where that
--   has no name, from the LogonError of real audit records
-- column error_code bigint: as in sign_ins.error_code
-- column name varchar: Microsoft's name, as LogonError in the audit log has it; NULL = none is known
-- column first_factor_passed boolean: whether the password, or what stands in for it, was right; NULL = the code does not tell
-- column stopped_by varchar: password, unknown account, lockout, account, mfa, registration, device, policy, risk, consent,
--   application, session, prompt, federation, directory, request; NULL = nothing
-- column by_conditional_access boolean: Conditional Access or the security defaults refused it; a demand that the user can meet
--   in the next step is no refusal
-- column meaning varchar: in a sentence or two
select
    error_code::bigint as error_code,
    name,
    first_factor_passed::boolean as first_factor_passed,
    stopped_by,
    by_conditional_access,
    meaning
from (values
    (0, null, null, null, false, 'Signed in.'),

    -- The password, the account, the lock.
    (50126, 'InvalidUserNameOrPassword', false, 'password', false, 'Wrong user name or password.'),
    (50053, 'IdsLocked', false, 'lockout', false, 'Either the account was locked after too many wrong passwords, or the address is known for attacks: the failure reason tells which.'),
    (50056, null, false, 'password', false, 'No password was sent, or the account has none here.'),
    (50064, 'CredentialAuthenticationError', false, 'password', false, 'User name and password could not be confirmed.'),
    (50034, 'UserAccountNotFound', false, 'unknown account', false, 'No account of this name: a typing error, or somebody trying names.'),
    (51004, 'UserAccountNotInDirectory', null, 'unknown account', false, 'The account is not in this directory.'),
    (16003, 'SsoUserAccountNotFoundInResourceTenant', null, 'unknown account', false, 'The user is signed in elsewhere but is not a member or guest of this tenant.'),
    (50014, 'GuestUserInPendingState', null, 'account', false, 'A guest who has not finished accepting the invitation.'),
    (50020, 'UserUnauthorized', null, 'unknown account', false, 'A user of another tenant or identity provider who is no guest here.'),
    (90072, 'PassThroughUserMfaError', null, 'unknown account', false, 'An outside account that this tenant does not know.'),
    (50197, 'ConflictingIdentities', null, 'unknown account', false, 'The user could not be distinguished from another one.'),
    (50055, 'InvalidPasswordExpiredPassword', true, 'password', false, 'The password is right but expired.'),
    (50144, 'InvalidPasswordExpiredOnPremPassword', true, 'password', false, 'The Active Directory password is expired.'),
    (50135, 'PasswordChangeCompromisedPassword', true, 'risk', false, 'The account is at risk and must get a new password first.'),
    (50142, 'PasswordChangeRequiredConditionalAccess', true, 'risk', false, 'A policy demands a new password before the sign-in goes on.'),
    (50057, 'UserDisabled', true, 'account', false, 'The account is disabled. Microsoft counts the password as right.'),
    (50105, 'EntitlementGrantsNotFound', true, 'application', false, 'The user may sign in but is not assigned to this application.'),
    (120000, 'PasswordChangeIncorrectCurrentPassword', false, 'password', false, 'Password change with a wrong current password.'),
    (120002, 'PasswordChangeInvalidNewPasswordWeak', null, 'password', false, 'Password change: the new password is too weak.'),

    -- The second factor.
    (50074, 'UserStrongAuthClientAuthNRequiredInterrupt', true, 'mfa', false, 'Multifactor authentication was asked for and not passed in this attempt. It precedes most good sign-ins too.'),
    (50076, 'UserStrongAuthClientAuthNRequired', true, 'mfa', false, 'Multifactor authentication is needed, by policy or because the place is new.'),
    (50078, 'UserStrongAuthExpired', true, 'mfa', false, 'The earlier multifactor authentication has run out.'),
    (500121, 'AuthenticationFailedSasError', true, 'mfa', false, 'The multifactor request failed: declined, unanswered, or a wrong code.'),
    (50072, 'UserStrongAuthEnrollmentRequiredInterrupt', true, 'registration', false, 'The user has no second factor yet and was sent to register one.'),
    (50079, 'UserStrongAuthEnrollmentRequired', true, 'registration', false, 'The user has no second factor yet and must register one.'),
    (53004, 'ProofUpBlockedDueToRisk', true, 'registration', true, 'A second factor must be registered first, and the risk of this sign-in forbids that.'),
    (53010, 'ProofUpBlockedDueToSecurityInfoAcr', true, 'registration', true, 'Registering a second factor is only allowed from certain places or devices.'),
    (50158, 'ExternalSecurityChallenge', true, 'mfa', false, 'Sent to another provider''s multifactor check, not passed yet.'),
    (50086, 'SasNonRetryableError', true, 'mfa', false, 'The multifactor service failed.'),
    (50087, 'SasRetryableError', true, 'mfa', false, 'The multifactor service failed for a moment.'),
    (50088, null, true, 'mfa', false, 'Too many multifactor phone calls or messages in a short time.'),
    (500881, null, true, 'mfa', false, 'Too many multifactor phone calls or messages, an app notification is still possible.'),

    -- Conditional Access and what else a tenant's rules refuse.
    (53003, 'BlockedByConditionalAccess', true, 'policy', true, 'A Conditional Access policy blocked it, after the password was accepted.'),
    (50005, 'DevicePolicyError', true, 'policy', true, 'The device''s platform is not allowed by a policy.'),
    (50131, 'ConditionalAccessFailed', true, 'policy', true, 'Refused by Conditional Access: device state, suspicious activity, or another rule.'),
    (53002, 'ApplicationUsedIsNotAnApprovedApp', true, 'policy', true, 'A policy asks for an approved client application.'),
    (530021, null, true, 'policy', true, 'The client application is not one that the policy approves.'),
    (530001, null, true, 'policy', true, 'The browser is not supported by the policy.'),
    (530032, 'BlockedByConditionalAccessOnSecurityPolicy', true, 'policy', true, 'Blocked by a security policy of the tenant, or by risk in the user''s home tenant.'),
    (530033, null, true, 'policy', true, 'Device code sign-in blocked because a policy asks for a device.'),
    (530035, 'BlockedBySecurityDefaults', true, 'policy', true, 'Blocked by the security defaults, usually a legacy client.'),
    (500021, null, null, 'policy', false, 'Tenant restrictions of the network do not allow this tenant.'),
    (500212, 'NotAllowedByOutboundPolicyTenant', null, 'policy', false, 'The home tenant does not let its users into this tenant.'),
    (500213, 'NotAllowedByInboundPolicyTenant', null, 'policy', false, 'This tenant does not let in users of that tenant.'),
    (53011, null, true, 'risk', true, 'Blocked because of risk in the user''s home tenant.'),
    (530034, 'DelegatedAdminBlockedDueToSuspiciousActivity', null, 'risk', true, 'A partner''s administrator was blocked because of risk in the partner''s tenant.'),

    -- The device.
    (53000, 'DeviceNotCompliant', true, 'device', true, 'A policy asks for a compliant device and this one is not.'),
    (53001, 'DeviceNotDomainJoined', true, 'device', true, 'A policy asks for a domain joined device and this one is not.'),
    (530002, null, true, 'device', true, 'A policy asks for a compliant device.'),
    (530003, null, true, 'device', true, 'A policy asks for a managed device.'),
    (50097, 'DeviceAuthenticationRequired', true, 'device', false, 'The device must prove itself first.'),
    (50127, 'BrokerAppNotInstalled', true, 'device', false, 'The device lacks the broker application (Authenticator, Company Portal).'),
    (50129, 'DeviceIsNotWorkplaceJoined', true, 'device', false, 'The device is not registered.'),
    (50155, 'DeviceAuthenticationFailed', true, 'device', false, 'The device failed to prove itself.'),
    (50187, 'DeviceInformationNotProvided', null, 'device', false, 'The device gave nothing to prove itself with.'),
    (130007, 'NgcDeviceIsDisabled', null, 'device', false, 'Windows Hello: the device is disabled.'),
    (130008, 'NgcDeviceIsNotFound', null, 'device', false, 'Windows Hello: the device is unknown.'),
    (135011, null, null, 'device', false, 'The device is disabled.'),

    -- Sessions and tokens that are no longer good.
    (50058, 'UserInformationNotProvided', null, 'session', false, 'Silent sign-in without a session to use. Noise.'),
    (50089, 'FlowTokenExpired', null, 'session', false, 'The sign-in page was left open too long.'),
    (50132, 'SsoArtifactInvalidOrExpired', null, 'session', false, 'The session ended, by age or because the password changed.'),
    (50133, 'SsoArtifactRevoked', true, 'session', false, 'The session was revoked, usually because the password changed.'),
    (50173, 'FreshTokenNeeded', true, 'session', false, 'The token was revoked: somebody is still using one from before the revocation.'),
    (50143, null, null, 'session', false, 'The session belongs to another tenant.'),
    (50085, null, null, 'session', false, 'The refresh token needs a sign-in at the outside provider.'),
    (51006, 'ForceReauthDueToInsufficientAuth', null, 'session', false, 'The session lacks Windows authentication, sign-in asked again.'),
    (54005, null, null, 'session', false, 'The authorization code was used a second time.'),
    (70000, 'InvalidGrant', null, 'session', false, 'The token or code presented is not valid.'),
    (70008, 'ExpiredOrRevokedGrant', null, 'session', false, 'The refresh token has expired or was revoked. Mostly noise.'),
    (700082, 'ExpiredOrRevokedGrantInactiveToken', null, 'session', false, 'The refresh token expired because nobody used it. Noise.'),
    (700084, null, null, 'session', false, 'The refresh token of a single page application has reached its fixed age. Noise.'),
    (70043, 'BadTokenDueToSignInFrequency', null, 'session', false, 'A policy''s sign-in frequency asks for a new sign-in.'),
    (70044, null, null, 'session', false, 'A policy''s sign-in frequency ended the session.'),
    (70046, null, null, 'session', false, 'A policy asks to authenticate again.'),
    (140000, 'InvalidRequestNonce', null, 'session', false, 'The one-time value of the request has expired.'),
    (140001, 'InvalidSessionKey', null, 'session', false, 'The session key is not valid.'),

    -- Pages shown on the way.
    (16000, 'InteractionRequired', null, 'prompt', false, 'The user must choose among accounts, or this one does not fit.'),
    (16001, 'UserAccountSelectionInvalid', null, 'prompt', false, 'The chosen account could not be used, choose again.'),
    (160011, null, null, 'prompt', false, 'The chosen account is not valid, choose again.'),
    (16002, 'AppSessionSelectionInvalid', null, 'prompt', false, 'The application asked for a session that is not there.'),
    (160021, 'AppSessionSelectionInvalidSessionNotExist', null, 'prompt', false, 'The application asked for a session that does not exist.'),
    (50125, 'PasswordResetRegistrationRequiredInterrupt', true, 'prompt', false, 'Sent to register for password reset.'),
    (50140, 'KmsiInterrupt', true, 'prompt', false, 'The question whether to stay signed in. Normal.'),
    (50168, 'ChromeBrowserSsoInterruptRequired', null, 'prompt', false, 'The browser''s single sign-on was asked. Normal.'),
    (501314, null, null, 'prompt', false, 'A silent check of what the browser can do. Normal.'),
    (500581, null, null, 'prompt', false, 'A silent check for other sessions. Normal.'),
    (50199, 'CmsiInterrupt', true, 'prompt', false, 'The user was asked to confirm the application: part of every device code sign-in.'),
    (50201, null, null, 'prompt', false, 'A page that gives or asks for more information.'),
    (399218, null, true, 'prompt', false, 'The user was asked, for safety, to confirm this sign-in.'),
    (1000002, 'BindCompleteInterruptError', null, 'prompt', false, 'The account was linked; the user is informed.'),
    (1000000, 'UserNotBoundError', null, 'federation', false, 'The user must first sign in at the outside provider.'),
    (70016, 'AuthorizationPending', null, 'prompt', false, 'Device code: waiting for the user to enter the code.'),
    (70018, 'BadVerificationCode', null, 'prompt', false, 'Device code: the user typed a wrong code.'),
    (70019, 'CodeExpired', null, 'prompt', false, 'Device code: the code has expired.'),

    -- Consent.
    (65001, 'DelegationDoesNotExist', true, 'consent', false, 'Nobody has consented to this application yet.'),
    (65002, null, null, 'consent', false, 'A Microsoft application that may not ask for this resource.'),
    (65004, 'UserDeclinedConsent', true, 'consent', false, 'The user declined to consent to the application.'),
    (52004, 'DelegationDoesNotExistForLinkedIn', null, 'consent', false, 'No consent yet for LinkedIn data.'),
    (90094, 'AdminConsentRequired', true, 'consent', false, 'The application needs an administrator''s consent.'),
    (900941, 'AdminConsentRequiredDueToRiskyApp', true, 'consent', false, 'The application looks risky, only an administrator may consent.'),
    (90095, 'AdminConsentRequiredRequestAccess', true, 'consent', false, 'The user asked an administrator to consent to the application.'),

    -- The application and its own credentials.
    (50011, 'InvalidReplyTo', null, 'application', false, 'The reply address is not one of the application''s.'),
    (50194, null, null, 'application', false, 'The application is for one tenant only.'),
    (50196, 'LoopDetected', null, 'application', false, 'The client repeats the same request in a loop.'),
    (65005, 'MisconfiguredApplication', null, 'application', false, 'The application asks for a resource that it is not set up for.'),
    (70001, 'UnauthorizedClient', null, 'application', false, 'The application is unknown or disabled.'),
    (700016, 'UnauthorizedClient_DoesNotMatchRequest', null, 'application', false, 'The application is not in this tenant, seen with tools that guess passwords.'),
    (70002, 'InvalidClient', false, 'application', false, 'The application''s own credential is wrong.'),
    (7000215, null, false, 'application', false, 'The application''s secret is wrong.'),
    (7000222, 'InvalidClientSecretExpiredKeysProvided', true, 'application', false, 'The application''s secret has expired.'),
    (7000218, null, null, 'application', false, 'The application sent no secret and no certificate.'),
    (700027, null, false, 'application', false, 'The application''s certificate or its signature is not accepted.'),
    (7000112, 'UnauthorizedClientApplicationDisabled', null, 'application', false, 'The application is disabled.'),
    (500011, 'InvalidResourceServicePrincipalNotFound', null, 'application', false, 'The resource asked for is not in this tenant.'),
    (500014, 'InvalidResourceServicePrincipalDisabled', null, 'application', false, 'The resource asked for is disabled in this tenant.'),
    (9002325, null, null, 'application', false, 'The application must prove that it asked for the code (PKCE).'),

    -- Federation, Kerberos, the agents of pass-through authentication.
    (50008, 'InvalidSamlToken', null, 'federation', false, 'The outside provider''s SAML token is missing or malformed.'),
    (50107, 'InvalidRealmUri', null, 'federation', false, 'The federated realm asked for does not exist.'),
    (399284, 'InboundIdTokenIssuer', null, 'federation', false, 'The outside provider''s token names a wrong issuer.'),
    (80001, 'OnPremiseStoreIsNotAvailable', null, 'directory', false, 'The sign-in agent can''t reach Active Directory.'),
    (80002, 'OnPremisePasswordValidatorRequestTimedout', null, 'directory', false, 'The sign-in agent did not answer in time.'),
    (80005, 'OnPremisePasswordValidatorUnpredictableWebException', null, 'directory', false, 'The sign-in agent''s answer could not be understood.'),
    (80007, 'OnPremisePasswordValidatorErrorOccurredOnPrem', null, 'directory', false, 'The sign-in agent could not check the password.'),
    (80012, 'OnPremisePasswordValidationAccountLogonInvalidHours', null, 'directory', false, 'Outside the hours in which Active Directory lets this user sign in.'),
    (80014, 'OnPremisePasswordValidationAuthenticationAgentTimeout', null, 'directory', false, 'The sign-in agent took too long.'),
    (81010, 'DesktopSsoAuthTokenInvalid', null, 'directory', false, 'Seamless single sign-on: the Kerberos ticket is expired or not valid.'),
    (81012, 'DesktopSsoMismatchBetweenTokenUpnAndChosenUpn', null, 'directory', false, 'Seamless single sign-on: the user differs from the one signed in to the device.'),
    (81014, null, null, 'directory', false, 'Seamless single sign-on: the token has expired.'),
    (130004, 'NgcKeyNotFound', null, 'device', false, 'Windows Hello: the user has no such key.'),
    (130005, 'NgcInvalidSignature', false, 'device', false, 'Windows Hello: the signature is wrong.'),

    -- Requests that make no sense to the service.
    (50059, 'MissingTenantRealmAndNoUserInformationProvided', null, 'request', false, 'The request does not say which tenant is meant.'),
    (50128, null, null, 'request', false, 'The domain of the user name is unknown.'),
    (90014, 'MissingRequiredField', null, 'request', false, 'A field of the request is missing.'),
    (90002, 'InvalidTenantName', null, 'request', false, 'No tenant of this name.')
) as codes (error_code, name, first_factor_passed, stopped_by, by_conditional_access, meaning)
