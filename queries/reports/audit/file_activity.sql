-- title: Activity on files
-- description: Which file was opened, downloaded, changed, deleted or shared in SharePoint and OneDrive, by whom and from
--   where, newest first. object_id is the file's address, target whom it was shared with. A download through a sync
--   client is one too. country and network are looked up for ip_address: place_source learned = a sign-in from there gives
--   them, else the geolocation database. Page views, lists and settings are in audit_list.
-- notes on: file_id:record
-- position: 6
-- paths: object_id
-- topics: downloads, sharing, sharepoint, onedrive, anonymous links, exfiltration
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: An access is logged for what a program opens by itself too (previews, indexing, thumbnails): look at
--   user_agent and application.
with file_events as (
    select
        *,
        case when json_valid(raw) then raw end as data
    from audit_events
    where record_type in (6, 14) and is_on_page(file_id, record)
)
select
    event_time,
    user_id,
    case
        when record_type = 14 and regexp_matches(lower(operation), 'removed|revoked|deleted') then 'unshared'
        when record_type = 14 and operation ilike '%LinkUsed' then 'opened by link'
        when record_type = 14 and not regexp_matches(lower(operation), '^accessrequest|blocked$') then 'shared'
        when operation ilike '%malware%' then 'malware found'
        when operation ilike '%download%' then 'downloaded'
        when operation ilike 'FileAccessed%' or operation ilike 'FilePreviewed%' then 'opened'
        when operation ilike '%upload%' then 'uploaded'
        when operation ilike '%delete%' or operation ilike '%recycle%' then 'deleted'
        when operation ilike '%modified%' or operation ilike '%rename%' or operation ilike '%checked%'
            or operation ilike '%restore%' then 'changed'
        when operation ilike '%move%' or operation ilike '%copied%' then 'moved or copied'
        else 'other'
    end as action,
    filled(data ->> '$.SourceFileName') as file_name,
    coalesce(filled(data ->> '$.TargetUserOrGroupName'), filled(data ->> '$.SharingLinkScope')) as target,
    e.ip_address,
    a.country,
    'AS' || a.network as network,
    place_mark(a.country, a.network, a.source) as place_source,
    coalesce(filled(data ->> '$.AppAccessContext.ClientAppName'), filled(data ->> '$.ApplicationDisplayName')) as application,
    filled(data ->> '$.SiteUrl') as site,
    object_id,
    operation,
    filled(data ->> '$.TargetUserOrGroupType') as target_type,
    user_agent,
    client_app_id,
    workload,
    is_system,
    session_id,
    unique_token_id,
    sign_in_id,
    id,
    file_id,
    record
from file_events as e
left join addresses as a on client_address(e.ip_address) = a.ip_address
order by
    event_time desc nulls last,
    file_id,
    record
