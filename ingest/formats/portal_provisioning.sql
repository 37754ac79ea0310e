-- title: Entra portal provisioning log, CSV
-- family: Entra provisioning log
-- description: ProvisioningLogs, the first of the three files of Entra admin center > Provisioning logs > Download >
--   CSV: one row a change, without its steps and modified properties. Microsoft doesn't say how the columns are
--   called; those of Graph and of the portal's pages are known here. The JSON download has everything in one file.
--   https://learn.microsoft.com/entra/identity/monitoring-health/howto-analyze-provisioning-logs
-- columns: unpublished
-- recognised by: csv jobId; cycleId; changeId
-- recognised by: csv changeId; provisioningAction
-- recognised by: csv changeId; action; status

-- table: provisioning_events
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "ID": "VARCHAR",
            "Date (UTC)": "VARCHAR",
            "Date": "VARCHAR",
            "Activity date": "VARCHAR",
            "Job ID": "VARCHAR",
            "Cycle ID": "VARCHAR",
            "Change ID": "VARCHAR",
            "Action": "VARCHAR",
            "Provisioning action": "VARCHAR",
            "Status": "VARCHAR",
            "Provisioning status": "VARCHAR",
            "Error code": "VARCHAR",
            "Reason": "VARCHAR",
            "Error reason": "VARCHAR",
            "Status reason": "VARCHAR",
            "Initiated by": "VARCHAR",
            "Initiated by name": "VARCHAR",
            "Service principal": "VARCHAR",
            "Service principal name": "VARCHAR",
            "Source system": "VARCHAR",
            "Source system name": "VARCHAR",
            "Source identity": "VARCHAR",
            "Source identity name": "VARCHAR",
            "Source ID": "VARCHAR",
            "Source identity ID": "VARCHAR",
            "Target system": "VARCHAR",
            "Target system name": "VARCHAR",
            "Target identity": "VARCHAR",
            "Target identity name": "VARCHAR",
            "Target ID": "VARCHAR",
            "Target identity ID": "VARCHAR",
            "Duration": "VARCHAR",
            "Duration (ms)": "VARCHAR",
            "Duration in milliseconds": "VARCHAR"
        }') as f
    from source
),

opened as (
    select
        *,
        coalesce(filled(f."Provisioning action"), filled(f.Action)) as action
    from fields
)
select
    file_id,
    record,
    filled(f.ID) as id,
    utc(coalesce(filled(f."Date (UTC)"), filled(f.Date), f."Activity date")) as event_time,
    filled(f."Job ID") as job_id,
    filled(f."Cycle ID") as cycle_id,
    filled(f."Change ID") as change_id,
    lower(left(action, 1)) || substr(action, 2) as action,
    outcome(coalesce(filled(f."Provisioning status"), f.Status)) as status,
    nullif(concat_ws(': ',
        filled(f."Error code"), coalesce(filled(f."Error reason"), filled(f."Status reason"), filled(f.Reason))
    ), '') as status_detail,
    coalesce(filled(f."Initiated by name"), called(f."Initiated by")) as initiated_by,
    coalesce(filled(f."Service principal name"), called(f."Service principal")) as service_principal_name,
    coalesce(filled(f."Source system name"), called(f."Source system")) as source_system,
    coalesce(
        filled(f."Source identity name"), called(f."Source identity"), filled(f."Source identity ID"), filled(f."Source ID")
    ) as source_identity,
    coalesce(filled(f."Target system name"), called(f."Target system")) as target_system,
    coalesce(
        filled(f."Target identity name"), called(f."Target identity"), filled(f."Target identity ID"), filled(f."Target ID")
    ) as target_identity,
    coalesce(
        try_cast(f."Duration in milliseconds" as bigint), try_cast(f."Duration (ms)" as bigint), try_cast(f.Duration as bigint)
    ) as duration_ms,
    raw
from opened
