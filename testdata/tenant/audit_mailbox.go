package tenant

import (
	"fmt"
	"strconv"
	"strings"
)

var subjects = []string{
	"Weekly planning", "Re: Weekly planning", "Invoice 2026-0917", "Re: Invoice 2026-0917", "Quarter close: open items",
	"Lunch on Thursday?", "Updated offer for Northwind", "FW: Delivery delay", "Team photo", "Purchase order 44817",
	"Re: Contract review", "Travel approval", "\"Final\" draft", "Änderung der Lieferadresse", "請求書について",
}

func clientInfo(s *SignIn) string {
	switch s.App {
	case outlookMobile:
		return "Client=OutlookService;Outlook-iOS/2.0;"
	case officeDesktop, teams:
		return "Client=MSExchangeRPC"
	case rogueApp:
		return "Client=REST;Client=RESTSystem;;"
	}
	if strings.HasPrefix(s.Client.UserAgent, "axios") {
		return "Client=REST;Client=RESTSystem;" + s.Client.UserAgent + ";"
	}
	return "Client=OWA;" + s.Client.UserAgent + ";"
}

// mailboxCommon are the properties that every record of mailbox auditing has.
func mailboxCommon(j *jsonText, e *AuditEvent, clientIP bool) {
	owner := e.mailbox()
	if clientIP {
		j.str("ClientIP", e.IP)
	}
	j.str("UserId", e.UserID())
	j.str("AppId", exchange.ID)
	j.str("AuthType", "Bearer")
	j.str("ClientAppId", e.SignIn.App.ID)
	j.str("ClientIPAddress", e.IP)
	j.str("ClientInfoString", clientInfo(e.SignIn))
	j.bool("ExternalAccess", false)
	j.num("InternalLogonType", 0)
	logon := 0
	if owner != e.Actor {
		logon = 2
	}
	j.num("LogonType", logon)
	j.str("LogonUserSid", e.Actor.sid)
	j.guid("MailboxGuid", owner.mailbox)
	j.str("MailboxOwnerSid", owner.sid)
	j.str("MailboxOwnerUPN", owner.mailName)
}

// mailboxEnd follows; the line break in the server's name is the service's.
func mailboxEnd(j *jsonText, e *AuditEvent) {
	j.str("OrganizationName", onMicrosoft)
	j.raw("OriginatingServer", `"`+server(e.Detail)+`\u000d\u000a"`)
	j.guid("SessionId", e.SignIn.Session)
	j.guid("TokenObjectId", e.Actor.ID)
	j.str("TokenTenantId", TenantID)
}

func messageID(n uint64) string {
	return fmt.Sprintf("<AM0PR04MB%016X%08X@AM0PR04MB%04d.eurprd04.prod.outlook.com>", n*0x9E3779B97F4A7C15, uint32(n>>7), 1000+n%9000)
}

// itemID is an id of Exchange's, with the two characters that get escaped.
func itemID(n uint64) string { return fmt.Sprintf("RgAAAAB%016x/x%08X+AAA", n, uint32(n>>11)) }

func folderID(n uint64) string { return fmt.Sprintf("LgAAAAB%08x/nRYtLasJf5rbbAAAB", uint32(n)) }

// messagesRead is how many messages a Bind record lists.
func (e *AuditEvent) messagesRead() int { return 1 + int(e.Detail>>3%4) }

func mailReadBody(j *jsonText, e *AuditEvent) {
	mailboxCommon(j, e, false)
	j.raw("OperationProperties", "[")
	j.pair("MailAccessType", "Bind")
	j.pair("IsThrottled", "False")
	j.close(']')
	mailboxEnd(j, e)
	j.raw("Folders", "[")
	j.open('{')
	j.raw("FolderItems", "[")
	for i := range e.messagesRead() {
		n := e.Detail + uint64(i)*977
		j.open('{')
		j.str("Id", itemID(n))
		j.str("InternetMessageId", messageID(n))
		j.num("SizeInBytes", 9000+int(n%180000))
		j.close('}')
	}
	j.close(']')
	j.str("Id", folderID(uint64(e.mailbox().ID[0])))
	j.str("Path", `\Inbox`)
	j.close('}')
	j.close(']')
	j.num("OperationCount", e.messagesRead())
}

