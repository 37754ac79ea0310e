-- title: Roles (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph role assignments, eligible ones too, as JSON, directory roles with their members, and the roles and PIM assignments
--   of Microsoft-Extractor-Suite and of the portal, and the administrators of hawk. https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
-- recognised by: json roleDefinitionId; principalId
-- recognised by: csv roleDefinitionId; principalId
-- recognised by: json roleName; userPrincipalName; assignmentType
-- recognised by: json roleName; userPrincipalName; displayName
-- recognised by: csv roleName; userPrincipalName; displayName
-- recognised by: csv roleName; userPrincipalName; assignmentType
-- recognised by: json role; userName; userId
-- recognised by: csv role; userName; userId
-- recognised by: json roleDefinitionName; signInName; scope
-- recognised by: csv roleDefinitionName; signInName; scope
-- recognised by: json adminGroupName; members; memberType
-- recognised by: csv adminGroupName; members; memberType
-- recognised by: json roleTemplateId; displayName; members
-- recognised by: csv Role Name; Member Email; Assignment State
-- flat: Member Email = userPrincipalName; Assignment State = assignmentStatus; Assignment Start Time (UTC) = startDateTime
-- flat: Assignment End Time (UTC) = endDateTime; User Group Name = displayName
-- nested: roleDefinition; principal; members[] or text

-- table: state_role_assignments
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "roleAssignmentId": "VARCHAR",
            "roleDefinitionId": "VARCHAR",
            "roleTemplateId": "VARCHAR",
            "roleDefinition": {"displayName": "VARCHAR"},
            "principal": {"displayName": "VARCHAR", "userPrincipalName": "VARCHAR"},
            "roleName": "VARCHAR",
            "role": "VARCHAR",
            "adminGroupName": "VARCHAR",
            "members": "VARCHAR",
            "roleDefinitionName": "VARCHAR",
            "principalId": "VARCHAR",
            "userId": "VARCHAR",
            "objectId": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "userName": "VARCHAR",
            "signInName": "VARCHAR",
            "principalName": "VARCHAR",
            "roleEligibilityScheduleId": "VARCHAR",
            "roleAssignmentScheduleId": "VARCHAR",
            "displayName": "VARCHAR",
            "assignmentType": "VARCHAR",
            "assignmentStatus": "VARCHAR",
            "memberType": "VARCHAR",
            "directoryScopeId": "VARCHAR",
            "scope": "VARCHAR",
            "startDateTime": "VARCHAR",
            "endDateTime": "VARCHAR",
            "scheduleInfo": "VARCHAR",
            "createdDateTime": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.roleAssignmentId), concat_ws('|', filled(f.role), filled(f.roleName), filled(f.adminGroupName), filled(f.userId), filled(f.objectId), filled(f.members), lower(filled(f.userPrincipalName)), filled(f.assignmentStatus), filled(f.directoryScopeId))) as id,
    coalesce(
        filled(f.roleName), filled(f.role), filled(f.adminGroupName), filled(f.roleDefinition.displayName), filled(f.roleDefinitionName), filled(f.roleDefinitionId),
        case when filled(f.roleTemplateId) is not null then filled(f.displayName) end
    ) as role,
    coalesce(filled(f.principalId), filled(f.userId), filled(f.objectId)) as member_id,
    coalesce(lower(filled(f.userPrincipalName)), lower(filled(f.userName)), lower(filled(f.principal.userPrincipalName)), lower(filled(f.signInName)), lower(filled(f.principalName)), lower(directory_objects(f.members)), filled(f.principal.displayName),
        case when filled(f.roleTemplateId) is null then filled(f.displayName) end) as member,
    case
        when contains(lower(concat_ws(' ', f.assignmentStatus, f.assignmentType)), 'eligible') or f.roleEligibilityScheduleId <> '' then 'eligible'
        when f.assignmentType <> '' or f.assignmentStatus <> '' or f.roleAssignmentScheduleId <> '' then 'active'
    end as kind,
    coalesce(filled(f.directoryScopeId), filled(f.scope)) as scope,
    coalesce(utc(f.startDateTime), utc(json_text(f.scheduleInfo) ->> '$.startDateTime')) as start_time,
    coalesce(utc(f.endDateTime), utc(json_text(f.scheduleInfo) ->> '$.expiration.endDateTime')) as end_time,
    raw
from fields
