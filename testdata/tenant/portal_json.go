package tenant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"
)

// Style is how JSON is laid out.
type Style int

// The portal downloads Pretty; tools that call Graph write either.
const (
	Pretty Style = iota
	OneLine
)

// WritePortalJSON writes sign-ins as the portal's Download > JSON does: an array
// of Graph (beta) signIn objects.
// https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta
func WritePortalJSON(w io.Writer, signIns iter.Seq[*SignIn], style Style) error {
	return writeSignIns(w, "[", "]", signIns, style)
}

// WriteGraphPage writes sign-ins as one page that Graph's API answers with.
func WriteGraphPage(w io.Writer, signIns iter.Seq[*SignIn], style Style) error {
	return writeSignIns(w, `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[`, "]}", signIns, style)
}

func writeSignIns(w io.Writer, before, after string, signIns iter.Seq[*SignIn], style Style) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(before)
	var j jsonText
	var pretty bytes.Buffer
	separator := ""
	for s := range signIns {
		out.WriteString(separator)
		separator = ","
		j.b = j.b[:0]
		s.graph(&j, false)
		if style == OneLine {
			out.Write(j.b)
			continue
		}
		pretty.Reset()
		pretty.WriteString("\n  ")
		if err := json.Indent(&pretty, j.b, "  ", "  "); err != nil {
			return err
		}
		out.Write(pretty.Bytes())
	}
	if style == Pretty {
		out.WriteString("\n")
	}
	out.WriteString(after)
	return out.Flush()
}