func mailSyncBody(j *jsonText, e *AuditEvent) {
	mailboxCommon(j, e, false)
	j.raw("OperationProperties", "[")
	j.pair("MailAccessType", "Sync")
	j.pair("IsThrottled", "False")
	j.close(']')
	mailboxEnd(j, e)
	j.raw("Item", "{")
	j.str("Id", folderID(uint64(e.mailbox().ID[0])))
	j.raw("ParentFolder", "{")
	j.str("Id", folderID(uint64(e.mailbox().ID[0])))
	j.str("Name", "Inbox")
	j.str("Path", e.item([]string{`\Inbox`, `\Sent Items`, `\Inbox\Suppliers`}))
	j.close('}')
	j.close('}')
}

func itemBody(j *jsonText, e *AuditEvent) {
	mailboxCommon(j, e, true)
	mailboxEnd(j, e)
	j.raw("Item", "{")
	j.str("Id", itemID(e.Detail))
	j.str("InternetMessageId", messageID(e.Detail))
	j.raw("ParentFolder", "{")
	j.str("Id", folderID(uint64(e.mailbox().ID[1])))
	j.str("Path", `\Drafts`)
	j.close('}')
	j.str("Subject", e.item(subjects))
	j.close('}')
}

func groupBody(j *jsonText, e *AuditEvent) {
	mailboxCommon(j, e, true)
	mailboxEnd(j, e)
	parent, path := folderID(uint64(e.mailbox().ID[2])), `\Inbox`
	switch {
	case e.Kind.Operation == "HardDelete":
		path = `\Recoverable Items\Deletions`
	case e.Kind.Operation == "MoveToDeletedItems" && e.Item != "":
		path = `\Sent Items`
	}
	j.raw("AffectedItems", "[")
	j.open('{')
	j.str("Id", itemID(e.Detail))
	j.str("InternetMessageId", messageID(e.Detail))
	j.raw("ParentFolder", "{")
	j.str("Id", parent)
	j.str("Path", path)
	j.close('}')
	j.str("Subject", e.item(subjects))
	j.close('}')
	j.close(']')
	j.bool("CrossMailboxOperation", false)
	if e.Kind.Operation == "MoveToDeletedItems" {
		j.raw("DestFolder", "{")
		j.str("Id", folderID(uint64(e.mailbox().ID[3])))
		j.str("Path", `\Deleted Items`)
		j.close('}')
	}
	j.raw("Folder", "{")
	j.str("Id", parent)
	j.str("Path", path)
	j.close('}')
}

// rulesBody is a rule as Outlook stores it in the mailbox.
func rulesBody(j *jsonText, e *AuditEvent) {
	mailboxCommon(j, e, true)
	operation, name, condition := "ModifyMailboxRule", "Newsletters", `{(Exists(ItemClass))}`
	actions := `[{"ActionType":"Move","FolderName":"Newsletters"}]`
	if e.Item != "" {
		operation, name = "AddMailboxRule", e.Item
		condition = `{(Or({(SubString(Subject, invoice, IgnoreCase))}, {(SubString(Body, invoice, IgnoreCase))}))}`
		actions = `[{"ActionType":"Move","FolderName":"RSS Feeds"},{"ActionType":"MarkAsRead"},{"ActionType":"StopProcessingRules"}]`
	}
	j.raw("OperationProperties", "[")
	j.pair("RuleOperation", operation)
	j.pair("RuleId", strconv.Itoa(-int(e.Detail%9000000)))
	j.pair("RuleState", "Enabled")
	j.pair("RuleCondition", condition)
	j.pair("RuleName", name)
	j.pair("RuleProvider", "RuleOrganizer")
	j.pair("RuleActions", actions)
	j.close(']')
	mailboxEnd(j, e)
	j.raw("Item", "{")
	j.str("Id", itemID(e.Detail))
	j.raw("ParentFolder", "{")
	j.str("Id", folderID(uint64(e.mailbox().ID[0])))
	j.str("Name", "Inbox")
	j.str("Path", `\Inbox`)
	j.close('}')
	j.close('}')
}
