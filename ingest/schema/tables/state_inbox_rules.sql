-- description: Inbox rules that a mailbox had.
-- source: https://learn.microsoft.com/powershell/module/exchange/get-inboxrule, https://learn.microsoft.com/graph/api/resources/messagerule
-- position: 30
-- names: name
-- snapshot: inbox rules
-- account in the file's name: mailbox
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_inbox_rules (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the rule
    mailbox varchar, -- whose rule it is, as exported, lower case; where the record does not say it (Graph), the address in the file's path
    name varchar, -- of the rule
    is_enabled boolean, -- it acts
    priority bigint, -- rules with a lower number come first
    conditions varchar, -- which mail it is about, as exported; NULL = all
    move_to_folder varchar, -- name of the folder, from Graph its id
    copy_to_folder varchar, -- the same of a copy
    forward_to varchar, -- names or addresses
    forward_as_attachment_to varchar, -- names or addresses
    redirect_to varchar, -- names or addresses
    is_deleting boolean, -- it deletes the mail
    is_marking_read boolean, -- it marks the mail as read
    is_stopping boolean, -- rules behind it are not looked at
    description varchar, -- the rule in words
    raw varchar -- the source record as JSON
);
