-- description: What the texts of a row name, in lower case: each as a whole, and what stands in it with commas or blanks between.
-- parameters: texts
list_distinct(flatten(list_transform(
    texts,
    text -> list_append(string_split_regex(lower(text), '[,;]?\s+'), lower(text))
)))
