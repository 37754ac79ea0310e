-- title: Entra directory audit log, JSON
-- family: Entra directory audit log
-- description: What the portal downloads as JSON, what Graph returns for auditLogs/directoryAudits, and the
--   properties of diagnostic-settings records of category AuditLogs.
--   https://learn.microsoft.com/graph/api/resources/directoryaudit
-- recognised by: json activityDisplayName; loggedByService; initiatedBy
-- nested: initiatedBy; initiatedBy.user; initiatedBy.app; targetResources[]; targetResources.modifiedProperties[]
-- nested: additionalDetails[]
-- envelope: activityDateTime = time; activityDisplayName = operationName; correlationId = correlationId; result = resultType
-- envelope, too: resultReason = resultDescription; initiatedBy.user.displayName = identity; callerIpAddress = callerIpAddress

-- table: directory_audits
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "activityDateTime": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "category": "VARCHAR",
            "activityDisplayName": "VARCHAR",
            "loggedByService": "VARCHAR",
            "result": "VARCHAR",
            "resultReason": "VARCHAR",
            "initiatedBy": {
                "user": {"id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR", "ipAddress": "VARCHAR"},
                "app": {"appId": "VARCHAR", "displayName": "VARCHAR", "servicePrincipalId": "VARCHAR", "servicePrincipalName": "VARCHAR"}
            },
            "userAgent": "VARCHAR",
            "additionalDetails": [{"key": "VARCHAR", "value": "VARCHAR"}],
            "targetResources": [{"id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR"}],
            "correlationId": "VARCHAR",
            "callerIpAddress": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.id) as id,
    utc(coalesce(f.activityDateTime, f.createdDateTime)) as event_time,
    filled(f.category) as category,
    filled(f.activityDisplayName) as activity,
    filled(f.loggedByService) as service,
    coalesce(portal_status(f.result), filled(f.result)) as result,
    filled(f.resultReason) as result_reason,
    coalesce(
        lower(filled(f.initiatedBy.user.userPrincipalName)), filled(f.initiatedBy.user.displayName),
        filled(f.initiatedBy.app.displayName), filled(f.initiatedBy.app.servicePrincipalName),
        filled(f.initiatedBy.user.id), filled(f.initiatedBy.app.appId)
    ) as initiated_by,
    case
        when f.initiatedBy.user.id is not null or f.initiatedBy.user.userPrincipalName is not null then 'user'
        when f.initiatedBy.app is not null then 'app'
    end as initiated_by_type,
    bare_ip(coalesce(address_text(f.initiatedBy.user.ipAddress), f.callerIpAddress)) as ip_address,
    coalesce(
        filled(f.userAgent), filled(list_filter(f.additionalDetails, d -> d.key = 'User-Agent')[1].value)
    ) as user_agent,
    nullif(array_to_string(
        list_transform(f.targetResources, t -> coalesce(filled(t.userPrincipalName), filled(t.displayName), filled(t.id))), ', '), '') as targets,
    filled(f.correlationId) as correlation_id,
    raw
from fields

-- table: directory_audit_changes of directory_audits
with listed as (
    select
        file_id,
        record,
        id,
        from_json(body, '{"targetResources": [{
            "id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR", "type": "VARCHAR",
            "modifiedProperties": [{"displayName": "VARCHAR", "oldValue": "VARCHAR", "newValue": "VARCHAR"}]
        }]}').targetResources as targets
    from parents
),

targets as (
    select
        file_id,
        record,
        id,
        unnest(targets) as t
    from listed
),

changes as (
    select
        file_id,
        record,
        id,
        t,
        unnest(t.modifiedProperties) as c
    from targets
)
select
    file_id as parent_file_id,
    record as parent_record,
    id as audit_id,
    filled(trim(t.type)) as target_type,
    coalesce(filled(trim(t.userPrincipalName)), filled(trim(t.displayName)), filled(trim(t.id))) as target,
    filled(trim(c.displayName)) as property,
    c.oldValue as old_value,
    c.newValue as new_value
from changes