// graph writes the signIn object, properties in the portal's order. Azure Monitor
// (monitor) has the same with some values written in another way.
func (s *SignIn) graph(j *jsonText, monitor bool) {
	p, c := s.Person, s.Client
	if p == nil {
		p = &Person{}
	}
	if c == nil {
		c = &Client{}
	}
	j.open('{')
	j.guid("id", s.ID)
	created := zulu(s.Time)
	if monitor {
		created = s.monitorTime()
	}
	j.str("createdDateTime", created)
	j.strOrNull("userDisplayName", p.Name)
	j.strOrNull("userPrincipalName", p.UPN)
	if s.Person != nil {
		j.guid("userId", p.ID)
	} else {
		j.str("userId", "")
	}
	j.str("appId", s.App.ID)
	j.str("appDisplayName", s.App.Name)
	j.str("ipAddress", s.From.IP)
	j.raw("ipAddressFromResourceProvider", "null")
	j.str("clientAppUsed", c.App)
	j.str("userAgent", c.UserAgent)
	j.guid("correlationId", s.Correlation)
	j.str("conditionalAccessStatus", s.ConditionalAccess())
	j.str("originalRequestId", zeroEmpty(s.Original))
	j.bool("isInteractive", s.Category == Interactive)
	j.str("tokenIssuerName", "")
	j.str("tokenIssuerType", "AzureAD")
	credential := "none"
	if s.Principal != nil {
		credential = s.Principal.credential
	}
	j.str("clientCredentialType", credential)
	j.num("processingTimeInMilliseconds", s.Latency)
	for _, k := range []string{"riskDetail", "riskLevelAggregated", "riskLevelDuringSignIn", "riskState"} {
		j.str(k, "none")
	}
	j.raw("riskEventTypes_v2", "[]")
	j.str("resourceDisplayName", s.Resource.Name)
	j.str("resourceId", s.Resource.ID)
	j.str("resourceTenantId", TenantID)
	j.str("homeTenantId", s.homeTenant())
	j.str("homeTenantName", "")
	j.raw("authenticationMethodsUsed", "[]")
	requirement := "singleFactorAuthentication"
	if s.Person != nil && s.multiFactor() {
		requirement = "multiFactorAuthentication"
	}
	j.str("authenticationRequirement", requirement)
	j.str("signInIdentifier", p.UPN)
	j.strOrNull("signInIdentifierType", "")
	if s.Principal != nil {
		j.str("servicePrincipalName", s.Principal.App.Name)
	} else {
		j.raw("servicePrincipalName", "null")
	}
	j.raw("signInEventTypes", eventTypes[s.Category])
	key := GUID{}
	if s.Principal != nil {
		j.guid("servicePrincipalId", s.Principal.ID)
		key = s.Principal.key
	} else {
		j.str("servicePrincipalId", "")
	}
	j.raw("federatedCredentialId", "null")
	userType := s.userType()
	if monitor {
		userType = strings.ToUpper(userType[:1]) + userType[1:]
	}
	j.str("userType", userType)
	j.bool("flaggedForReview", false)
	j.bool("isTenantRestricted", false)
	asn := 0
	place := &Place{}
	if s.From.Network != nil {
		asn, place = s.From.Network.ASN, s.From.Network.Place
	}
	j.num("autonomousSystemNumber", asn)
	j.str("crossTenantAccessType", s.crossTenant())
	j.strOrNull("servicePrincipalCredentialKeyId", zeroEmpty(key))
	thumbprint := ""
	if s.Principal != nil {
		thumbprint = s.Principal.thumbprint
	}
	j.str("servicePrincipalCredentialThumbprint", thumbprint)
	j.str("uniqueTokenIdentifier", s.ID.TokenID())
	j.str("incomingTokenType", s.Incoming)
	j.str("authenticationProtocol", s.protocol())
	j.guid("resourceServicePrincipalId", s.Resource.principal)
	j.str("signInTokenProtectionStatus", s.tokenProtection())
	j.str("originalTransferMethod", "none")
	j.bool("isThroughGlobalSecureAccess", false)
	j.str("globalSecureAccessIpAddress", "")
	j.raw("conditionalAccessAudiences", `["`+s.Resource.ID+`"]`)
	j.str("sessionId", zeroEmpty(s.Session))
	j.str("appOwnerTenantId", s.App.owner)
	j.str("resourceOwnerTenantId", s.Resource.owner)
	if s.MFA == mfaCompleted {
		j.raw("mfaDetail", "{")
		j.strOrNull("authMethod", s.mfaMethod())
		j.strOrNull("authDetail", s.mfaDetail())
		j.close('}')
	} else {
		j.raw("mfaDetail", "null")
	}
	j.raw("authenticationAppDeviceDetails", "null")
	j.raw("agent", `{"agentType":"notAgentic","parentAppId":""}`)
	j.raw("status", "{")
	j.num("errorCode", s.Code.Number)
	j.str("failureReason", s.Code.Reason)
	additional := s.Code.Additional
	if s.Code == success {
		additional = s.MFA
	}
	j.strOrNull("additionalDetails", additional)
	j.close('}')
	s.deviceDetail(j, c)
	j.raw("location", "{")
	j.str("city", place.City)
	j.str("state", place.State)
	j.str("countryOrRegion", place.Country)
	j.raw("geoCoordinates", "{")
	j.raw("altitude", "null")
	j.key("latitude")
	j.b = strconv.AppendFloat(j.b, place.Latitude, 'f', -1, 64)
	j.key("longitude")
	j.b = strconv.AppendFloat(j.b, place.Longitude, 'f', -1, 64)
	j.close('}')
	j.close('}')
	s.appliedPolicies(j, monitor)
	j.raw("authenticationContextClassReferences", "[]")
	j.raw("authenticationProcessingDetails", `[{"key":"Legacy TLS (TLS 1.0, 1.1, 3DES)","value":"False"},{"key":"Is CAE Token","value":"False"}]`)
	if s.From.Network != nil && s.From.Network.Office {
		j.raw("networkLocationDetails", "[")
		j.open('{')
		j.str("networkType", "trustedNamedLocation")
		j.raw("networkNames", "[")
		j.value(s.From.Network.Name)
		j.close(']')
		j.close('}')
		j.close(']')
	} else {
		j.raw("networkLocationDetails", "[]")
	}
	j.raw("authenticationDetails", "[")
	for _, step := range s.steps() {
		j.open('{')
		j.str("authenticationStepDateTime", zulu(step.time))
		j.str("authenticationMethod", step.method)
		j.strOrNull("authenticationMethodDetail", step.detail)
		j.bool("succeeded", step.succeeded)
		j.str("authenticationStepResultDetail", step.result)
		j.str("authenticationStepRequirement", step.requirement)
		j.close('}')
	}
	j.close(']')
	if requirement == "multiFactorAuthentication" {
		j.raw("authenticationRequirementPolicies", `[{"requirementProvider":"multiConditionalAccess","detail":"Conditional Access"}]`)
	} else {
		j.raw("authenticationRequirementPolicies", "[]")
	}
	j.raw("sessionLifetimePolicies", "[]")
	j.raw("privateLinkDetails", `{"policyId":"","policyName":"","resourceId":"","policyTenantId":""}`)
	j.raw("appliedEventListeners", "[]")
	j.raw("authenticationAppPolicyEvaluationDetails", "[]")
	j.raw("managedServiceIdentity", "{")
	msiType, resource := "none", ""
	if s.Principal != nil && s.Principal.Managed {
		msiType, resource = s.Principal.msiType, s.Principal.resourceID
	}
	j.str("msiType", msiType)
	j.strOrNull("associatedResourceId", resource)
	j.raw("federatedTokenId", "null")
	j.raw("federatedTokenIssuer", "null")
	j.close('}')
	j.raw("tokenProtectionStatusDetails", "{")
	j.str("signInSessionStatus", s.tokenProtection())
	j.raw("signInSessionStatusCode", "null")
	j.close('}')
	j.close('}')
}

