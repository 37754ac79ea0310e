-- title: Groups (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph groups as JSON or CSV, what Get-MgGroup writes, and the groups of Microsoft-Extractor-Suite.
--   https://learn.microsoft.com/graph/api/resources/group
-- recognised by: json groupTypes; securityEnabled
-- recognised by: csv groupTypes; securityEnabled
-- recognised by: json groupTypes; displayName
-- recognised by: csv groupTypes; displayName
-- recognised by: json groupId; displayName; membershipRule
-- recognised by: csv groupId; displayName; membershipRule
-- recognised by: json groupId; groupName; membershipRule
-- recognised by: csv groupId; groupName; membershipRule
-- recognised by: json displayName; securityEnabled; mailEnabled
-- recognised by: csv displayName; securityEnabled; mailEnabled

-- table: state_groups
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "groupId": "VARCHAR",
            "displayName": "VARCHAR",
            "groupName": "VARCHAR",
            "mail": "VARCHAR",
            "groupTypes": "VARCHAR",
            "securityEnabled": "VARCHAR",
            "isAssignableToRole": "VARCHAR",
            "membershipRule": "VARCHAR",
            "createdDateTime": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.groupId)) as id,
    coalesce(filled(f.displayName), filled(f.groupName)) as display_name,
    lower(filled(f.mail)) as mail,
    joined(f.groupTypes) as kinds,
    truth(f.securityEnabled) as is_security,
    truth(f.isAssignableToRole) as may_have_roles,
    filled(f.membershipRule) as membership_rule,
    utc(f.createdDateTime) as created_time,
    raw
from fields
