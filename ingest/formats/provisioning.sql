-- title: Entra provisioning log
-- family: Entra provisioning log
-- description: Graph's auditLogs/provisioning, the portal's JSON download, the properties of diagnostic-settings records
--   of category ProvisioningLogs, and the table AADProvisioningLogs of Log Analytics. Objects come as such or as JSON
--   text, their names as displayName or name. The portal's CSV download is another: portal_provisioning.
--   https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary
-- recognised by: json jobId; cycleId; changeId
-- recognised by: csv jobId; cycleId; changeId; timeGenerated
-- recognised by: csv jobId; cycleId; changeId; activityDateTime
-- envelope: activityDateTime = time; provisioningStatusInfo.status = resultType

-- table: provisioning_events
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "activityDateTime": "VARCHAR",
            "timeGenerated": "VARCHAR",
            "jobId": "VARCHAR",
            "cycleId": "VARCHAR",
            "changeId": "VARCHAR",
            "provisioningAction": "VARCHAR",
            "action": "VARCHAR",
            "provisioningStatusInfo": "VARCHAR",
            "statusInfo": "VARCHAR",
            "status": "VARCHAR",
            "resultType": "VARCHAR",
            "resultSignature": "VARCHAR",
            "resultDescription": "VARCHAR",
            "initiatedBy": "VARCHAR",
            "servicePrincipal": "VARCHAR",
            "sourceSystem": "VARCHAR",
            "sourceIdentity": "VARCHAR",
            "targetSystem": "VARCHAR",
            "targetIdentity": "VARCHAR",
            "durationInMilliseconds": "VARCHAR",
            "durationMs": "VARCHAR"
        }') as f
    from source
),

opened as (
    select
        *,
        coalesce(filled(f.provisioningAction), filled(f.action)) as action,
        json_text(coalesce(filled(f.provisioningStatusInfo), filled(f.statusInfo))) as outcome_text
    from fields
)
select
    file_id,
    record,
    filled(f.id) as id,
    utc(coalesce(filled(f.activityDateTime), f.timeGenerated)) as event_time,
    filled(f.jobId) as job_id,
    filled(f.cycleId) as cycle_id,
    filled(f.changeId) as change_id,
    lower(left(action, 1)) || substr(action, 2) as action,
    outcome(coalesce(
        filled(trim(outcome_text ->> '$.status')), filled(trim(outcome_text ->> '$.Status')), filled(f.status), f.resultType
    )) as status,
    coalesce(
        nullif(concat_ws(': ',
            coalesce(filled(trim(outcome_text ->> '$.errorInformation.errorCode')), filled(trim(outcome_text ->> '$.ErrorInformation.ErrorCode'))),
            coalesce(filled(trim(outcome_text ->> '$.errorInformation.reason')), filled(trim(outcome_text ->> '$.ErrorInformation.Reason')))
        ), ''),
        nullif(concat_ws(': ', nullif(filled(f.resultSignature), 'None'), filled(f.resultDescription)), '')
    ) as status_detail,
    called(f.initiatedBy) as initiated_by,
    called(f.servicePrincipal) as service_principal_name,
    called(f.sourceSystem) as source_system,
    called(f.sourceIdentity) as source_identity,
    called(f.targetSystem) as target_system,
    called(f.targetIdentity) as target_identity,
    coalesce(try_cast(f.durationInMilliseconds as bigint), try_cast(f.durationMs as bigint)) as duration_ms,
    raw
from opened

-- table: provisioning_steps of provisioning_events
with fields as (
    select
        file_id,
        record,
        from_json(body, '{"changeId": "VARCHAR", "provisioningSteps": "VARCHAR"}') as f
    from parents
),

steps as (
    select
        file_id,
        record,
        f.changeId as change_id,
        unnest(from_json(json_text(f.provisioningSteps), '["JSON"]')) as step
    from fields
)
select
    file_id as parent_file_id,
    record as parent_record,
    filled(trim(change_id)) as change_id,
    coalesce(filled(trim(step ->> '$.name')), filled(trim(step ->> '$.Name'))) as name,
    coalesce(
        filled(trim(step ->> '$.provisioningStepType')), filled(trim(step ->> '$.ProvisioningStepType')), filled(trim(step ->> '$.Type'))
    ) as step_type,
    outcome(trim(coalesce(step ->> '$.status', step ->> '$.Status'))) as status,
    coalesce(filled(trim(step ->> '$.description')), filled(trim(step ->> '$.Description'))) as description,
    nullif(nullif(coalesce(step ->> '$.details', step ->> '$.Details'), '{}'), '') as details
from steps

-- table: provisioning_changes of provisioning_events
with fields as (
    select
        file_id,
        record,
        from_json(body, '{"changeId": "VARCHAR", "modifiedProperties": "VARCHAR"}') as f
    from parents
),

changes as (
    select
        file_id,
        record,
        f.changeId as change_id,
        unnest(from_json(json_text(f.modifiedProperties), '["JSON"]')) as change
    from fields
)
select
    file_id as parent_file_id,
    record as parent_record,
    filled(trim(change_id)) as change_id,
    coalesce(filled(trim(change ->> '$.displayName')), filled(trim(change ->> '$.DisplayName')), filled(trim(change ->> '$.Name'))) as property,
    filled(trim(coalesce(change ->> '$.oldValue', change ->> '$.OldValue'))) as old_value,
    filled(trim(coalesce(change ->> '$.newValue', change ->> '$.NewValue'))) as new_value
from changes
