-- title: Files of the two exports
-- description: The files of evidence of both, by their SHA-256: the same bytes are in both, whatever the files are
--   called.
-- position: 4
-- paths: path, earlier_path
with
sides as (
    select
        *,
        if(file_id > getvariable('last_here'), 'other', 'here') as side,
        row_number() over (partition by file_id > getvariable('last_here'), sha256 order by file_id) as place,
    from evidence.files
),
here as (from sides where side = 'here'),
other as (from sides where side = 'other')
select
    case
        when o.file_id is null then 'came'
        when h.file_id is null then 'disappeared'
        else 'in both'
    end as change,
    h.path,
    o.path as earlier_path,
    coalesce(h.format, o.format) as format,
    coalesce(h.records, o.records) as records,
    coalesce(h.size_bytes, o.size_bytes) as size_bytes,
    coalesce(h.sha256, o.sha256) as sha256
from here as h
full join other as o on o.sha256 = h.sha256 and o.place = h.place
order by
    list_position(['disappeared', 'came', 'in both'], change),
    coalesce(h.path, o.path),
    h.file_id,
    o.file_id
