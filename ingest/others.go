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
	{[]string{"userprincipalname", "userregistrationdetails"}, "a list of users' authentication methods"},
	{[]string{"userprincipalname", "createddatetime"}, "a list of users"},
	{[]string{"roletemplateid", "displayname"}, "a list of the directory's roles, without who has them"},
	{[]string{"rolepermissions", "isbuiltin"}, "a list of the directory's roles, without who has them"},
	{[]string{"skuid", "capabilitystatus"}, "a list of licences"},
	{[]string{"skupartnumber", "consumedunits"}, "a list of licences"},
	{[]string{"currentscore", "maxscore", "controlscores"}, "Microsoft's secure score"},
	{[]string{"consenttype", "clientobjectid"}, "a list of OAuth permission grants"},
}

// strangers are logs of other products, by names that the records have.
var strangers = []struct {
	names []string // lower case, without blanks
	what  string
}{
	{[]string{"eventsource", "eventname", "awsregion"}, "a log of AWS CloudTrail"},
	{[]string{"awsaccountid", "digests3bucket"}, "a digest of AWS CloudTrail"},
	{[]string{"eventtype", "displaymessage", "outcome"}, "a log of Okta"},
	{[]string{"eventtype", "actor", "published", "outcome"}, "a log of Okta"},
	{[]string{"actor", "events", "kind", "etag"}, "a log of Google Workspace"},
	{[]string{"actor", "events", "id", "ownerdomain"}, "a log of Google Workspace"},
	{[]string{"date", "event", "description", "actor", "ipaddress"}, "a log of Google Workspace"},
	{[]string{"protopayload", "logname"}, "a log of Google Cloud"},
	{[]string{"insertid", "logname", "resource"}, "a log of Google Cloud"},
	{[]string{"receivetime", "serialnumber", "threat/contenttype"}, "a log of a Palo Alto firewall"},
	{[]string{"sourceaddress", "destinationaddress", "natsourceip"}, "a log of a firewall"},
	{[]string{"srcip", "dstip", "srcport", "dstport"}, "a log of a firewall"},
	{[]string{"src_ip", "dest_ip", "src_port", "dest_port"}, "a log of a firewall or a network sensor"},
	{[]string{"id.orig_h", "id.resp_h"}, "a log of Zeek"},
	{[]string{"eventid", "providername", "computer", "channel"}, "an event log of a Windows computer"},
	{[]string{"eventid", "provider", "computer", "channel"}, "an event log of a Windows computer"},
	{[]string{"eventid", "logname", "machinename"}, "an event log of a Windows computer"},
	{[]string{"eventid", "channel", "computer", "ruletitle"}, "a timeline of Hayabusa"},
	{[]string{"timestamp_desc", "datetime", "parser"}, "a timeline of Plaso"},
	{[]string{"timestamp_desc", "datetime", "source"}, "a timeline of Plaso"},
	{[]string{"deviceid", "devicename", "actiontype", "reportid"}, "a table of Defender for Endpoint, about devices"},
	{[]string{"networkmessageid", "url", "urldomain"}, "Defender's table EmailUrlInfo, which is not read"},
	{[]string{"networkmessageid", "filename", "filetype", "sha256"}, "Defender's table EmailAttachmentInfo, which is not read"},
	{[]string{"networkmessageid", "actiontrigger", "actionresult"}, "Defender's table EmailPostDeliveryEvents, which is not read"},
	{[]string{"actiontype", "querytype", "querytarget"}, "Defender's table IdentityQueryEvents, which is not read"},
	{[]string{"actiontype", "targetaccountupn", "destinationdevicename"}, "Defender's table IdentityDirectoryEvents, which is not read"},
	{[]string{"txid", "access_device", "auth_device"}, "a log of Duo"},
	{[]string{"@timestamp", "action", "actor", "org"}, "a log of GitHub"},
	{[]string{"flowlogversion", "flowrecords"}, "a flow log of an Azure network"},
}

// otherThing says what a record with these names is that is no log of Microsoft 365 or
// Entra ID; "" for nothing known.
func otherThing(names []string) string {
	has := map[string]bool{}
	for _, n := range names {
		has[strings.ToLower(strings.Join(strings.Fields(n), ""))] = true
	}
	hasAll := func(names []string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return !has[n] })
	}
	for _, o := range others {
		if hasAll(o.names) {
			return fmt.Sprintf("%s, which is no log: nothing is read from it", o.what)
		}
	}
	for _, s := range strangers {
		if hasAll(s.names) {
			return s.what + ": " + noneOfIts
		}
	}
	return ""
}

// neverInSignIns are names that directory objects, requests and grants have and sign-ins
// have not, whatever else they have in common.
var neverInSignIns = []string{
	"accountenabled", "serviceprincipaltype", "signinaudience", "passwordcredentials", "assignedlicenses", "grouptypes", "mail",
	"principalid", "roledefinitionid", "consenttype", "pendingscopes", "skuid", "keyid", "decision", "createdby", "permission", "scope",
	"completeddatetime", "deleteddatetime", "modifieddatetime", "lastmodifieddatetime", "expirationdatetime", "enddatetime",
}

// isDirectoryObject tells a user, group, application, service principal or device, or what
// was asked for or granted to one.
func isDirectoryObject(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return slices.Contains(neverInSignIns, strings.ToLower(strings.Join(strings.Fields(n), "")))
	})
}
