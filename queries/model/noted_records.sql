-- description: What the notes of the case sheet say of records: of the record itself, else of a finding whose evidence it is, of its
--   session, its account or its address. Empty without a case sheet.
-- materialized: yes
-- ordered by: file_id, record
-- column file_id integer: of files
-- column record bigint: number in the file
-- column verdict varchar: confirmed, benign, open
-- column note varchar: the analyst's words
-- column nearness integer: what the note is about: 1 the record, 2 the finding, 3 the session, 4 the account, 5 the address
-- column position integer: of the note in the case sheet
with logged as (
    select *
    from all_events
    where exists (from sheet_notes)
),
noted as (
    select e.file_id, e.record, s.verdict, s.text, 1 as nearness, s.position
    from logged as e
    join sheet_notes as s on s.thing = 'record' and s.value = lower(e.id)
    union all
    select f.file_id, try_cast(split_part(s.value, ':', 2) as bigint), s.verdict, s.text, 1, s.position
    from sheet_notes as s
    join evidence.files as f on f.sha256 = split_part(s.value, ':', 1)
    where s.thing = 'record'
    union all
    select s.file_id, s.record, s.verdict, s.text, 2, s.position
    from sheet_evidence as s
    union all
    select e.file_id, e.record, s.verdict, s.text, 3, s.position
    from logged as e
    join sheet_notes as s on s.thing = 'session' and s.value = lower(e.session_id)
    union all
    select e.file_id, e.record, s.verdict, s.text, 4, s.position
    from logged as e
    join sheet_notes as s on s.thing = 'user' and s.value in (lower(e.actor), lower(e.target))
    union all
    select e.file_id, e.record, s.verdict, s.text, 5, s.position
    from logged as e
    join sheet_notes as s on s.thing = 'address' and s.value = client_address(e.ip_address)
)
select
    file_id,
    record,
    min_by(verdict, {'n': nearness, 'p': position}) as verdict,
    nullif(min_by(text, {'n': nearness, 'p': position}), '') as note,
    min(nearness) as nearness,
    min_by(position, {'n': nearness, 'p': position}) as position
from noted
group by file_id, record
