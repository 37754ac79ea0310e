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
	{[]string{"messagetraceid", "event", "detail"}, "what happened to single messages on their way (Get-MessageTraceDetail), without senders"},
	{[]string{"timestamp", "user", "action", "sessionid", "operationcount"}, "what Microsoft-Extractor-Suite worked out from the unified audit log (Get-Sessions)"},
	{[]string{"timestamp", "user", "sessionid", "internetmessageid", "sizeinbytes"}, "what Microsoft-Extractor-Suite worked out from the unified audit log (Get-MessageIDs)"},
	{[]string{"contenturi", "contentid"}, "a list of what the Management API has to fetch, whose records are at each contentUri"},
	{[]string{"contenttype", "status", "webhook"}, "a list of subscriptions to the Management API"},
	{[]string{"mailboxresolvedownername", "lastaccessed"}, "a list of mailboxes that have audit records, without these (Search-MailboxAuditLog without -ShowDetails)"},
	{[]string{"internetmessageid", "torecipients", "receiveddatetime"}, "a list of the messages in a mailbox"},
	{[]string{"algorithm", "hash", "path"}, "a list of checksums (Get-FileHash)"},
	{[]string{"connectortype", "senderdomains"}, "a list of Exchange's connectors"},
	{[]string{"isenabled", "displayname", "description"}, "a policy of the tenant, such as its security defaults"},
	{[]string{"recipientdomains", "smarthosts"}, "a list of Exchange's connectors"},
	{[]string{"domainname", "autoreplyenabled"}, "a list of Exchange's remote domains"},
	{[]string{"identity", "autoreplystate"}, "a list of automatic replies"},
	{[]string{"deviceid", "devicemodel", "firstsynctime"}, "a list of the phones that synchronise mailboxes"},
	{[]string{"totalitemsize", "itemcount"}, "statistics of mailboxes"},
	{[]string{"folderpath", "itemsinfolder"}, "statistics of a mailbox's folders"},
	{[]string{"owaenabled", "popenabled"}, "a list of the protocols that mailboxes allow"},
	{[]string{"mailboxsettings", "userprincipalname"}, "a list of mailboxes' settings"},
	{[]string{"safelinksenabled", "identity"}, "the policies of Defender for Office 365"},
	{[]string{"spamaction", "highconfidencespamaction"}, "the policies of Exchange Online Protection"},
	{[]string{"recordtype", "amount"}, "a count of records by kind"},
	{[]string{"workload", "amount"}, "a count of records by kind"},
}

// requestsOfB2C names no user, and addresses only as hashes.
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/aadb2crequestlogs
const requestsOfB2C = "the requests to the gateway of Azure AD B2C (B2CRequestLogs), which name no user and no address: nothing is read from them; the sign-ins of B2C are in the category SignInLogs"

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
	{[]string{"kind", "items"}, "an answer of an API of Google"},
	{[]string{"protopayload", "logname"}, "a log of Google Cloud"},
	{[]string{"insertid", "logname", "resource"}, "a log of Google Cloud"},
	{[]string{"receivetime", "threat/contenttype"}, "a log of a Palo Alto firewall"},
	{[]string{"sourceaddress", "destinationaddress", "natsourceip"}, "a log of a firewall"},
	{[]string{"srcip", "dstip", "srcport", "dstport"}, "a log of a firewall"},
	{[]string{"src_ip", "dest_ip", "src_port", "dest_port"}, "a log of a firewall or a network sensor"},
	{[]string{"id.orig_h", "id.resp_h"}, "a log of Zeek"},
	{[]string{"eventid", "providername", "computer", "channel"}, "an event log of a Windows computer"},
	{[]string{"eventid", "provider", "computer", "channel"}, "an event log of a Windows computer"},
	{[]string{"eventid", "logname", "machinename"}, "an event log of a Windows computer"},
	{[]string{"eventid", "taskcategory", "source"}, "an event log of a Windows computer"},
	{[]string{"eventid", "channel", "computer", "ruletitle"}, "a timeline of Hayabusa"},
	{[]string{"timestamp_desc", "datetime", "parser"}, "a timeline of Plaso"},
	{[]string{"timestamp_desc", "datetime", "source"}, "a timeline of Plaso"},
	{[]string{"deviceid", "devicename", "actiontype", "reportid"}, "a table of Defender for Endpoint, about devices"},
	{[]string{"accountobjectid", "accountupn", "isaccountenabled"}, "Defender's table IdentityInfo, which is not read"},
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
	if hasAll([]string{"aadtenantid", "operationname", "resultsignature", "calleripaddress"}) {
		return requestsOfB2C
	}
	for _, o := range others {
		if hasAll(o.names) {
			return noLog(o.what)
		}
	}
	for _, s := range strangers {
		if hasAll(s.names) {
			if strings.HasSuffix(s.what, notRead) {
				return s.what
			}
			return s.what + ": " + noneOfIts
		}
	}
	return ""
}

// notRead ends what is a log of Microsoft 365 nevertheless.
const notRead = ", which is not read"

func noLog(what string) string {
	return fmt.Sprintf("%s, which is no log: nothing is read from it", what)
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
