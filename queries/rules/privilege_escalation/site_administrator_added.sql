-- title: Administrator of a site added
-- severity: medium
-- techniques: T1098
-- catalogue: D113
-- meaning: An account became administrator of a whole site or OneDrive: it can read and change everything there.
-- false positives: Whoever makes a site becomes its administrator at once: left out. SharePoint administrators do it
--   often: then it is low.
-- blind spots: Owners of the group behind a team site.
-- next: Ask the administrator. Look for what the account opened there.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with added as (
    select
        *,
        json_extract_string(json_text(raw), ['$.TargetUserOrGroupName', '$.ModifiedProperties']) as parts
    from evidence.audit_events
    where list_contains(['SiteCollectionAdminAdded', 'SiteAdminChangeRequest', 'AddedSiteCollectionAdmin'], operation)
        and not coalesce(is_system, false)
),
created as (
    select distinct
        user_id,
        rtrim(lower(object_id), '/') as site,
        event_time::date as day
    from evidence.audit_events
    where operation = 'SiteCollectionCreated'
),
routine as (
    select
        user_id,
        count(distinct event_time::date) as days
    from added
    group by user_id
),
judged as (
    select
        a.* exclude (raw),
        lower(coalesce(nullif(a.parts[1], ''), nullif(regexp_extract(a.parts[2], '"NewValue"\s*:\s*"([^"]*)"', 1), ''))) as holder,
        rtrim(lower(a.object_id), '/') as site,
        contains(lower(a.object_id), '-my.sharepoint.com/personal/') as is_personal,
        r.days
    from added as a
    left join routine as r using (user_id)
)
select
    case
        when c.site is not null then 'info'
        when is_personal then 'medium'
        when coalesce(days, 0) < 3 then 'medium'
        else 'low'
    end as severity,
    j.user_id || ' made ' || coalesce(holder, 'an account') || ' administrator of ' || coalesce(j.object_id, 'a site') as what,
    j.user_id as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(holder, j.site) as target,
    lower(app_id) as app_id,
    session_id,
    list_filter([client_address(ip_address)], a -> a is not null) as ip_addresses,
    case when days < 3 then 'on ' || counted(days, 'day', 'days') || ' of the log ' || j.user_id || ' did so' end as rarity,
    coalesce(id, file_id || ':' || record) as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from judged as j
left join created as c on c.user_id = j.user_id and c.site = j.site and c.day = j.event_time::date
order by event_time, file_id, record
