-- description: A list in fewer words: the first five, and how many more.
-- parameters: items
case
    when len(items) > 5 then array_to_string(items[1:5], ', ') || ' and ' || (len(items) - 5) || ' more'
    when len(items) > 0 then array_to_string(items, ', ')
end
