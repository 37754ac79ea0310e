-- title: Inbox rules (a state)
-- family: States of Exchange: mailboxes, rules, permissions
-- description: Get-InboxRule as CSV or JSON, the same by Microsoft-Extractor-Suite (Get-MailboxRules) and hawk, and the message rules
--   of Graph. https://learn.microsoft.com/powershell/module/exchange/get-inboxrule
-- recognised by: json ruleIdentity; mailboxOwnerId
-- recognised by: json identity; mailboxOwnerId; priority
-- recognised by: json displayName; sequence; actions; isEnabled
-- recognised by: json userName; ruleName; redirectTo; forwardTo
-- recognised by: csv ruleIdentity; mailboxOwnerId
-- recognised by: csv identity; mailboxOwnerId; priority
-- recognised by: csv userName; ruleName; ruleIdentity
-- recognised by: csv userName; ruleName; redirectTo; forwardTo

-- table: state_inbox_rules
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "ruleIdentity": "VARCHAR",
            "identity": "VARCHAR",
            "mailboxOwnerId": "VARCHAR",
            "userName": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "name": "VARCHAR",
            "ruleName": "VARCHAR",
            "displayName": "VARCHAR",
            "enabled": "VARCHAR",
            "isEnabled": "VARCHAR",
            "priority": "VARCHAR",
            "sequence": "VARCHAR",
            "moveToFolder": "VARCHAR",
            "copyToFolder": "VARCHAR",
            "forwardTo": "VARCHAR",
            "forwardAsAttachmentTo": "VARCHAR",
            "redirectTo": "VARCHAR",
            "deleteMessage": "VARCHAR",
            "softDeleteMessage": "VARCHAR",
            "markAsRead": "VARCHAR",
            "stopProcessingRules": "VARCHAR",
            "description": "VARCHAR",
            "textDescription": "VARCHAR",
            "conditions": "VARCHAR",
            "actions": "VARCHAR",
            "from": "VARCHAR",
            "subjectContainsWords": "VARCHAR",
            "subjectOrBodyContainsWords": "VARCHAR",
            "bodyContainsWords": "VARCHAR"
        }') as f
    from source
),

-- what a rule of Graph does
acting as (
    select
        *,
        from_json(json_text(f.actions), '{
            "moveToFolder": "VARCHAR", "copyToFolder": "VARCHAR", "forwardTo": "VARCHAR", "forwardAsAttachmentTo": "VARCHAR", "redirectTo": "VARCHAR",
            "delete": "VARCHAR", "permanentDelete": "VARCHAR", "markAsRead": "VARCHAR", "stopProcessingRules": "VARCHAR"
        }') as action
    from fields
)
select
    file_id,
    record,
    coalesce(filled(f.ruleIdentity), filled(f.id), filled(f.identity)) as id,
    lower(coalesce(filled(f.userPrincipalName), filled(f.userName), filled(f.mailboxOwnerId))) as mailbox,
    coalesce(filled(f.name), filled(f.ruleName), filled(f.displayName)) as name,
    coalesce(truth(f.enabled), truth(f.isEnabled)) as is_enabled,
    coalesce(whole(f.priority), whole(f.sequence)) as priority,
    coalesce(
        nullif(nullif(filled(f.conditions), '{}'), 'null'),
        nullif(concat_ws('; ', 'from ' || joined(f."from"), 'subject ' || joined(f.subjectContainsWords), 'subject or body ' || joined(f.subjectOrBodyContainsWords), 'body ' || joined(f.bodyContainsWords)), '')
    ) as conditions,
    coalesce(filled(f.moveToFolder), filled(action.moveToFolder)) as move_to_folder,
    coalesce(filled(f.copyToFolder), filled(action.copyToFolder)) as copy_to_folder,
    coalesce(joined(f.forwardTo), recipients(action.forwardTo)) as forward_to,
    coalesce(joined(f.forwardAsAttachmentTo), recipients(action.forwardAsAttachmentTo)) as forward_as_attachment_to,
    coalesce(joined(f.redirectTo), recipients(action.redirectTo)) as redirect_to,
    coalesce(nullif(coalesce(truth(f.deleteMessage), truth(action.delete)), false), nullif(coalesce(truth(f.softDeleteMessage), truth(action.permanentDelete)), false), truth(f.deleteMessage), truth(action.delete)) as is_deleting,
    coalesce(truth(f.markAsRead), truth(action.markAsRead)) as is_marking_read,
    coalesce(truth(f.stopProcessingRules), truth(action.stopProcessingRules)) as is_stopping,
    coalesce(filled(f.description), filled(f.textDescription)) as description,
    raw
from acting
