-- title: Members of groups (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Members of groups as Microsoft-Extractor-Suite writes them, and any table of group and member.
--   https://learn.microsoft.com/graph/api/group-list-members
-- recognised by: json groupId; memberId
-- recognised by: csv groupId; memberId
-- recognised by: json groupName; memberId
-- recognised by: csv groupName; memberId

-- table: state_group_members
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "groupId": "VARCHAR",
            "groupName": "VARCHAR",
            "memberId": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "displayName": "VARCHAR",
            "email": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    concat_ws('|', coalesce(filled(f.groupId), filled(f.groupName)), filled(f.memberId)) as id,
    filled(f.groupId) as group_id,
    filled(f.groupName) as group_name,
    filled(f.memberId) as member_id,
    coalesce(lower(filled(f.userPrincipalName)), lower(filled(f.email)), filled(f.displayName)) as member,
    raw
from fields
