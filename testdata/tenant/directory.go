package tenant

import (
	"cmp"
	"strings"
)

// directoryChange is what a directory event is about. The unified audit log and
// the Entra audit log both tell it, each in its own way.
type directoryChange struct {
	category string // of the Entra audit log
	service  string // which wrote to the Entra audit log; empty = Core Directory
	reason   string
	byApp    string // the service that acted, where it is no person
	object   string // ObjectId of the unified audit log
	details  [][2]string
	changes  []change
	targets  []target
}

// change of a property. A list's values are JSON; the empty value is no element.
type change struct {
	name, from, to string
	list           bool
}

func (c *directoryChange) loggedBy() string { return cmp.Or(c.service, "Core Directory") }

type target struct{ kind, id, name, upn, puid, appID string }

// RogueScope is what the user consents to.
const RogueScope = "offline_access User.Read Mail.ReadWrite Mail.Send Contacts.Read Files.Read.All"

// directoryChange is nil for other than directory events.
func (e *AuditEvent) directoryChange() *directoryChange {
	if e.Kind.RecordType != directoryRecord && e.Kind.RecordType != entraOnly {
		return nil
	}
	var user target
	if p := e.Target; p != nil {
		user = target{kind: "User", id: p.ID.String(), upn: p.UPN, puid: p.puid}
	}
	ofUser := func(changes ...change) *directoryChange {
		return &directoryChange{
			category: "UserManagement", object: user.upn, details: [][2]string{{"UserType", "Member"}},
			changes: changes, targets: []target{user},
		}
	}
	switch e.Kind.Operation {
	case "Update user.":
		return ofUser(change{"Department", `"Sales"`, `"Marketing"`, true}, change{"Included Updated Properties", "", "Department", false})
	case "Reset user password.":
		return ofUser()
	case "Update StsRefreshTokenValidFrom Timestamp.":
		return ofUser(change{"StsRefreshTokensValidFrom", `"2026-08-03T09:12:44Z"`, `"` + zulu(e.Time) + `"`, true},
			change{"Included Updated Properties", "", "StsRefreshTokensValidFrom", false})
	case "Update device.":
		id := e.derived("device").String()
		return &directoryChange{
			category: "Device", object: id,
			changes: []change{{"DeviceOSVersion", `"10.0.26100.4946"`, `"10.0.26100.6584"`, true}},
			targets: []target{{kind: "Device", id: id, name: "CON-LT-1000"}},
		}
	case "Add member to group.", "Update group.":
		n := int(e.Detail % 3)
		group := target{kind: "Group", id: fixedGUID("group", n).String(), name: [3]string{"Sales", "Project Falcon", "All Employees"}[n]}
		c := &directoryChange{
			category: "GroupManagement", object: group.id, targets: []target{group},
			changes: []change{{"Description", "", `"Everybody in ` + group.name + `"`, true}},
		}
		if e.Kind.Operation == "Add member to group." {
			c.object, c.targets = user.upn, []target{user, group}
			c.changes = []change{{"Group.ObjectID", "", group.id, false}, {"Group.DisplayName", "", group.name, false}}
		}
		return c
	}
	if c := e.quietChange(user); c != nil {
		return c
	}
	return e.rogueApp()
}

