-- description: Whether an operation of the audit log changes a mailbox or what becomes of mail: rules, forwarding,
--   permissions, connectors, what is audited.
-- parameters: operation
regexp_matches(lower(operation),
    'inboxrule|^set-mailbox$|transportrule|boundconnector|mailboxpermission|recipientpermission'
    || '|mailboxfolderpermission|modifyfolderpermissions|addfolderpermissions|set-casmailbox|junkemailconfiguration'
    || '|auditbypassassociation')
