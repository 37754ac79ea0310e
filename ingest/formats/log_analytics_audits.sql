-- title: Log Analytics directory audit log
-- family: Entra directory audit log
-- description: The table AuditLogs as Log Analytics or Sentinel exports it, CSV or JSON. Columns of type dynamic come
--   as objects or as JSON text. https://learn.microsoft.com/azure/azure-monitor/reference/tables/auditlogs
-- recognised by: csv ActivityDisplayName; LoggedByService; InitiatedBy; TargetResources
-- recognised by: csv OperationName; InitiatedBy; TargetResources
-- recognised by: json TimeGenerated; ActivityDisplayName; LoggedByService; InitiatedBy
-- recognised by: json TimeGenerated; OperationName; InitiatedBy; TargetResources

-- table: directory_audits
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Id": "VARCHAR",
            "ActivityDateTime": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "Category": "VARCHAR",
            "ActivityDisplayName": "VARCHAR",
            "OperationName": "VARCHAR",
            "LoggedByService": "VARCHAR",
            "Result": "VARCHAR",
            "ResultReason": "VARCHAR",
            "InitiatedBy": "VARCHAR",
            "AdditionalDetails": "VARCHAR",
            "TargetResources": "VARCHAR",
            "CorrelationId": "VARCHAR"
        }') as f
    from source
),

opened as (
    select
        *,
        from_json(json_text(f.InitiatedBy), '{
            "user": {"id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR", "ipAddress": "VARCHAR"},
            "app": {"appId": "VARCHAR", "displayName": "VARCHAR", "servicePrincipalId": "VARCHAR", "servicePrincipalName": "VARCHAR"}
        }') as initiator,
        from_json(json_text(f.AdditionalDetails), '[{"key": "VARCHAR", "value": "VARCHAR"}]') as details,
        from_json(json_list(f.TargetResources), '[{"id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR"}]') as targets
    from fields
)
select
    file_id,
    record,
    filled(f.Id) as id,
    utc(coalesce(filled(f.ActivityDateTime), f.TimeGenerated)) as event_time,
    filled(f.Category) as category,
    coalesce(filled(f.ActivityDisplayName), filled(f.OperationName)) as activity,
    filled(f.LoggedByService) as service,
    outcome(f.Result) as result,
    filled(f.ResultReason) as result_reason,
    coalesce(
        lower(filled(trim(initiator.user.userPrincipalName))), filled(trim(initiator.user.displayName)),
        filled(trim(initiator.app.displayName)), filled(trim(initiator.app.servicePrincipalName)),
        filled(trim(initiator.user.id)), filled(trim(initiator.app.appId))
    ) as initiated_by,
    case
        when initiator.user.id is not null or initiator.user.userPrincipalName is not null then 'user'
        when initiator.app is not null then 'app'
    end as initiated_by_type,
    bare_ip(initiator.user.ipAddress) as ip_address,
    filled(trim(list_filter(details, d -> d.key = 'User-Agent')[1].value)) as user_agent,
    nullif(array_to_string(
        list_transform(targets, t -> coalesce(filled(trim(t.userPrincipalName)), filled(trim(t.displayName)), filled(trim(t.id)))), ', '), '') as targets,
    filled(f.CorrelationId) as correlation_id,
    raw
from opened

-- table: directory_audit_changes of directory_audits
with listed as (
    select
        file_id,
        record,
        id,
        from_json(json_list(from_json(body, '{"TargetResources": "VARCHAR"}').TargetResources), '[{
            "id": "VARCHAR", "displayName": "VARCHAR", "userPrincipalName": "VARCHAR", "type": "VARCHAR",
            "modifiedProperties": [{"displayName": "VARCHAR", "oldValue": "VARCHAR", "newValue": "VARCHAR"}]
        }]') as targets
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
