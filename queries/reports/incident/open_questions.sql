-- title: What cannot be concluded
-- description: What these files leave open, a sentence each. It is the same whatever a filter shows.
-- layout: story
-- wrap: sentence
-- position: 9
-- topics: limits, unknowns, what is missing, cannot be concluded
-- caveat: Only what the files themselves show to be missing is in here.
select
    null::integer as incident,
    upper(subject[1]) || subject[2:] as topic,
    remark as sentence,
    'The files can''t say' as basis,
    'coverage' as look_in,
    null::varchar as look_for
from limits
order by
    position,
    subject,
    remark
