-- description: A setting of words parted by semicolons, in quotes and as a sentence has them: "a", "b" or "c".
-- parameters: setting
replace(
    in_words(list_transform(
        list_filter(string_split(setting, ';'), w -> trim(w) <> ''),
        w -> '"' || left(trim(w), 60) || '"'
    )[1:12]),
    ' and "', ' or "'
)
