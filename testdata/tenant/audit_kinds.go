package tenant

import "slices"

// RecordTypes of the audit log.
// https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#auditlogrecordtype
const (
	exchangeAdmin    = 1
	exchangeItem     = 2
	exchangeGroup    = 3
	sharePointRecord = 4
	sharePointFile   = 6
	directoryRecord  = 8
	sharingRecord    = 14
	logonRecord      = 15
	teamsRecord      = 25
	mailAccess       = 50

	// entraOnly is no record type of the unified audit log: the event is in the Entra
	// audit log alone.
	entraOnly = -1
)

var recordTypeNames = map[int]string{
	exchangeAdmin: "ExchangeAdmin", exchangeItem: "ExchangeItem", exchangeGroup: "ExchangeItemGroup",
	sharePointRecord: "SharePoint", sharePointFile: "SharePointFileOperation", directoryRecord: "AzureActiveDirectory",
	sharingRecord: "SharePointSharingOperation", logonRecord: "AzureActiveDirectoryStsLogon",
	teamsRecord: "MicrosoftTeams", mailAccess: "ExchangeItemAggregated",
}

// Kind is a kind of audit record: the common fields, and body for the rest.
type Kind struct {
	Operation  string
	RecordType int
	Workload   string
	Result     string // ResultStatus; empty = the workload writes none
	token      bool   // carries the token's claims
	system     string // who acts where there is no person
	body       func(j *jsonText, e *AuditEvent)
}

const (
	serviceHost = `NT AUTHORITY\SYSTEM (Microsoft.Exchange.ServiceHost)`
	forwardSync = `NT AUTHORITY\SYSTEM (Microsoft.Exchange.Management.ForwardSync)`
)

func mailKind(operation string, recordType int, body func(*jsonText, *AuditEvent)) *Kind {
	return &Kind{operation, recordType, "Exchange", "Succeeded", true, "", body}
}

func fileKind(operation string, recordType int, body func(*jsonText, *AuditEvent)) *Kind {
	return &Kind{operation, recordType, "SharePoint", "", true, "", body}
}

func cmdletKind(operation string, body func(*jsonText, *AuditEvent)) *Kind {
	return &Kind{operation, exchangeAdmin, "Exchange", "True", true, "", body}
}

func noiseKind(operation, system string, body func(*jsonText, *AuditEvent)) *Kind {
	return &Kind{operation, exchangeAdmin, "Exchange", "True", false, system, body}
}

func directoryKind(operation string) *Kind {
	return &Kind{operation, directoryRecord, "AzureActiveDirectory", "Success", false, "", directoryBody}
}

