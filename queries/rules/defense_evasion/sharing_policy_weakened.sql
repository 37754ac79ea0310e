-- title: Sharing or access from outside made wider
-- severity: medium
-- techniques: T1562
-- catalogue: D114
-- meaning: A setting of SharePoint, OneDrive or Teams now lets more people from outside in, or lets files be shared
--   more widely.
-- false positives: A planned change, such as a new partner.
-- blind spots: Settings that the log names in another way. A change that makes sharing narrower is not reported where
--   its value shows it.
-- next: Ask the administrator, and see what was shared since, or who wrote from outside.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with logged as (
    select
        * exclude (raw),
        json_extract_string(json_text(raw), ['$.ModifiedProperties', '$.Parameters', '$.Name', '$.NewValue', '$.OldValue', '$.ModifiedProperties[0].NewValue']) as parts
    from evidence.audit_events
    where (
            regexp_full_match(operation, '(Set|New)-Cs(TenantFederationConfiguration|ExternalAccessPolicy|TeamsClientConfiguration|TeamsGuest\w+|TeamsAppPermissionPolicy|TeamsMeetingPolicy)|Set-SPO(Tenant|Site)')
            or list_contains(['SharingPolicyChanged', 'TeamsSettingChanged', 'TeamsTenantSettingChanged', 'SharingCapabilityChanged', 'AllowAnonymousSharing',
                'ExternalSharingSettingChanged', 'NetworkAccessPolicyChanged', 'DeviceAccessPolicyChanged', 'UnmanagedDeviceAccessPolicyChanged'], operation)
        )
        and not coalesce(is_system, false)
),
settings as (
    select
        *,
        coalesce(
            from_json(json_text(case when json_type(json_text(parts[1])) = 'ARRAY' then parts[1] end), '[{"Name": "VARCHAR", "NewValue": "VARCHAR", "OldValue": "VARCHAR"}]'),
            []
        ) || coalesce(list_transform(
            from_json(json_text(case when json_type(json_text(parts[2])) = 'ARRAY' then parts[2] end), '[{"Name": "VARCHAR", "Value": "VARCHAR"}]'),
            p -> {'Name': p.Name, 'NewValue': p.Value, 'OldValue': null::varchar}
        ), []) || case when parts[3] is null then [] else [{'Name': parts[3], 'NewValue': parts[4], 'OldValue': parts[5]}] end as changes
    from logged
),
wider as (
    select
        *,
        list_filter(
            changes,
            c -> c.NewValue is distinct from c.OldValue and (
                regexp_matches(replace(lower(c.Name), ' ', ''), 'allowpublicusers|allowfederatedusers|allowteamsconsumer|enablefederationaccess|enablepublic|enableteamsconsumer|enableacs|allowguest|guestaccess|anonymous|externalaccess|allowdropbox|allowbox|allowgoogle|allowsharefile|allowegnyte|allowemailintochannel|sideload|customapp|externaluser|publicsharing|allowrole.*guest|domainallowed|alloweddomains|accountsthatmayshare|resharing')
                    and regexp_matches(lower(c.NewValue), '^\$?(true|enabled|on|1|everyone|allowallknowndomains|unrestricted)$|\w+\.\w+')
                -- apps are let in but for those on a list
                or regexp_matches(lower(c.Name), 'catalogappstype') and lower(c.NewValue) = 'blockedapplist'
                or regexp_matches(lower(c.Name), 'sharingcapability|sharingoption|sharing ?policy|sharelinks?')
                    -- from narrow to wide
                    and coalesce(
                        list_position(['disabled', 'existingexternalusersharingonly', 'externalusersharingonly', 'externaluserandguestsharing'], lower(c.NewValue))
                        > list_position(['disabled', 'existingexternalusersharingonly', 'externalusersharingonly', 'externaluserandguestsharing'], lower(c.OldValue)),
                        true
                    )
                    and regexp_matches(lower(c.NewValue), 'externaluserandguest|externalusersharingonly|externalusersharing|anyone|anonymous|enabled|^true$')
                or regexp_matches(lower(c.Name), 'conditionalaccesspolicy|allowlimitedaccess|networkaccess') and regexp_matches(lower(c.NewValue), 'allowfullaccess|^false$|disabled')
            )
        ) as widened
    from settings
)
select
    'medium' as severity,
    user_id || ' made access from outside wider (' || operation || coalesce(' on ' || nullif(object_id, ''), '') || '): '
        || array_to_string(list_transform(widened, c -> c.Name || coalesce(' from ' || nullif(c.OldValue, ''), '') || ' to ' || coalesce(c.NewValue, 'nothing')), ', ') as what,
    user_id as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    lower(nullif(object_id, '')) as target,
    lower(app_id) as app_id,
    session_id,
    list_filter([client_address(ip_address)], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    coalesce(id, file_id || ':' || record) as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from wider
where len(widened) > 0
order by event_time, file_id, record
