package tenant

import (
	"fmt"
	"strconv"
	"strings"
)

// appendAuditData writes the record's AuditData: one line of JSON, slashes
// escaped, the common properties first.
func (e *AuditEvent) appendAuditData(b []byte) []byte {
	j := &jsonText{b: b, escapeSlash: true}
	k := e.Kind
	// Not j.open: what stands before in b is none of this text's business.
	j.b = append(j.b, '{')
	if e.HasToken() {
		e.tokenClaims(j)
	}
	j.key("CreationTime")
	j.b = append(j.b, '"')
	j.b = appendTime(j.b, e.Time)
	j.b = append(j.b, '"')
	j.guid("Id", e.ID)
	j.str("Operation", k.Operation)
	j.str("OrganizationId", TenantID)
	j.num("RecordType", k.RecordType)
	if result := k.Result; result != "" {
		if k == userLoginFailed && e.Detail%3 > 0 {
			result = "Success" // the field is known not to be reliable
		}
		j.str("ResultStatus", result)
	}
	e.actor(j)
	j.num("Version", 1)
	j.str("Workload", e.workload())
	k.body(j, e)
	j.close('}')
	return j.b
}

// AuditData is the record as the service exports it.
func (e *AuditEvent) AuditData() string { return string(e.appendAuditData(nil)) }

func (e *AuditEvent) workload() string {
	if e.Kind.Workload == "SharePoint" && e.Kind.RecordType == sharePointFile && e.Item == "" && e.Detail%5 < 2 {
		return "OneDrive"
	}
	return e.Kind.Workload
}

// tokenClaims is the block that ties workload activity to the sign-in.
// https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
func (e *AuditEvent) tokenClaims(j *jsonText) {
	j.key("AppAccessContext")
	j.open('{')
	// Exchange cmdlets carry the session outside of this block.
	if e.Kind.RecordType != exchangeAdmin {
		j.guid("AADSessionId", e.SignIn.Session)
	}
	switch e.Kind.Workload {
	case "Exchange":
		j.str("ClientAppId", e.SignIn.App.ID)
	default:
		j.str("ClientAppId", e.SignIn.App.ID)
		j.str("ClientAppName", e.SignIn.App.Name)
		j.guid("CorrelationId", e.derived("correlation"))
	}
	j.key("IssuedAtTime")
	j.b = append(j.b, '"')
	j.b = appendTime(j.b, e.SignIn.Time)
	j.b = append(j.b, '"')
	j.key("UniqueTokenId")
	j.b = append(j.b, '"')
	j.b = e.SignIn.ID.appendTokenID(j.b)
	j.b = append(j.b, '"')
	j.close('}')
}

func (e *AuditEvent) actor(j *jsonText) {
	if e.Actor == nil {
		j.str("UserKey", e.Kind.system)
		j.num("UserType", 3)
		return
	}
	userType := 0
	key := e.Actor.puid
	switch e.Kind.RecordType {
	case exchangeAdmin:
		userType = 2
	case directoryRecord:
		key += "@" + onMicrosoft
	case logonRecord:
		key = e.Actor.ID.String()
	case sharePointRecord, sharePointFile, sharingRecord:
		key = "i:0h.f|membership|" + strings.ToLower(key) + "@live.com"
	}
	if e.Actor.Guest && userType == 0 {
		userType = 10
	}
	j.str("UserKey", key)
	j.num("UserType", userType)
}

// derived is a GUID that belongs to the record.
func (e *AuditEvent) derived(what string) GUID {
	g := e.ID
	for i := range g {
		g[i] = g[i]*31 + what[i%len(what)]
	}
	return g
}

func (e *AuditEvent) mailbox() *Person {
	if e.Target != nil {
		return e.Target
	}
	return e.Actor
}

// item draws one of a list, unless the event says which.
func (e *AuditEvent) item(list []string) string {
	if e.Item != "" {
		return e.Item
	}
	return list[e.Detail%uint64(len(list))]
}

// withPort is a client address as Exchange cmdlets write it.
func withPort(ip string, detail uint64) string {
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(1024+int(detail>>20%60000))
}

func server(detail uint64) string {
	return fmt.Sprintf("AM0PR04MB%04d (15.20.9137.%03d)", 1000+detail>>8%9000, detail>>24%30)
}

// Sign-ins.

