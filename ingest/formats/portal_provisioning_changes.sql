-- title: Entra portal provisioning log's modified properties, CSV
-- family: Entra provisioning log
-- description: ProvisioningLogs_ModifiedProperties, which comes with the CSV download of the provisioning log: one row
--   a property, with the id of the change that it belongs to. Microsoft doesn't say how the other columns are called;
--   those of Graph are known here, and names that say the same.
--   https://learn.microsoft.com/graph/api/resources/modifiedproperty
-- columns: unpublished
-- recognised by: csv changeId; displayName; newValue
-- recognised by: csv changeId; name; newValue
-- recognised by: csv changeId; property; newValue
-- recognised by: csv changeId; propertyName; newValue
-- recognised by: csv changeId; attribute; newValue
-- recognised by: csv changeId; attributeName; newValue
-- recognised by: csv changeId; modifiedProperty; newValue
-- recognised by: csv changeId; modifiedPropertyName; modifiedPropertyNewValue

-- table: provisioning_changes
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Change ID": "VARCHAR",
            "Display name": "VARCHAR",
            "Name": "VARCHAR",
            "Property": "VARCHAR",
            "Property name": "VARCHAR",
            "Attribute": "VARCHAR",
            "Attribute name": "VARCHAR",
            "Modified property": "VARCHAR",
            "Modified property name": "VARCHAR",
            "Old value": "VARCHAR",
            "Modified property old value": "VARCHAR",
            "New value": "VARCHAR",
            "Modified property new value": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f."Change ID") as change_id,
    coalesce(
        filled(f."Modified property name"), filled(f."Modified property"), filled(f."Property name"), filled(f.Property),
        filled(f."Attribute name"), filled(f.Attribute), filled(f."Display name"), filled(f.Name)
    ) as property,
    filled(coalesce(f."Modified property old value", f."Old value")) as old_value,
    filled(coalesce(f."Modified property new value", f."New value")) as new_value,
    raw
from fields
