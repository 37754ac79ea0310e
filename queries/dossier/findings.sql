-- title: What stands out
-- description: The findings that have a record of it in their evidence, the most severe first.
-- notes on: finding_id, evidence, who
-- position: 2
-- severity: severity
-- wrap: title, what, rarity
select
    severity,
    title,
    what,
    who,
    first_seen,
    last_seen,
    rarity,
    techniques,
    array_to_string(list_transform(records, r -> r.file_id || ':' || r.record)[1:20], ' ') as evidence,
    finding_id
from all_findings
where finding_id in (select finding_id from finding_records where (file_id, record) in (from dossier_records))
order by
    severity_rank,
    first_seen,
    finding_id
