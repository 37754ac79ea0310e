package ingest

import (
	"strings"
	"testing"
)

// clixml is what Export-Clixml writes of objects.
func clixml(objects string) string {
	return `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">` + "\n" + objects + "\n</Objs>"
}

const rule = `  <Obj RefId="0">
    <TN RefId="0"><T>Deserialized.Microsoft.Exchange.Management.InboxRule</T><T>System.Object</T></TN>
    <ToString>Adele\1</ToString>
    <Props>
      <B N="Enabled">true</B>
      <I32 N="Priority">1</I32>
      <U64 N="RuleIdentity">12345678901234567890</U64>
      <S N="Name">..</S>
      <S N="Description">If the message:_x000D__x000A_all</S>
      <S N="MailboxOwnerId">adele vance</S>
      <Obj N="ForwardTo" RefId="1"><TN RefId="1"><T>System.Collections.ArrayList</T></TN><LST><S>"x" [SMTP:x@evil.example]</S><S>y@evil.example</S></LST></Obj>
      <Obj N="MoveToFolder" RefId="2"><TN RefId="2"><T>Folder</T></TN><ToString>RSS &amp; Feeds</ToString></Obj>
      <Nil N="RedirectTo" />
      <B N="DeleteMessage">false</B>
    </Props>
    <MS><S N="PSComputerName">outlook.office365.com</S><B N="DeleteMessage">true</B></MS>
  </Obj>`

// TestClixml: each object with properties is a record, wherever it stands; what the
// rows must be was read off the XML.
func TestClixml(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason, text, query string
		want                []string
	}{
		{"an object: lists, texts of objects, escapes, what was added to it", clixml(rule),
			"select id, mailbox, name, is_enabled, priority, forward_to, move_to_folder, redirect_to, is_deleting, description from state_inbox_rules",
			[]string{`12345678901234567890|adele vance|..|true|1|"x" [SMTP:x@evil.example], y@evil.example|RSS & Feeds|<nil>|true|If the message:` + "\r\n" + "all"}},
		{"as PowerShell 5 writes the file", utf16Text(clixml(rule)), "select count(*) from state_inbox_rules", []string{"1"}},
		{"a list of objects", clixml(`<Obj RefId="9"><LST>` + rule + strings.ReplaceAll(rule, "<S N=\"Name\">..", "<S N=\"Name\">b") + "</LST></Obj>"),
			"select name from state_inbox_rules order by record", []string{"..", "b"}},
		{"a wrapper of the audit log", clixml(`<Obj RefId="0"><TN RefId="0"><T>x</T></TN><Props><S N="RecordType">ExchangeItem</S><DT N="CreationDate">2026-10-01T08:00:00</DT><S N="AuditData">` +
			strings.ReplaceAll(audit("a1", "Send"), "&", "&amp;") + `</S></Props></Obj>`), "select id, operation from audit_events", []string{"a1|Send"}},
		{"texts that hold records", clixml("<S>" + audit("a1", "Send") + "</S><S>" + audit("a2", "Send") + "</S><S>done</S>"), "select id from audit_events order by record", []string{"a1", "a2"}},
		{"pairs, and a reference to an object before", clixml(`<Obj RefId="0"><DCT>` +
			`<En><S N="Key">userPrincipalName</S><S N="Value">a@contoso.com</S></En><En><S N="Key">accountEnabled</S><B N="Value">true</B></En>` +
			`<En><S N="Key">displayName</S><Obj N="Value" RefId="3"><TN RefId="5"><T>x</T></TN><ToString>Adele</ToString></Obj></En>` +
			`<En><S N="Key">mail</S><Ref N="Value" RefId="3" /></En></DCT></Obj>`), "select user_principal_name, is_enabled, display_name, mail from state_users", []string{"a@contoso.com|true|Adele|adele"}},
		{"times with an offset, and of .NET", clixml(`<Obj RefId="0"><TN RefId="0"><T>x</T></TN><Props><S N="UserPrincipalName">a@contoso.com</S><B N="AccountEnabled">true</B><DT N="CreatedDateTime">2026-05-02T10:01:11.1234567+02:00</DT></Props></Obj>`),
			"select created_time from state_users", []string{"2026-05-02 08:01:11"}},
	} {
		c := load(t, write(t, "x.xml", tt.text))
		c.want(tt.query, tt.want...)
		if !c.summary.Complete() {
			t.Errorf("%s: %+v %q", tt.reason, c.summary, c.warned)
		}
	}
}

// TestClixmlDamaged: what stands before the damage is loaded, and the rest is told.
func TestClixmlDamaged(t *testing.T) {
	takesLong(t)
	t.Parallel()
	deep := strings.Repeat(`<Obj N="a"><Props>`, 200) + strings.Repeat("</Props></Obj>", 200)
	for _, tt := range []struct{ reason, text, loaded, note string }{
		{"cut off in the second object", clixml(rule + rule)[:len(clixml(rule))+200], "1", "ends too early"},
		{"cut off between two", strings.TrimSuffix(clixml(rule+strings.ReplaceAll(rule, "<S N=\"Name\">..", "<S N=\"Name\">b")), "</Objs>"), "2", "ends too early"},
		{"a tag that closes nothing", clixml(rule + "</Props>" + rule), "1", "the XML is damaged"},
		{"objects in one another without an end", clixml(rule + "<Obj><Props>" + deep + "</Props></Obj>"), "1", "more than 64 deep"},
		{"an entity of its own: none is followed", strings.Replace(clixml(rule+strings.ReplaceAll(rule, "..", "&x;")), "<Objs", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><Objs`, 1), "1", "the XML is damaged"},
	} {
		c := load(t, write(t, "x.xml", tt.text))
		if got := c.ask("select loaded, note from files")[0]; !strings.HasPrefix(got, tt.loaded+"|") || !strings.Contains(got, tt.note) || c.summary.Complete() {
			t.Errorf("%s: %q, want %s loaded and %q", tt.reason, got, tt.loaded, tt.note)
		}
	}
	c := load(t, write(t, "x.xml", clixml(`<Obj RefId="0"><TN RefId="0"><T>System.Diagnostics.Process</T></TN><Props><I32 N="Id">4</I32></Props></Obj>`)))
	c.want("select format, note from files", `<nil>|not recognised: objects that PowerShell stored with Export-Clixml (System.Diagnostics.Process), which is nothing that is read here; no known export has the keys "Id"`)
}
