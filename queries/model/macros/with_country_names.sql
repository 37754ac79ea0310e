-- description: A text in which the country behind an address has its name and not its code: 203.0.113.77 (Lithuania AS65549).
--   names are the names by their codes.
-- parameters: words, names
list_reduce(
    list_distinct(regexp_extract_all(words, '[0-9a-f.:/]{7,} \(([A-Z]{2})[ ),]', 1)),
    (said, code) -> regexp_replace(said, '([0-9a-f.:/]{7,} \()' || code || '([ ),])', '\1' || coalesce(names[code], code) || '\2', 'g'),
    words
)