var (
	userLoggedIn    = &Kind{"UserLoggedIn", logonRecord, "AzureActiveDirectory", "Success", false, "", logonBody}
	userLoginFailed = &Kind{"UserLoginFailed", logonRecord, "AzureActiveDirectory", "Failed", false, "", logonBody}

	mailRead     = mailKind("MailItemsAccessed", mailAccess, mailReadBody)
	mailSynced   = mailKind("MailItemsAccessed", mailAccess, mailSyncBody)
	mailSent     = mailKind("Send", exchangeItem, itemBody)
	mailCreated  = mailKind("Create", exchangeItem, itemBody)
	mailUpdated  = mailKind("Update", exchangeItem, itemBody)
	mailDeleted  = mailKind("SoftDelete", exchangeGroup, groupBody)
	mailPurged   = mailKind("HardDelete", exchangeGroup, groupBody)
	mailBinned   = mailKind("MoveToDeletedItems", exchangeGroup, groupBody)
	rulesUpdated = mailKind("UpdateInboxRules", exchangeItem, rulesBody)

	fileRead       = fileKind("FileAccessed", sharePointFile, fileBody)
	fileChanged    = fileKind("FileModified", sharePointFile, fileBody)
	fileShown      = fileKind("FilePreviewed", sharePointFile, fileBody)
	fileUploaded   = fileKind("FileUploaded", sharePointFile, fileBody)
	fileDownloaded = fileKind("FileDownloaded", sharePointFile, fileBody)
	fileSynced     = fileKind("FileSyncDownloadedFull", sharePointFile, fileBody)
	pageViewed     = fileKind("PageViewed", sharePointRecord, pageBody)
	linkCreated    = fileKind("SharingSet", sharingRecord, fileBody)
	messageSent    = &Kind{"MessageSent", teamsRecord, "MicrosoftTeams", "", true, "", teamsBody}
	teamsSession   = &Kind{"TeamsSessionStarted", teamsRecord, "MicrosoftTeams", "", true, "", teamsBody}

	ruleCreated   = cmdletKind("New-InboxRule", ruleBody)
	autoReplySet  = cmdletKind("Set-MailboxAutoReplyConfiguration", autoReplyBody)
	mailboxSet    = cmdletKind("Set-Mailbox", forwardBody)
	mailboxFailed = &Kind{"Set-Mailbox", exchangeAdmin, "Exchange", "False", true, "", forwardBody}

	userUpdated    = directoryKind("Update user.")
	passwordReset  = directoryKind("Reset user password.")
	tokensRevoked  = directoryKind("Update StsRefreshTokenValidFrom Timestamp.")
	groupMember    = directoryKind("Add member to group.")
	groupUpdated   = directoryKind("Update group.")
	deviceUpdated  = directoryKind("Update device.")
	principalAdded = directoryKind("Add service principal.")
	grantAdded     = directoryKind("Add delegated permission grant.")
	consented      = directoryKind("Consent to application.")
)

// noiseKinds are drawn evenly; Set-Mailbox leads, as in real tenants.
var noiseKinds = []*Kind{
	noiseKind("Set-Mailbox", serviceHost, noiseBody), noiseKind("Set-Mailbox", serviceHost, noiseBody),
	noiseKind("Set-Mailbox", serviceHost, noiseBody), noiseKind("Set-MailboxPlan", serviceHost, noiseBody),
	noiseKind("Set-MailboxPlan", serviceHost, noiseBody), noiseKind("Set-User", forwardSync, noiseBody),
	noiseKind("Set-TransportConfig", serviceHost, noiseBody), noiseKind("Set-AdminAuditLogConfig", serviceHost, noiseBody),
	noiseKind("Set-OwaMailboxPolicy", serviceHost, noiseBody), noiseKind("Add-MailboxPermission", serviceHost, noiseBody),
	noiseKind("Set-RecipientEnforcementProvisioningPolicy", serviceHost, noiseBody),
	noiseKind("Enable-AddressListPaging", serviceHost, noiseBody),
}

var adminKinds = []*Kind{
	userUpdated, userUpdated, userUpdated, groupMember, groupUpdated, deviceUpdated, deviceUpdated, passwordReset,
}

var (
	// Settings change less often than mail comes and goes.
	mailWork = append(slices.Repeat([]*Kind{
		mailRead, mailRead, mailRead, mailRead, mailSynced, mailSent, mailSent, mailCreated, mailUpdated, mailUpdated, mailBinned, mailDeleted, mailPurged,
	}, 3), rulesUpdated, rulesUpdated, autoReplySet, ruleCreated)
	fileWork  = []*Kind{fileRead, fileRead, fileRead, fileRead, fileChanged, fileChanged, fileShown, fileUploaded, fileDownloaded, fileSynced, pageViewed, pageViewed, linkCreated}
	teamsWork = []*Kind{messageSent, messageSent, messageSent, teamsSession}
)

// workOn is what a token for the resource is used for; nil = nothing that the
// audit log sees.
func workOn(resource *App) []*Kind {
	switch resource {
	case exchange:
		return mailWork
	case sharePoint:
		return fileWork
	case teamsSvc:
		return teamsWork
	}
	return nil
}