func logonBody(j *jsonText, e *AuditEvent) {
	s := e.SignIn
	j.str("ClientIP", e.IP)
	j.str("ObjectId", s.Resource.ID)
	j.str("UserId", e.UserID())
	j.num("AzureActiveDirectoryEventType", 1)
	j.key("ExtendedProperties")
	j.open('[')
	result, request := "Success", "OAuth2:Authorize"
	switch {
	case s.Code == success && s.Category == NonInteractive:
		request = "OAuth2:Token"
	case s.Code == success:
		result = "Redirect"
	case s.Code.beforeAccess:
		result, request = "UserError", "Login:login"
	}
	j.pair("ResultStatusDetail", result)
	j.pair("UserAgent", s.Client.UserAgent)
	method := "1"
	if s.Client.Device != nil {
		method = "16457"
	}
	j.pair("UserAuthenticationMethod", method)
	j.pair("RequestType", request)
	j.close(']')
	j.raw("ModifiedProperties", "[]")
	j.raw("Actor", "[")
	j.typedID(s.Person.ID.String(), 0)
	j.typedID(s.Person.UPN, 5)
	j.close(']')
	j.str("ActorContextId", s.homeTenant())
	j.str("ActorIpAddress", e.IP)
	j.guid("InterSystemsId", s.Correlation)
	j.guid("IntraSystemId", s.ID)
	j.str("SupportTicketId", "")
	j.raw("Target", "[")
	j.typedID(s.Resource.ID, 0)
	j.close(']')
	j.str("TargetContextId", TenantID)
	j.str("ApplicationId", s.App.ID)
	j.raw("DeviceProperties", "[")
	if dev := s.Client.Device; dev != nil {
		j.pair("Id", dev.ID.String())
		j.pair("DisplayName", dev.Name)
		j.pair("OS", dev.OS)
		j.pair("BrowserType", strings.Fields(s.Client.Browser)[0])
		j.pair("TrustType", strconv.Itoa(trustType(dev)))
		j.pair("IsCompliantAndManaged", "True")
	} else {
		j.pair("OS", s.Client.OS)
		j.pair("BrowserType", "Other")
		j.pair("IsCompliantAndManaged", "False")
	}
	if s.Session != (GUID{}) {
		j.pair("SessionId", s.Session.String())
	}
	j.close(']')
	j.str("ErrorNumber", strconv.Itoa(s.Code.Number))
	if s.Code.LogonError != "" {
		j.str("LogonError", s.Code.LogonError)
	}
}

func trustType(d *Device) int {
	switch d.Trust {
	case "Hybrid Azure AD joined":
		return 2
	case "Azure AD joined":
		return 1
	}
	return 0
}

func (j *jsonText) typedID(id string, kind int) {
	j.open('{')
	j.str("ID", id)
	j.num("Type", kind)
	j.close('}')
}

// Exchange mailboxes.

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

// Exchange cmdlets.

const organizationUnit = "EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + onMicrosoft

func cmdletBody(j *jsonText, e *AuditEvent, object string, parameters func()) {
	if e.IP != "" {
		j.str("ClientIP", withPort(e.IP, e.Detail))
	}
	j.str("ObjectId", object)
	j.str("UserId", e.UserID())
	app := ""
	if e.Actor != nil {
		app = exchange.ID
	}
	j.str("AppId", app)
	j.str("ClientAppId", "")
	j.bool("ExternalAccess", e.Actor == nil)
	j.str("OrganizationName", onMicrosoft)
	j.str("OriginatingServer", server(e.Detail))
	j.raw("Parameters", "[")
	parameters()
	j.close(']')
	if e.Actor != nil {
		j.guid("RequestId", e.derived("request"))
		j.guid("SessionId", e.SignIn.Session)
	}
}

// RuleKeyword is what the intruder's inbox rule hides.
const RuleKeyword = "invoice"

