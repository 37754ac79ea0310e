-- description: Who may open a mailbox or a folder of it, or send as its owner.
-- source: https://learn.microsoft.com/powershell/module/exchange/get-mailboxpermission
-- position: 33
-- words: access_rights
-- snapshot: mailbox permissions
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_mailbox_permissions (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- mailbox, folder and who may
    mailbox varchar, -- as exported, lower case
    folder varchar, -- of a right to one folder
    trustee varchar, -- who may, as exported, lower case; several with a semicolon between
    access_rights varchar, -- FullAccess, SendAs, Reviewer, ...
    full_access varchar, -- where one record has all rights to a mailbox: who may open it
    send_as varchar, -- the same: who may send as its owner
    send_on_behalf varchar, -- the same: who may send on behalf of its owner
    folder_access varchar, -- the same: rights to its calendar and inbox
    is_inherited boolean, -- the right comes from above
    is_denied boolean, -- it is forbidden
    raw varchar -- the source record as JSON
);