// rogueApp is the three events that one consent leaves.
func (e *AuditEvent) rogueApp() *directoryChange {
	c := &directoryChange{
		category: "ApplicationManagement", object: rogueApp.ID,
		details: [][2]string{{"User-Agent", "EvoSTS"}, {"AppId", rogueApp.ID}},
		targets: []target{{kind: "ServicePrincipal", id: rogueApp.principal.String(), name: rogueApp.Name, appID: rogueApp.ID}},
	}
	switch e.Kind.Operation {
	case "Add service principal.":
		c.changes = []change{
			{"AccountEnabled", "", "true", true},
			{"AppPrincipalId", "", `"` + rogueApp.ID + `"`, true},
			{"DisplayName", "", `"` + rogueApp.Name + `"`, true},
		}
	case "Add delegated permission grant.":
		c.object = graph.ID + "/ags.windows.net;" + graph.ID + ";https://graph.microsoft.com"
		c.targets = []target{{kind: "ServicePrincipal", id: graph.principal.String(), name: graph.Name, appID: graph.ID}}
		c.changes = []change{
			{"DelegatedPermissionGrant.Scope", "", " " + RogueScope, false},
			{"DelegatedPermissionGrant.ConsentType", "", "Principal", false},
			{"ServicePrincipal.ObjectID", "", rogueApp.principal.String(), false},
		}
	case "Consent to application.":
		c.changes = []change{
			{"ConsentContext.IsAdminConsent", "", "False", false},
			{"ConsentContext.IsAppOnly", "", "False", false},
			{"ConsentContext.OnBehalfOfAll", "", "False", false},
			{"ConsentContext.Tags", "", "WindowsAzureActiveDirectoryIntegratedApp", false},
			{"ConsentAction.Permissions", "", "[] => [[Id: " + e.derived("grant").String() + ", ClientId: " + rogueApp.principal.String() +
				", PrincipalId: " + e.Actor.ID.String() + ", ResourceId: " + graph.principal.String() + ", ConsentType: Principal, Scope:  " + RogueScope +
				", CreatedDateTime: , LastModifiedDateTime ]]; ", false},
			{"TargetId.ServicePrincipalNames", "", rogueApp.ID, false},
		}
	}
	return c
}

// directoryBody tells a change as the unified audit log does.
func directoryBody(j *jsonText, e *AuditEvent) {
	c := e.directoryChange()
	j.str("ClientIP", e.IP)
	j.str("ObjectId", c.object)
	j.str("UserId", e.UserID())
	j.num("AzureActiveDirectoryEventType", 1)
	j.raw("ExtendedProperties", "[")
	details := jsonText{b: []byte{'{'}}
	for _, d := range c.details {
		details.str(d[0], d[1])
	}
	details.close('}')
	j.pair("additionalDetails", string(details.b))
	j.pair("extendedAuditEventCategory", c.targets[0].kind)
	j.close(']')
	j.raw("ModifiedProperties", "[")
	for _, v := range c.changes {
		j.open('{')
		j.str("Name", v.name)
		j.str("NewValue", v.inLines(v.to))
		j.str("OldValue", v.inLines(v.from))
		j.close('}')
	}
	j.close(']')
	j.raw("Actor", "[")
	j.typedID(e.Actor.UPN, 5)
	j.typedID(e.Actor.puid, 3)
	j.typedID("User_"+e.Actor.ID.String(), 2)
	j.typedID(e.Actor.ID.String(), 2)
	j.typedID("User", 2)
	j.close(']')
	j.str("ActorContextId", TenantID)
	j.str("ActorIpAddress", e.IP)
	j.guid("InterSystemsId", e.derived("inter"))
	j.guid("IntraSystemId", e.derived("intra"))
	j.str("SupportTicketId", "")
	j.raw("Target", "[")
	for _, t := range c.targets {
		j.typedID(t.kind+"_"+t.id, 2)
		j.typedID(t.id, 2)
		j.typedID(t.kind, 2)
		if t.name != "" {
			j.typedID(t.name, 1)
		}
		if t.appID != "" {
			j.typedID(t.appID, 2)
		}
		if t.upn != "" {
			j.typedID(t.upn, 5)
			j.typedID(t.puid, 3)
		}
	}
	j.close(']')
	j.str("TargetContextId", TenantID)
}

// inLines is a value as the unified audit log has it.
func (c change) inLines(v string) string {
	switch {
	case !c.list:
		return v
	case v == "":
		return "[]"
	}
	return "[\r\n  " + v + "\r\n]"
}

// inJSON is a value as the Entra audit log has it: JSON, a text too.
func (c change) inJSON(v string) string {
	if c.list {
		return "[" + v + "]"
	}
	j := jsonText{}
	j.value(v)
	return string(j.b)
}

// activity is the operation without the unified audit log's final dot.
func (e *AuditEvent) activity() string { return strings.TrimSuffix(e.Kind.Operation, ".") }
