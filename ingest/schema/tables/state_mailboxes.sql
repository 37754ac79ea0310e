-- description: Mailboxes: where their mail is sent on to, and whether they are audited.
-- source: https://learn.microsoft.com/powershell/module/exchange/get-mailbox
-- position: 31
-- names: display_name
-- words: kind, audit_actions
-- snapshot: mailboxes
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_mailboxes (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the mailbox: its GUID, else its name
    mailbox varchar, -- user principal name, else the address, lower case
    display_name varchar, -- the name that people see
    kind varchar, -- UserMailbox, SharedMailbox, ...
    forwarding_address varchar, -- object of the tenant that all mail is sent on to
    forwarding_smtp_address varchar, -- address that all mail is sent on to, lower case, without smtp:
    keeps_copy boolean, -- the mailbox keeps a copy of what is sent on
    is_audited boolean, -- AuditEnabled
    is_audit_bypassed boolean, -- what this account does in mailboxes is not audited
    audit_actions varchar, -- what is audited of the owner, of delegates and of administrators
    changed_time timestamp, -- UTC
    raw varchar -- the source record as JSON
);
