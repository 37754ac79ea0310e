-- title: What is still open
-- description: What was made or changed in it, or by its users within its time without an id, and is not removed again as far as
--   these files go. Check each in the tenant.
-- notes on: evidence, object
-- position: 10
-- wrap: object, detail, how_sure
-- on a terminal: kind, object, detail, since, how_sure
with places as (
    select file_id || ':' || record as place from dossier_records
    union
    select file_id || ':' || record from dossier_beside where is_within and is_by_user
),
of_it as (
    select evidence
    from (select evidence, unnest(string_split(evidence, ' ')) as place from open_doors)
    where place in (select place from places)
)
select
    kind,
    object,
    detail,
    how_sure,
    since,
    last_changed,
    actor,
    ip_address,
    evidence
from open_doors
where evidence in (select evidence from of_it)
order by
    since,
    kind,
    object,
    detail,
    evidence
