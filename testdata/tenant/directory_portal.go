package tenant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
)

// DirectoryEvents yields what the Entra audit log has as well: the directory
// events of the unified audit log. There they have ids of their own. Some are in
// the Entra audit log alone.
func (t *Tenant) DirectoryEvents() iter.Seq[*AuditEvent] {
	return Where(t.AuditEvents(), func(e *AuditEvent) bool {
		return e.Kind.RecordType == directoryRecord || e.Kind.RecordType == entraOnly
	})
}

// What the portal's AuditLogs CSV has room for; JSON has it all.
const (
	csvTargets    = 3
	csvProperties = 5
	csvDetails    = 6
)

// directoryHeader is that of AuditLogs_<from>_<to>.csv: 86 columns.
func directoryHeader() []string {
	names := strings.Split("Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorHomeTenantName,ActorServicePrincipalId,ActorServicePrincipalName", ",")
	for t := range csvTargets {
		for _, name := range []string{"Type", "DisplayName", "ObjectId", "UserPrincipalName"} {
			names = append(names, fmt.Sprintf("Target%d%s", t+1, name))
		}
		for p := range csvProperties {
			for _, name := range []string{"Name", "OldValue", "NewValue"} {
				names = append(names, fmt.Sprintf("Target%dModifiedProperty%d%s", t+1, p+1, name))
			}
		}
	}
	for d := range csvDetails {
		names = append(names, fmt.Sprintf("AdditionalDetail%dKey", d+1), fmt.Sprintf("AdditionalDetail%dValue", d+1))
	}
	return names
}

// WriteDirectoryCSV writes directory events as the portal's Audit logs >
// Download > CSV does.
func WriteDirectoryCSV(w io.Writer, events iter.Seq[*AuditEvent]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	header := directoryHeader()
	row := appendRow(nil, header)
	for e := range events {
		out.Write(row)
		c := e.directoryChange()
		cells := make([]string, 0, len(header))
		cells = append(cells, e.preciseTime(), e.derived("inter").String(), c.loggedBy(), c.category, e.activity(), "success", c.reason, "",
			"User", e.Actor.Name, e.Actor.ID.String(), e.Actor.UPN, e.IP, TenantID, tenantName, "", "")
		for i := range csvTargets {
			var t target
			var changes []change
			if i < len(c.targets) {
				t = c.targets[i]
			}
			if i == 0 {
				changes = c.changes
			}
			cells = append(cells, t.kind, t.name, t.id, t.upn)
			for p := range csvProperties {
				if p < len(changes) {
					v := changes[p]
					cells = append(cells, v.name, v.inJSON(v.from), v.inJSON(v.to))
				} else {
					cells = append(cells, "", "", "")
				}
			}
		}
		for i := range csvDetails {
			if i < len(c.details) {
				cells = append(cells, c.details[i][0], c.details[i][1])
			} else {
				cells = append(cells, "", "")
			}
		}
		row = row[:0]
		for i, cell := range cells {
			if i > 0 {
				row = append(row, ',')
			}
			row = appendPortalCell(row, cell)
		}
		row = append(row, '\r', '\n')
	}
	out.Write(row)
	return out.Flush()
}

// WriteDirectoryJSON writes directory events as the portal's Audit logs >
// Download > JSON does: an array of Graph directoryAudit objects.
// https://learn.microsoft.com/graph/api/resources/directoryaudit
func WriteDirectoryJSON(w io.Writer, events iter.Seq[*AuditEvent], style Style) error {
	out := bufio.NewWriterSize(w, 1<<16)
	separator := "["
	for e := range events {
		j := jsonText{}
		e.directoryAudit(&j)
		out.WriteString(separator)
		separator = ","
		if style == OneLine {
			out.Write(j.b)
			continue
		}
		var pretty bytes.Buffer
		pretty.WriteString("\n  ")
		if err := json.Indent(&pretty, j.b, "  ", "  "); err != nil {
			return err
		}
		out.Write(pretty.Bytes())
	}
	if separator == "[" {
		out.WriteString("[")
	}
	if style == Pretty {
		out.WriteString("\n")
	}
	out.WriteString("]")
	return out.Flush()
}

func (e *AuditEvent) directoryAudit(j *jsonText) {
	c := e.directoryChange()
	j.open('{')
	j.str("id", fmt.Sprintf("Directory_%s_%s_%d", e.derived("inter"), strings.ToUpper(e.ID.String()[:5]), e.Detail%100000000))
	j.str("category", c.category)
	j.guid("correlationId", e.derived("inter"))
	j.str("result", "success")
	j.str("resultReason", c.reason)
	j.str("activityDisplayName", e.activity())
	j.str("activityDateTime", e.preciseTime())
	j.str("loggedByService", c.loggedBy())
	j.str("operationType", map[bool]string{true: "Add", false: "Update"}[strings.HasPrefix(e.activity(), "Add")])
	j.raw("userAgent", "null")
	j.raw("initiatedBy", "{")
	if c.byApp != "" {
		j.raw("user", "null")
		j.raw("app", "{")
		j.raw("appId", "null")
		j.str("displayName", c.byApp)
		j.guid("servicePrincipalId", fixedGUID("principal "+c.byApp, 0))
		j.close('}')
		j.close('}')
		e.directoryAuditTargets(j, c)
		return
	}
	j.raw("app", "null")
	j.raw("user", "{")
	j.guid("id", e.Actor.ID)
	j.str("displayName", e.Actor.Name)
	j.str("userPrincipalName", e.Actor.UPN)
	j.str("ipAddress", e.IP)
	j.raw("userType", "null")
	j.str("homeTenantId", TenantID)
	j.str("homeTenantName", tenantName)
	j.close('}')
	j.close('}')
	e.directoryAuditTargets(j, c)
}

func (e *AuditEvent) directoryAuditTargets(j *jsonText, c *directoryChange) {
	j.raw("targetResources", "[")
	for i, t := range c.targets {
		j.open('{')
		j.str("id", t.id)
		j.strOrNull("displayName", t.name)
		j.str("type", t.kind)
		j.strOrNull("userPrincipalName", t.upn)
		j.raw("groupType", "null")
		j.raw("modifiedProperties", "[")
		if i == 0 {
			for _, v := range c.changes {
				j.open('{')
				j.str("displayName", v.name)
				j.str("oldValue", v.inJSON(v.from))
				j.str("newValue", v.inJSON(v.to))
				j.close('}')
			}
		}
		j.close(']')
		j.close('}')
	}
	j.close(']')
	j.raw("additionalDetails", "[")
	for _, d := range c.details {
		j.open('{')
		j.str("key", d[0])
		j.str("value", d[1])
		j.close('}')
	}
	j.close(']')
	j.close('}')
}

// preciseTime has the seven digits that Graph gives directory events.
func (e *AuditEvent) preciseTime() string {
	return fmt.Sprintf("%s.%07dZ", appendTime(nil, e.Time), e.Detail%10000000)
}
