-- title: Entra provisioning log
-- description: Graph's auditLogs/provisioning, the portal's JSON download, the properties of diagnostic-settings records
--   of category ProvisioningLogs, and the table AADProvisioningLogs of Log Analytics. Objects come as such or as JSON
--   text, their names as displayName or name. Of the portal's CSV only the first file is read, which has a row a
--   change; the files of steps and of modified properties repeat parts of the JSON download, which is better.
--   https://learn.microsoft.com/graph/api/resources/provisioningobjectsummary
-- recognised by: json jobId; cycleId; changeId
-- recognised by: csv jobId; cycleId; changeId

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
            "Date (UTC)": "VARCHAR",
            "Date": "VARCHAR",
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
    utc(coalesce(filled(f.activityDateTime), filled(f."Date (UTC)"), filled(f.Date), f.timeGenerated)) as event_time,
    filled(f.jobId) as job_id,
    filled(f.cycleId) as cycle_id,
    filled(f.changeId) as change_id,
    lower(left(action, 1)) || substr(action, 2) as action,
    outcome(coalesce(
        filled(outcome_text ->> '$.status'), filled(outcome_text ->> '$.Status'), filled(f.status), f.resultType
    )) as status,
    coalesce(
        nullif(concat_ws(': ',
            coalesce(filled(outcome_text ->> '$.errorInformation.errorCode'), filled(outcome_text ->> '$.ErrorInformation.ErrorCode')),
            coalesce(filled(outcome_text ->> '$.errorInformation.reason'), filled(outcome_text ->> '$.ErrorInformation.Reason'))
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
