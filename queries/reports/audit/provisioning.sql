-- title: Provisioning
-- description: Accounts that the provisioning service created, changed, disabled or deleted in another system, or from
--   one, newest first, with what went wrong, which properties were changed, and how each step ended.
-- notes on: file_id:record
-- position: 8
-- topics: scim
-- needs: provisioning_events
-- filled by: the provisioning logs of the Entra admin center (Download, JSON, or CSV with all of its three files)
-- caveat: Steps and properties of the CSV download whose change is not in the files stand in the tables
--   provisioning_steps and provisioning_changes only.
with changes as (
    select
        parent_file_id,
        parent_record,
        case when parent_record is null then change_id end as change_id,
        string_agg(
            coalesce(property, '?') || ': ' || coalesce(old_value, '(none)') || ' → ' || coalesce(new_value, '(none)'),
            '; ' order by property, old_value, new_value
        ) as modified_properties
    from provisioning_changes
    group by all
),
steps as (
    select
        parent_file_id,
        parent_record,
        case when parent_record is null then change_id end as change_id,
        string_agg(
            coalesce(step_type, name, 'step') || ': ' || coalesce(status, '?')
                || case when status = 'success' then '' else coalesce(' (' || description || ')', '') end,
            '; ' order by
                list_position(
                    ['import', 'scoping', 'matching', 'processing', 'referenceresolution', 'export'], lower(step_type)
                ),
                record,
                name,
                step_type,
                status,
                description
        ) as steps
    from provisioning_steps
    group by all
)
select
    e.event_time,
    e.action,
    e.status,
    e.status_detail,
    e.source_system,
    e.source_identity,
    e.target_system,
    e.target_identity,
    coalesce(changes_of.modified_properties, changes_named.modified_properties) as modified_properties,
    coalesce(steps_of.steps, steps_named.steps) as steps,
    e.service_principal_name,
    e.initiated_by,
    e.duration_ms,
    e.job_id,
    e.cycle_id,
    e.change_id,
    e.id,
    e.file_id,
    e.record
from provisioning_events as e
-- Rows of JSON hang on their record, those of the CSV on the id of the change.
left join changes as changes_of on changes_of.parent_file_id = e.file_id and changes_of.parent_record = e.record
left join changes as changes_named on changes_named.change_id = e.change_id
left join steps as steps_of on steps_of.parent_file_id = e.file_id and steps_of.parent_record = e.record
left join steps as steps_named on steps_named.change_id = e.change_id
order by
    e.event_time desc nulls last,
    e.file_id,
    e.record
