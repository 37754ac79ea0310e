-- title: Changes in the directory
-- description: Who changed which account, group, role, application or device, property by property, old value and new,
--   newest first. The Entra audit log and the unified audit log both tell of them: source says which one it was, and a
--   change that is in both is shown twice. A row without a property is an action that changed none, or whose record
--   does not tell.
-- notes on: file_id:record
-- position: 7
-- status: result
-- topics: persistence, consent, oauth, roles, admins, privilege escalation, application credentials, secrets,
--   mfa methods, password reset, federation, guests, licences, licenses
-- needs: directory_audits, audit_events
-- filled by: the audit log of the Entra admin center (Download, JSON rather than CSV), or the unified audit log
-- caveat: The portal's CSV keeps three targets and five properties of a record. Addresses in the unified audit log's
--   directory records are mostly those of Microsoft's own servers.
with entra_changes as (
    select
        d.event_time,
        'directory_audits' as source,
        d.initiated_by,
        d.activity,
        coalesce(c.target, d.targets) as target,
        c.target_type,
        c.property,
        c.old_value,
        c.new_value,
        d.result,
        d.result_reason,
        d.ip_address,
        d.id,
        d.file_id,
        d.record
    from directory_audits as d
    left join directory_audit_changes as c on c.parent_file_id = d.file_id and c.parent_record = d.record
),
unified_events as (
    select
        *,
        case when json_valid(raw) then json_extract(raw, '$.ModifiedProperties[*]') end as properties
    from audit_events
    where record_type = 8 and is_on_page(file_id, record)
),
unified_properties as (
    select
        *,
        unnest(case when len(properties) > 0 then properties else [null] end) as property
    from unified_events
),
unified_changes as (
    select
        event_time,
        'audit_events' as source,
        user_id as initiated_by,
        operation as activity,
        object_id as target,
        null as target_type,
        property ->> '$.Name' as property,
        property ->> '$.OldValue' as old_value,
        property ->> '$.NewValue' as new_value,
        result_status as result,
        null as result_reason,
        ip_address,
        id,
        file_id,
        record
    from unified_properties
),
-- Both logs write a value as JSON: a text in quotes, or a list of texts.
changes as (
    select
        *,
        case when json_valid(old_value) then json_type(old_value) end as old_type,
        case when json_valid(new_value) then json_type(new_value) end as new_type
    from (
        from entra_changes
        union all
        from unified_changes
    )
)
select
    event_time,
    initiated_by,
    activity,
    target,
    property,
    nullif(case old_type
        when 'VARCHAR' then old_value ->> '$'
        when 'ARRAY' then nullif(array_to_string(json_extract_string(old_value, '$[*]'), ', '), '')
        else old_value
    end, '') as old_value,
    nullif(case new_type
        when 'VARCHAR' then new_value ->> '$'
        when 'ARRAY' then nullif(array_to_string(json_extract_string(new_value, '$[*]'), ', '), '')
        else new_value
    end, '') as new_value,
    result,
    source,
    target_type,
    result_reason,
    ip_address,
    id,
    file_id,
    record
from changes
order by
    event_time desc nulls last,
    source,
    file_id,
    record,
    target,
    target_type,
    property,
    old_value,
    new_value
