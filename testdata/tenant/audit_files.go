package tenant

import (
	"strconv"
	"strings"
)

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
