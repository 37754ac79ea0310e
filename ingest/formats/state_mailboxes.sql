-- title: Mailboxes (a state)
-- family: States of Exchange: mailboxes, rules, permissions
-- description: Get-Mailbox and Get-EXOMailbox as CSV or JSON, Get-MailboxAuditBypassAssociation, the audit status of Microsoft-
--   Extractor-Suite, the forwards of hawk, and the mailboxes and forwards of Untitled Goose Tool.
--   https://learn.microsoft.com/powershell/module/exchange/get-mailbox
-- recognised by: json primarySmtpAddress; forwardingSmtpAddress
-- recognised by: csv primarySmtpAddress; forwardingSmtpAddress
-- recognised by: json userPrincipalName; forwardingSmtpAddress
-- recognised by: csv userPrincipalName; forwardingSmtpAddress
-- recognised by: json primarySmtpAddress; forwardingAddress; deliverToMailboxAndForward
-- recognised by: csv primarySmtpAddress; forwardingAddress; deliverToMailboxAndForward
-- recognised by: json identity; forwardingSmtpAddress
-- recognised by: csv identity; forwardingSmtpAddress
-- recognised by: json name; forwardingSmtpAddress
-- recognised by: csv name; forwardingSmtpAddress
-- recognised by: json displayName; forwardingSmtpAddress
-- recognised by: csv displayName; forwardingSmtpAddress
-- recognised by: json userPrincipalName; auditEnabled
-- recognised by: csv userPrincipalName; auditEnabled
-- recognised by: json identity; auditBypassEnabled
-- recognised by: csv identity; auditBypassEnabled
-- recognised by: json primarySmtpAddress; recipientTypeDetails
-- recognised by: csv primarySmtpAddress; recipientTypeDetails

-- table: state_mailboxes
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "guid": "VARCHAR",
            "exchangeGuid": "VARCHAR",
            "objectId": "VARCHAR",
            "externalDirectoryObjectId": "VARCHAR",
            "identity": "VARCHAR",
            "name": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "primarySmtpAddress": "VARCHAR",
            "displayName": "VARCHAR",
            "recipientTypeDetails": "VARCHAR",
            "forwardingAddress": "VARCHAR",
            "forwardingSmtpAddress": "VARCHAR",
            "deliverToMailboxAndForward": "VARCHAR",
            "auditEnabled": "VARCHAR",
            "auditBypassEnabled": "VARCHAR",
            "auditOwner": "VARCHAR",
            "auditDelegate": "VARCHAR",
            "auditAdmin": "VARCHAR",
            "ownerAuditActions": "VARCHAR",
            "delegateAuditActions": "VARCHAR",
            "adminAuditActions": "VARCHAR",
            "whenChangedUTC": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.guid), filled(f.exchangeGuid), filled(f.objectId), filled(f.externalDirectoryObjectId), filled(f.identity), lower(filled(f.userPrincipalName)), lower(filled(f.primarySmtpAddress))) as id,
    lower(coalesce(filled(f.userPrincipalName), filled(f.primarySmtpAddress), filled(f.identity), filled(f.name))) as mailbox,
    coalesce(filled(f.displayName), filled(f.name)) as display_name,
    filled(f.recipientTypeDetails) as kind,
    called(f.forwardingAddress) as forwarding_address,
    regexp_replace(lower(filled(f.forwardingSmtpAddress)), '^smtp:', '') as forwarding_smtp_address,
    truth(f.deliverToMailboxAndForward) as keeps_copy,
    truth(f.auditEnabled) as is_audited,
    truth(f.auditBypassEnabled) as is_audit_bypassed,
    nullif(concat_ws('; ',
        'owner: ' || coalesce(joined(f.auditOwner), filled(f.ownerAuditActions)),
        'delegate: ' || coalesce(joined(f.auditDelegate), filled(f.delegateAuditActions)),
        'admin: ' || coalesce(joined(f.auditAdmin), filled(f.adminAuditActions))
    ), '') as audit_actions,
    utc(f.whenChangedUTC) as changed_time,
    raw
from fields
