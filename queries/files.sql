-- title: Files
-- description: Every input, with what became of its records: records = loaded + duplicates + rejected. A file without a format was not recognised; the note says why.
-- group: evidence 1
select
    path,
    format,
    records,
    loaded,
    duplicates,
    rejected,
    first_event,
    last_event,
    encoding,
    size_bytes,
    modified_at,
    sha256,
    note,
    file_id
from evidence.files
order by
    file_id
