-- title: Named locations (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph conditionalAccess/namedLocations as JSON, and what Get-MgIdentityConditionalAccessNamedLocation writes, which as CSV
--   has no more than the names. https://learn.microsoft.com/graph/api/resources/namedlocation
-- recognised by: json displayName; ipRanges
-- recognised by: json displayName; countriesAndRegions
-- recognised by: csv displayName; ipRanges
-- recognised by: csv displayName; countriesAndRegions
-- recognised by: csv displayName; modifiedDateTime; additionalProperties
-- nested: ipRanges[] or text; additionalProperties

-- table: state_named_locations
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "displayName": "VARCHAR",
            "isTrusted": "VARCHAR",
            "ipRanges": "VARCHAR",
            "countriesAndRegions": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "modifiedDateTime": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.displayName)) as id,
    filled(f.displayName) as display_name,
    truth(f.isTrusted) as is_trusted,
    coalesce(nullif(array_to_string(list_transform(from_json(json_list(f.ipRanges), '[{"cidrAddress": "VARCHAR"}]'), r -> r.cidrAddress), ', '), ''), joined(f.ipRanges)) as ip_ranges,
    joined(f.countriesAndRegions) as countries,
    utc(f.createdDateTime) as created_time,
    utc(f.modifiedDateTime) as changed_time,
    raw
from fields
