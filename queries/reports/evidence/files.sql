-- title: Files
-- description: Every input, with what became of its records: records = loaded + duplicates + rejected. A file without a
--   format was not recognised; the note says why. An archive has a row without records, and its files a row each.
-- position: 1
-- workbook: yes
-- wrap: note
-- paths: path
select
    path,
    format,
    records,
    loaded,
    duplicates,
    rejected,
    note,
    first_event,
    last_event,
    size_bytes,
    modified_at,
    encoding,
    sha256,
    file_id
from evidence.files
order by
    file_id
