-- description: The mail addresses in a text, lower case, each once, in order.
-- parameters: text
list_sort(list_distinct(regexp_extract_all(lower(text), '[a-z0-9_.+%''#=~&-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+')))
