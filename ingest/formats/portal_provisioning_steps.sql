-- title: Entra portal provisioning steps, CSV
-- family: Entra provisioning log
-- description: ProvisioningLogs_ProvisioningSteps, which comes with the CSV download of the provisioning log: one row a
--   step, with the id of the change that it belongs to. Microsoft doesn't say how the other columns are called; those
--   of Graph are known here, and names that say the same.
--   https://learn.microsoft.com/graph/api/resources/provisioningstep
-- columns: unpublished
-- recognised by: csv changeId; provisioningStepType
-- recognised by: csv changeId; stepType
-- recognised by: csv changeId; stepName
-- recognised by: csv changeId; provisioningStep
-- recognised by: csv changeId; provisioningStepName
-- recognised by: csv changeId; step; status
-- recognised by: csv changeId; name; status; description

-- table: provisioning_steps
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Change ID": "VARCHAR",
            "Name": "VARCHAR",
            "Step": "VARCHAR",
            "Step name": "VARCHAR",
            "Provisioning step": "VARCHAR",
            "Provisioning step name": "VARCHAR",
            "Step type": "VARCHAR",
            "Provisioning step type": "VARCHAR",
            "Status": "VARCHAR",
            "Step status": "VARCHAR",
            "Provisioning step status": "VARCHAR",
            "Description": "VARCHAR",
            "Step description": "VARCHAR",
            "Provisioning step description": "VARCHAR",
            "Details": "VARCHAR",
            "Step details": "VARCHAR",
            "Provisioning step details": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f."Change ID") as change_id,
    coalesce(
        filled(f."Provisioning step name"), filled(f."Step name"), filled(f."Provisioning step"), filled(f.Step), filled(f.Name)
    ) as name,
    filled(coalesce(filled(f."Provisioning step type"), f."Step type")) as step_type,
    outcome(coalesce(filled(f."Provisioning step status"), filled(f."Step status"), f.Status)) as status,
    coalesce(
        filled(f."Provisioning step description"), filled(f."Step description"), filled(f.Description)
    ) as description,
    coalesce(filled(f."Provisioning step details"), filled(f."Step details"), filled(f.Details)) as details,
    raw
from fields
