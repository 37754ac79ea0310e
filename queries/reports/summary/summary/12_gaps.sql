-- title: what cannot be concluded
-- description: What the files can not say.
select
    row_number() over (order by position, subject, remark) as item_no,
    subject as item,
    null as value,
    remark as detail,
from (
    select position, subject, remark
    from limits
    union all
    select
        100 + min(position),
        coalesce(export || ': ', '') || string_agg(part, ', ' order by position, part),
        remarks,
    from (
        select
            position,
            nullif(regexp_extract(log, '^(.*): ', 1), '') as export,
            regexp_replace(log, '^.*: ', '') as part,
            remarks,
        from coverage
        where remarks is not null
    )
    group by export, remarks
)
