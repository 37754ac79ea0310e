-- title: Transport rules (a state)
-- family: States of Exchange: mailboxes, rules, permissions
-- description: Get-TransportRule as CSV or JSON, and the same by Microsoft-Extractor-Suite (Get-TransportRules) and hawk.
--   https://learn.microsoft.com/powershell/module/exchange/get-transportrule
-- recognised by: json name; state; mode; priority
-- recognised by: csv name; state; mode; priority
-- recognised by: json name; description; createdBy; whenChanged; state
-- recognised by: csv name; description; createdBy; whenChanged; state
-- recognised by: json name; state; redirectMessageTo
-- recognised by: csv name; state; redirectMessageTo

-- table: state_transport_rules
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "guid": "VARCHAR",
            "immutableId": "VARCHAR",
            "name": "VARCHAR",
            "state": "VARCHAR",
            "mode": "VARCHAR",
            "priority": "VARCHAR",
            "redirectMessageTo": "VARCHAR",
            "blindCopyTo": "VARCHAR",
            "copyTo": "VARCHAR",
            "addToRecipients": "VARCHAR",
            "deleteMessage": "VARCHAR",
            "description": "VARCHAR",
            "comments": "VARCHAR",
            "createdBy": "VARCHAR",
            "whenChanged": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.guid), filled(f.immutableId), filled(f.name)) as id,
    filled(f.name) as name,
    case f.state when '0' then 'Enabled' when '1' then 'Disabled' else filled(f.state) end as state,
    filled(f.mode) as mode,
    whole(f.priority) as priority,
    joined(f.redirectMessageTo) as redirect_to,
    nullif(concat_ws(', ', joined(f.blindCopyTo), joined(f.copyTo), joined(f.addToRecipients)), '') as copy_to,
    truth(f.deleteMessage) as is_deleting,
    filled(f.description) as description,
    filled(f.comments) as comments,
    filled(f.createdBy) as created_by,
    utc(f.whenChanged) as changed_time,
    raw
from fields
