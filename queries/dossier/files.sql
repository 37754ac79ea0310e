-- title: Files that were downloaded or opened
-- description: One row a file and what was done with it; times is how often. An opened file is one whose content went to
--   the client.
-- position: 6
select
    k.kind as what,
    coalesce(filled(e.raw ->> '$.SourceFileName'), e.object_id) as file,
    coalesce(e.raw ->> '$.SiteUrl', '') || coalesce(e.raw ->> '$.SourceRelativeUrl', '') as place,
    count(*) as times,
    max(try_cast(e.raw ->> '$.FileSizeBytes' as bigint)) as size_bytes,
    min(e.event_time) as first_time,
    max(e.event_time) as last_time,
    string_agg(distinct placed_address(e.ip_address, a.country, a.network, a.source), ', ' order by placed_address(e.ip_address, a.country, a.network, a.source)) as ip_addresses
from dossier_events as e
join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
left join addresses as a on client_address(e.ip_address) = a.ip_address
where k.kind in ('downloaded', 'opened')
group by all
order by what, first_time, file, place
