-- description: The notes of the case sheet in sentences, one a note: the verdict, what it is about, the analyst's words. Empty without a
--   case sheet.
-- materialized: yes
-- ordered by: position
-- column position integer: of the note in the case sheet
-- column thing varchar: what it is about: finding, session, record, user, address
-- column value varchar: which, in lower case
-- column sentence varchar: the sentence
select
    n.position,
    n.thing,
    n.value,
    concat_ws(
        ': ',
        upper(n.verdict[1]) || n.verdict[2:],
        rtrim(coalesce(f.title || coalesce(' (' || nullif(f.who, '') || ')', ''), n.thing || ' ' || n.value), '. '),
        nullif(rtrim(n.text, '. '), '')
    ) || '.' as sentence
from sheet_notes as n
left join all_findings as f on case when n.thing = 'finding' then n.value end = f.finding_id
