-- title: Mailbox permissions (a state)
-- family: States of Exchange: mailboxes, rules, permissions
-- description: Get-MailboxPermission, Get-RecipientPermission and Get-MailboxFolderPermission as CSV or JSON, the permissions of
--   Microsoft-Extractor-Suite, one record for each mailbox, and those of Untitled Goose Tool.
--   https://learn.microsoft.com/powershell/module/exchange/get-mailboxpermission
-- recognised by: json identity; user; accessRights
-- recognised by: csv identity; user; accessRights
-- recognised by: json identity; trustee; accessRights
-- recognised by: csv identity; trustee; accessRights
-- recognised by: json folderName; user; accessRights
-- recognised by: csv folderName; user; accessRights
-- recognised by: json userPrincipalName; fullAccessUsers; sendAsUsers
-- recognised by: csv userPrincipalName; fullAccessUsers; sendAsUsers
-- recognised by: json primarySmtpAddress; fullAccessPermission; sendAsPermission
-- recognised by: csv primarySmtpAddress; fullAccessPermission; sendAsPermission

-- table: state_mailbox_permissions
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "identity": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "primarySmtpAddress": "VARCHAR",
            "folderName": "VARCHAR",
            "user": "VARCHAR",
            "trustee": "VARCHAR",
            "accessRights": "VARCHAR",
            "fullAccessUsers": "VARCHAR",
            "sendAsUsers": "VARCHAR",
            "sendOnBehalfUsers": "VARCHAR",
            "calendarPermissions": "VARCHAR",
            "inboxPermissions": "VARCHAR",
            "fullAccessPermission": "VARCHAR",
            "sendAsPermission": "VARCHAR",
            "sendOnBehalfPermission": "VARCHAR",
            "isInherited": "VARCHAR",
            "deny": "VARCHAR",
            "accessControlType": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    concat_ws('|', lower(filled(f.identity)), lower(filled(f.userPrincipalName)), lower(filled(f.primarySmtpAddress)), filled(f.folderName), lower(called(f."user")), lower(called(f.trustee))) as id,
    lower(coalesce(filled(f.userPrincipalName), filled(f.primarySmtpAddress), nullif(split_part(f.identity, ':\', 1), ''))) as mailbox,
    coalesce(filled(f.folderName), nullif(split_part(f.identity, ':\', 2), '')) as folder,
    lower(coalesce(called(f."user"), called(f.trustee))) as trustee,
    -- Export-Csv puts a list into braces
    trim(joined(f.accessRights), '{}') as access_rights,
    lower(coalesce(filled(f.fullAccessUsers), nullif(filled(f.fullAccessPermission), '[]'))) as full_access,
    lower(coalesce(filled(f.sendAsUsers), nullif(filled(f.sendAsPermission), '[]'))) as send_as,
    lower(coalesce(filled(f.sendOnBehalfUsers), nullif(filled(f.sendOnBehalfPermission), '[]'))) as send_on_behalf,
    nullif(concat_ws('; ', 'calendar: ' || filled(f.calendarPermissions), 'inbox: ' || filled(f.inboxPermissions)), '') as folder_access,
    truth(f.isInherited) as is_inherited,
    coalesce(truth(f.deny), lower(filled(f.accessControlType)) = 'deny') as is_denied,
    raw
from fields