var eventTypes = map[Category]string{
	Interactive: `["interactiveUser"]`, NonInteractive: `["nonInteractiveUser"]`,
	ServicePrincipal: `["servicePrincipal"]`, ManagedIdentity: `["managedIdentity"]`,
}

func zeroEmpty(g GUID) string {
	if g == (GUID{}) {
		return ""
	}
	return g.String()
}

func (s *SignIn) deviceDetail(j *jsonText, c *Client) {
	j.raw("deviceDetail", "{")
	d := c.Device
	if d == nil {
		d = &Device{}
		j.str("deviceId", "")
	} else {
		j.guid("deviceId", d.ID)
	}
	j.str("displayName", d.Name)
	j.str("operatingSystem", c.OS)
	j.str("browser", c.Browser)
	j.bool("isCompliant", d.Compliant)
	j.bool("isManaged", d.Managed)
	j.str("trustType", d.Trust)
	j.close('}')
}

// appliedPolicies is empty where Conditional Access was not reached.
func (s *SignIn) appliedPolicies(j *jsonText, monitor bool) {
	j.raw("appliedConditionalAccessPolicies", "[")
	if s.Person != nil && !s.Code.beforeAccess {
		for _, p := range policies {
			result, satisfied, not := p.evaluate(s)
			j.open('{')
			j.guid("id", p.ID)
			j.str("displayName", p.Name)
			j.raw("enforcedGrantControls", `["`+p.Grant+`"]`)
			j.raw("enforcedSessionControls", "[]")
			j.raw("sessionControlsNotSatisfied", "[]")
			j.str("result", result)
			if monitor {
				j.num("conditionsSatisfied", conditionBits(satisfied))
				j.num("conditionsNotSatisfied", conditionBits(not))
			} else {
				j.str("conditionsSatisfied", satisfied)
				j.str("conditionsNotSatisfied", not)
			}
			j.raw("authenticationStrength", "null")
			j.raw("includeRulesSatisfied", "[]")
			j.raw("excludeRulesSatisfied", "[]")
			j.close('}')
		}
	}
	j.close(']')
}

// conditionBits is how Azure Monitor writes a list of conditions.
// https://learn.microsoft.com/graph/api/resources/appliedconditionalaccesspolicy
func conditionBits(list string) (bits int) {
	for name := range strings.SplitSeq(list, ",") {
		bits |= map[string]int{"application": 1, "users": 2, "location": 8, "clientType": 16, "ipAddressSeenByAzureAD": 512}[name]
	}
	return bits
}
