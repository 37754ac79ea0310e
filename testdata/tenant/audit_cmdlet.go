package tenant

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
		if e.Item != InboxRule {
			ordinaryRule(j, name)
			return
		}
		j.pair("SubjectOrBodyContainsWords", RuleKeyword+";payment;bank account")
		j.pair("MoveToFolder", "RSS Feeds")
		j.pair("MarkAsRead", "True")
		j.pair("StopProcessingRules", "True")
	})
}

// ordinaryRule is what people have rules for.
func ordinaryRule(j *jsonText, name string) {
	switch name {
	case "To my deputy":
		j.pair("SubjectContainsWords", "rota")
		j.pair("RedirectTo", "lidia.holloway@"+tenantDomain)
	case "Advertisements":
		j.pair("SubjectContainsWords", "sale;% off;webinar")
		j.pair("DeleteMessage", "True")
	case "Tickets":
		j.pair("From", "tickets@"+tenantDomain)
		j.pair("MoveToFolder", name)
		j.pair("MarkAsRead", "True")
	default:
		j.pair("FromAddressContainsWords", "@northwind.example")
		j.pair("MoveToFolder", name)
	}
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