// ruleBody is the intruder's rule where the event names it, else one of those
// that people make.
func ruleBody(j *jsonText, e *AuditEvent) {
	name := e.item([]string{"Newsletters", "Suppliers", "Build results"})
	cmdletBody(j, e, organizationUnit+"/"+e.Actor.ID.String()+`\`+name, func() {
		j.pair("AlwaysDeleteOutlookRulesBlob", "False")
		j.pair("Force", "False")
		j.pair("Name", name)
		if e.Item == "" {
			j.pair("FromAddressContainsWords", "@northwind.example")
			j.pair("MoveToFolder", name)
			return
		}
		j.pair("SubjectOrBodyContainsWords", RuleKeyword+";payment;bank account")
		j.pair("MoveToFolder", "RSS Feeds")
		j.pair("MarkAsRead", "True")
		j.pair("StopProcessingRules", "True")
	})
}

func autoReplyBody(j *jsonText, e *AuditEvent) {
	cmdletBody(j, e, e.Actor.ID.String(), func() {
		j.pair("Identity", e.Actor.mailName)
		j.pair("AutoReplyState", [2]string{"Enabled", "Disabled"}[e.Detail%2])
	})
}

func forwardBody(j *jsonText, e *AuditEvent) {
	cmdletBody(j, e, e.Actor.ID.String(), func() {
		j.pair("Identity", organizationUnit+"/"+e.Actor.ID.String())
		j.pair("ForwardingSmtpAddress", "smtp:"+e.Item)
		j.pair("DeliverToMailboxAndForward", "True")
	})
}

func noiseBody(j *jsonText, e *AuditEvent) {
	object := organizationUnit + "/" + e.Target.ID.String()
	cmdletBody(j, e, object, func() {
		switch e.Kind.Operation {
		case "Set-Mailbox":
			j.pair("RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)")
			j.pair("Force", "True")
			j.pair("ProhibitSendQuota", "99 GB (106,300,440,576 bytes)")
			j.pair("RecoverableItemsWarningQuota", "20 GB (21,474,836,480 bytes)")
			j.pair("UseDatabaseQuotaDefaults", "False")
			j.pair("IssueWarningQuota", "90 GB (96,636,764,160 bytes)")
			j.pair("ProhibitSendReceiveQuota", "100 GB (107,374,182,400 bytes)")
		case "Set-User":
			j.pair("SyncMailboxLocationGuids", "True")
			j.pair("ErrorAction", "Stop")
			j.pair("WarningAction", "SilentlyContinue")
		case "Add-MailboxPermission":
			j.pair("User", organizationUnit+"/Discovery Management")
			j.pair("AccessRights", "FullAccess")
		default:
			j.pair("DomainController", "")
			j.pair("IgnoreDehydratedFlag", "True")
		}
		j.pair("Identity", object)
	})
}

// SharePoint, OneDrive and Teams.

var files = []string{
	"Budget 2026.xlsx", "Board minutes September.docx", "Price list.xlsx", "Supplier contacts.xlsx", "Project plan.mpp",
	"Holiday calendar.xlsx", "Onboarding.pptx", "Contract Northwind.pdf", "Warehouse layout.vsdx", "Café menu.docx", "R&D roadmap.pptx",
}

func (e *AuditEvent) site() string {
	if e.workload() == "OneDrive" {
		name := strings.NewReplacer(".", "_", "@", "_").Replace(e.Actor.UPN)
		return "https://contoso-my.sharepoint.com/personal/" + name + "/"
	}
	return "https://contoso.sharepoint.com/sites/" + [4]string{"Finance", "Sales", "Engineering", "Everyone"}[e.siteNumber()] + "/"
}

func (e *AuditEvent) siteNumber() uint64 {
	if e.Item != "" {
		return 0
	}
	return e.Detail >> 5 % 4
}

func sharePointCommon(j *jsonText, e *AuditEvent, object, itemType string) {
	j.str("ClientIP", e.IP)
	j.str("ObjectId", object)
	j.str("UserId", e.UserID())
	j.str("ApplicationId", e.SignIn.App.ID)
	j.str("AuthenticationType", "OAuth")
	j.str("BrowserName", strings.Fields(e.SignIn.Client.Browser + " Unknown")[0])
	j.guid("CorrelationId", e.derived("correlation"))
	j.str("EventSource", "SharePoint")
	j.bool("IsManagedDevice", e.SignIn.Client.compliant())
	j.str("ItemType", itemType)
	j.guid("ListId", fixedList[e.siteNumber()])
	j.guid("ListItemUniqueId", e.derived("item"))
	j.str("Platform", "WinDesktop")
	j.guid("Site", fixedSite[e.siteNumber()])
	j.str("UserAgent", e.SignIn.Client.UserAgent)
	j.guid("WebId", fixedWeb[e.siteNumber()])
}

var fixedList, fixedSite, fixedWeb = fourGUIDs("list"), fourGUIDs("site"), fourGUIDs("web")

func fourGUIDs(what string) (g [4]GUID) {
	for i := range g {
		g[i] = fixedGUID(what, i)
	}
	return g
}

func fileBody(j *jsonText, e *AuditEvent) {
	site, name := e.site(), e.item(files)
	folder := "Shared Documents"
	if e.workload() == "OneDrive" {
		folder = "Documents"
	}
	sharePointCommon(j, e, site+folder+"/"+name, "File")
	j.bool("HighPriorityMediaProcessing", false)
	j.num("FileSizeBytes", 20000+int(e.Detail%4000000))
	j.str("SourceFileExtension", name[strings.LastIndexByte(name, '.')+1:])
	if e.Kind.Operation == "SharingSet" {
		j.str("TargetUserOrGroupType", "SecurityGroup")
		j.str("TargetUserOrGroupName", "Contoso Everyone")
		j.str("EventData", "<Permissions granted>System.LimitedEdit</Permissions granted><MembersCanShareApplied>False</MembersCanShareApplied>")
	}
	j.str("SiteUrl", site)
	j.str("SourceFileName", name)
	j.str("SourceRelativeUrl", folder)
}

func pageBody(j *jsonText, e *AuditEvent) {
	sharePointCommon(j, e, e.site()+"SitePages/Home.aspx", "Page")
	j.bool("CustomUniqueId", true)
}

func teamsBody(j *jsonText, e *AuditEvent) {
	j.str("ClientIP", e.IP)
	j.str("UserId", e.UserID())
	if e.Kind.Operation == "MessageSent" {
		j.str("CommunicationType", "OneOnOne")
		j.str("ChatThreadId", "19:"+e.derived("thread").String()+"@unq.gbl.spaces")
		j.str("MessageId", strconv.FormatInt(e.Time*1000, 10))
		j.num("MessageVersion", 0)
	}
	j.str("ItemName", e.Actor.Name)
	j.key("ExtraProperties")
	j.b = append(j.b, `[{"Key":"OsName","Value":"windows"}]`...)
}
