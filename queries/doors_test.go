package queries

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// TestDoorsCloseAgain: what opens, changes and closes each kind of thing. An act is its
// name, the object, and what it sets; those of one line are an hour apart, and stand in a
// file of their own, under names that no other line has.
func TestDoorsCloseAgain(t *testing.T) {
	t.Parallel()
	type set = map[string]string
	type act struct {
		operation, object string
		set               set
	}
	named := func(name string) set {
		return set{"Name": name, "SubjectContainsWords": "invoice", "DeleteMessage": "True"}
	}
	is := func(name string) set { return set{"Identity": `amy\` + name} }
	rule := func(operation string, what set) act { return act{operation, "amy", what} }
	flow := func(operation, name string, what set) act {
		if what == nil {
			what = set{"Identity": name}
		}
		return act{operation, name, what}
	}
	forward := func(to string) act {
		return act{"Set-Mailbox", "amy", set{"Identity": "amy", "ForwardingSmtpAddress": to}}
	}
	right := func(operation string, what set) act {
		what["Identity"] = "cfo@corp.example"
		return act{operation, "cfo", what}
	}
	directory := func(operation, target string, what set) act { return act{operation, target, what} }
	role, group := set{"Role.DisplayName": "Global Administrator"}, set{"Group.DisplayName": "Admins"}
	tests := []struct {
		reason string
		acts   []act
		want   string // kind, object and part of what is open
	}{
		{"an inbox rule is made", []act{rule("New-InboxRule", named("a"))}, "inbox rule|amy@corp.example|a"},
		{"and removed", []act{rule("New-InboxRule", named("a")), rule("Remove-InboxRule", is("a"))}, ""},
		{"another is removed", []act{rule("New-InboxRule", named("a")), rule("Remove-InboxRule", is("b"))}, "inbox rule|amy@corp.example|a"},
		{"switched off", []act{rule("New-InboxRule", named("a")), rule("Disable-InboxRule", is("a"))}, ""},
		{"switched off and changed", []act{rule("New-InboxRule", named("a")), rule("Disable-InboxRule", is("a")), rule("Set-InboxRule", is("a"))}, ""},
		{"switched off and on", []act{rule("New-InboxRule", named("a")), rule("Disable-InboxRule", is("a")), rule("Enable-InboxRule", is("a"))}, "inbox rule|amy@corp.example|a"},
		{"given another name", []act{rule("New-InboxRule", named("a")), rule("Set-InboxRule", set{"Identity": `amy\a`, "Name": "b"})}, "inbox rule|amy@corp.example|b"},
		{"given another name, and another", []act{rule("New-InboxRule", named("a")), rule("Set-InboxRule", set{"Identity": "a", "Name": "b"}), rule("Set-InboxRule", set{"Identity": "b", "Name": "c"})}, "inbox rule|amy@corp.example|c"},
		{"given another name, and removed by it", []act{rule("New-InboxRule", named("a")), rule("Set-InboxRule", set{"Identity": "a", "Name": "b"}), rule("Remove-InboxRule", is("b"))}, ""},
		{"a new one of the old name", []act{rule("New-InboxRule", named("a")), rule("Set-InboxRule", set{"Identity": "a", "Name": "b"}), rule("New-InboxRule", named("a")), rule("Remove-InboxRule", is("b"))}, "inbox rule|amy@corp.example|a"},
		{"a mail flow rule is made", []act{flow("New-TransportRule", "tr", set{"Name": "tr", "BlindCopyTo": "spy@evil.example"})}, "transport rule|tr|"},
		{"removed", []act{flow("New-TransportRule", "tr", set{"Name": "tr"}), flow("Remove-TransportRule", "tr", nil)}, ""},
		{"switched off", []act{flow("New-TransportRule", "tr", set{"Name": "tr"}), flow("Disable-TransportRule", "tr", nil)}, ""},
		{"switched off and on", []act{flow("New-TransportRule", "tr", set{"Name": "tr"}), flow("Disable-TransportRule", "tr", nil), flow("Enable-TransportRule", "tr", nil)}, "transport rule|tr|"},
		{"given another name", []act{flow("New-TransportRule", "tr", set{"Name": "tr"}), flow("Set-TransportRule", "tr", set{"Identity": "tr", "Name": "x"})}, "transport rule|x|"},
		{"a connector is made", []act{flow("New-OutboundConnector", "con", set{"Name": "con", "Enabled": "True"})}, "mail connector|con|"},
		{"switched off", []act{flow("New-OutboundConnector", "con", set{"Name": "con"}), flow("Set-OutboundConnector", "con", set{"Identity": "con", "Enabled": "False"})}, ""},
		{"removed", []act{flow("New-InboundConnector", "con", set{"Name": "con"}), flow("Remove-InboundConnector", "con", nil)}, ""},
		{"a forward", []act{forward("smtp:x@evil.example")}, "forward of a mailbox|amy|"},
		{"taken away with an empty text", []act{forward("smtp:x@evil.example"), forward("")}, ""},
		{"taken away with $null", []act{forward("smtp:x@evil.example"), forward("$null")}, ""},
		{"taken away with a blank", []act{forward("smtp:x@evil.example"), forward(" ")}, ""},
		{"set to nothing opens nothing", []act{forward("$null")}, ""},
		{"a right to a mailbox", []act{right("Add-MailboxPermission", set{"User": "amy"})}, "mailbox permission|cfo@corp.example|amy"},
		{"taken away", []act{right("Add-MailboxPermission", set{"User": "amy"}), right("Remove-MailboxPermission", set{"User": "amy"})}, ""},
		{"taken from another", []act{right("Add-MailboxPermission", set{"User": "amy"}), right("Remove-MailboxPermission", set{"User": "bob"})}, "mailbox permission|cfo@corp.example|amy"},
		{"the right to send", []act{right("Add-RecipientPermission", set{"Trustee": "amy"}), right("Remove-RecipientPermission", set{"Trustee": "amy"})}, ""},
		{"a folder is opened, and closed by the right None", []act{right("Add-MailboxFolderPermission", set{"User": "Default", "AccessRights": "Reviewer"}), right("Set-MailboxFolderPermission", set{"User": "Default", "AccessRights": "None"})}, ""},
		{"a role of Exchange", []act{flow("New-ManagementRoleAssignment", "imp", set{"Name": "imp", "User": "amy"})}, "Exchange role|imp|amy"},
		{"a role", []act{directory("Add member to role.", "amy@corp.example", role)}, "role|amy@corp.example|global administrator"},
		{"taken away", []act{directory("Add member to role.", "amy@corp.example", role), directory("Remove member from role.", "amy@corp.example", role)}, ""},
		{"a group", []act{directory("Add member to group.", "amy@corp.example", group), directory("Remove member from group.", "amy@corp.example", group)}, ""},
		{"an account is made", []act{directory("Add user.", "new@corp.example", nil)}, "account|new@corp.example|"},
		{"deleted", []act{directory("Add user.", "new@corp.example", nil), directory("Delete user.", "new@corp.example", nil)}, ""},
		{"deleted and restored", []act{directory("Add user.", "new@corp.example", nil), directory("Delete user.", "new@corp.example", nil), directory("Restore user.", "new@corp.example", nil)}, "account|new@corp.example|"},
		{"blocked", []act{directory("Add user.", "new@corp.example", nil), directory("Disable account.", "new@corp.example", nil)}, ""},
		{"blocked and let in again", []act{directory("Add user.", "new@corp.example", nil), directory("Disable account.", "new@corp.example", nil), directory("Enable account.", "new@corp.example", nil)}, "account|new@corp.example|"},
		{"a guest is invited", []act{directory("Invite external user.", "x@evil.example", nil)}, "guest|x@evil.example|"},
		{"and blocked", []act{directory("Invite external user.", "x@evil.example", nil), directory("Disable account.", "x@evil.example", nil)}, ""},
		{"and deleted", []act{directory("Invite external user.", "x@evil.example", nil), directory("Delete user.", "x@evil.example", nil)}, ""},
		{"a secret", []act{directory("Add service principal credentials.", "sync", nil)}, "credential of an application|sync|"},
		{"taken away", []act{directory("Add service principal credentials.", "sync", nil), directory("Remove service principal credentials.", "sync", nil)}, ""},
		{"its application is deleted", []act{directory("Add service principal credentials.", "sync", nil), directory("Delete application.", "sync", nil)}, ""},
		{"an owner", []act{directory("Add owner to application.", "sync", nil), directory("Remove owner from application.", "sync", nil)}, ""},
		{"a second factor", []act{directory("User registered security info.", "amy@corp.example", nil), directory("User deleted security info.", "amy@corp.example", nil)}, ""},
		{"a device", []act{directory("Register device.", "laptop", nil), directory("Unregister device.", "laptop", nil)}, ""},
		{"a policy", []act{directory("Add conditional access policy.", "ca", nil), directory("Delete conditional access policy.", "ca", nil)}, ""},
		{"two permissions of an application, and one taken away", []act{
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Mail.Read"}),
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Files.Read.All"}),
			directory("Remove app role assignment from service principal.", "msp", set{"AppRole.Value": "Mail.Read"}),
		}, "permission of an application|msp|files.read.all"},
		{"two, and one taken away that is not named", []act{
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Mail.Read"}),
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Files.Read.All"}),
			directory("Remove app role assignment from service principal.", "msp", nil),
		}, ""},
		{"two, and the application is deleted", []act{
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Mail.Read"}),
			directory("Add app role assignment to service principal.", "msp", set{"AppRole.Value": "Files.Read.All"}),
			directory("Delete service principal.", "msp", nil),
		}, ""},
		{"a folder opened in a mail program", []act{{"AddFolderPermissions", "cfo", set{"Identity": `cfo@corp.example:\Inbox`, "User": "spy", "AccessRights": "Reviewer"}}}, `folder permission|cfo@corp.example|inbox spy`},
		{"and closed there", []act{{"AddFolderPermissions", "cfo", set{"Identity": `cfo@corp.example:\Inbox`, "User": "spy", "AccessRights": "Reviewer"}}, {"RemoveFolderPermissions", "cfo", set{"Identity": `cfo@corp.example:\Inbox`, "User": "spy"}}}, ""},
		{"another folder is closed", []act{
			{"Add-MailboxFolderPermission", "cfo", set{"Identity": `cfo@corp.example:\Inbox`, "User": "spy", "AccessRights": "Owner"}},
			{"Add-MailboxFolderPermission", "cfo", set{"Identity": `cfo@corp.example:\Sent Items`, "User": "spy", "AccessRights": "Owner"}},
			{"Remove-MailboxFolderPermission", "cfo", set{"Identity": `cfo@corp.example:\Sent Items`, "User": "spy"}},
		}, "folder permission|cfo@corp.example|inbox spy"},
		{"the right to send on behalf", []act{{"Set-Mailbox", "cfo", set{"Identity": "cfo@corp.example", "GrantSendOnBehalfTo": "spy"}}}, "right to send on behalf|cfo@corp.example|"},
		{"taken away", []act{{"Set-Mailbox", "cfo", set{"Identity": "cfo@corp.example", "GrantSendOnBehalfTo": "spy"}}, {"Set-Mailbox", "cfo", set{"Identity": "cfo@corp.example", "GrantSendOnBehalfTo": "$null"}}}, ""},
		{"a partner", []act{directory("Add partner to company.", "msp", nil)}, "policy or trust|msp|"},
		{"removed", []act{directory("Add partner to company.", "msp", nil), directory("Remove partner from company.", "msp", nil)}, ""},
	}
	own := regexp.MustCompile(`\b(amy|tr|x|con|imp|cfo|sync|new|laptop|ca|msp)\b`)
	var rows []string
	for n, test := range tests {
		tagged := func(text string) string { return own.ReplaceAllString(text, fmt.Sprint("${1}", n+1)) }
		for i, a := range test.acts {
			recordType, workload := 1, "Exchange"
			var pairs []map[string]string
			for name, value := range a.set {
				pairs = append(pairs, map[string]string{"Name": name, "Value": tagged(value)})
			}
			raw := map[string]any{"Parameters": pairs}
			if strings.HasSuffix(a.operation, ".") {
				for _, p := range pairs {
					p["NewValue"] = p["Value"]
					if strings.HasPrefix(a.operation, "Remove") {
						p["OldValue"], p["NewValue"] = p["Value"], ""
					}
				}
				recordType, workload = 8, "AzureActiveDirectory"
				raw = map[string]any{"ModifiedProperties": pairs, "Target": []map[string]string{{"ID": tagged(a.object), "Type": "1"}}}
			}
			text, err := json.Marshal(raw)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, fmt.Sprintf("(%d, %d, 'r%d-%d', timestamp '2026-10-01 08:00' + interval %d hour, %d, '%s', %s, %s, 'True', %s, '203.0.113.9', %s)",
				n+1, i+1, n, i, i, recordType, workload, engine.Literal(a.operation), engine.Literal(tagged("amy@corp.example")), engine.Literal(tagged(a.object)), engine.Literal(string(text))))
		}
	}
	c := openCase(t, Filter{}, time.UTC, `insert into audit_events (file_id, record, id, event_time, record_type, workload, operation, user_id, result_status, object_id, ip_address, raw) values `+strings.Join(rows, ", "))
	got := map[string]string{}
	for _, line := range strings.Split(answer(t, c, "select split_part(evidence, ':', 1), kind, object, part from open_doors order by all"), "\n") {
		file, door, _ := strings.Cut(line, "|")
		got[file] += door
	}
	for n, test := range tests {
		want := own.ReplaceAllString(test.want, fmt.Sprint("${1}", n+1))
		if got := got[fmt.Sprint(n+1)]; got != want {
			t.Errorf("%s: open is %q, want %q", test.reason, got, want)
		}
	}
}
