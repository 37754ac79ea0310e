package ingest

import (
	"fmt"
	"slices"
	"strings"
)

// others are what responders hold beside logs, by names that the records have:
// so the refusal can say what a file is. The first that fits counts.
var others = []struct {
	names []string // lower case, without blanks
	what  string
}{
	{[]string{"appid", "serviceprincipaltype"}, "a list of service principals"},
	{[]string{"appid", "serviceprincipalnames"}, "a list of service principals"},
	{[]string{"appid", "approleassignmentrequired"}, "a list of service principals"},
	{[]string{"userprincipalname", "accountenabled"}, "a list of users"},
	{[]string{"userprincipalname", "userregistrationdetails"}, "a list of users' authentication methods"},
	{[]string{"userprincipalname", "ismfaregistered"}, "a list of users' authentication methods"},
	{[]string{"userprincipalname", "assignedlicenses"}, "a list of users"},
	{[]string{"userprincipalname", "mail", "displayname"}, "a list of users"},
	{[]string{"userprincipalname", "createddatetime"}, "a list of users"},
	{[]string{"appid", "signinaudience"}, "a list of applications"},
	{[]string{"appid", "passwordcredentials"}, "a list of applications"},
	{[]string{"appid", "displayname", "createddatetime"}, "a list of applications"},
	{[]string{"consenttype", "clientid", "scope"}, "a list of OAuth permission grants"},
	{[]string{"consenttype", "clientobjectid"}, "a list of OAuth permission grants"},
	{[]string{"approleid", "principalid"}, "a list of app role assignments"},
	{[]string{"grouptypes", "securityenabled"}, "a list of groups"},
	{[]string{"deviceid", "operatingsystem", "trusttype"}, "a list of devices"},
	{[]string{"grantcontrols", "conditions", "sessioncontrols"}, "a list of Conditional Access policies"},
	{[]string{"ruleidentity", "mailboxownerid"}, "a list of inbox rules"},
	{[]string{"accessrights", "identity", "user"}, "a list of mailbox permissions"},
}

// otherThing says what a record with these names is that is no log; "" for nothing known.
func otherThing(names []string) string {
	has := map[string]bool{}
	for _, n := range names {
		has[strings.ToLower(strings.Join(strings.Fields(n), ""))] = true
	}
	for _, o := range others {
		all := true
		for _, n := range o.names {
			all = all && has[n]
		}
		if all {
			return fmt.Sprintf("%s, which is no log: nothing is read from it", o.what)
		}
	}
	return ""
}

// neverInSignIns are names that directory objects have and sign-ins have not,
// whatever else they have in common.
var neverInSignIns = []string{"accountenabled", "serviceprincipaltype", "signinaudience", "passwordcredentials", "assignedlicenses", "grouptypes"}

// isDirectoryObject tells a user, group, application, service principal or device.
func isDirectoryObject(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return slices.Contains(neverInSignIns, strings.ToLower(strings.Join(strings.Fields(n), "")))
	})
}
