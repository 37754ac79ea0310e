-- description: What the notes of the case sheet are about, as the rows of reports name it, with what they say: records, and what each of them bears
--   by its session, account or address; findings, sessions, users, addresses. Empty without a case sheet.
-- materialized: yes
-- ordered by: thing, nearness, position
-- column thing varchar: file_id:record, or an id, a name or an address, in lower case
-- column nearness integer: 1 = about the thing itself, 5 = about the address that it came from
-- column position integer: of the note in the case sheet
-- column verdict varchar: confirmed, benign, open
-- column note varchar: the analyst's words
select
    file_id || ':' || record as thing,
    nearness,
    position,
    verdict,
    note
from noted_records
union all
select
    value,
    case thing when 'finding' then 1 when 'session' then 3 when 'user' then 4 else 5 end,
    position,
    verdict,
    nullif(text, '')
from sheet_notes
where thing <> 'record'
