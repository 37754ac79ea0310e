-- title: What these files can not say
-- description: What the evidence as a whole leaves open.
-- position: 11
-- layout: story
-- wrap: sentence
select
    null::integer as incident,
    upper(subject[1]) || subject[2:] as topic,
    remark as sentence,
    'The files can''t say' as basis,
    null::varchar as look_in,
    null::varchar as look_for
from limits
order by
    position,
    subject,
    remark
