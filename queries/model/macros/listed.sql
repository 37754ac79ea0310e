-- description: A list in words: the first twenty, and how many more.
-- parameters: items
case
    when len(items) > 20 then array_to_string(items[1:20], ', ') || ' and ' || (len(items) - 20) || ' more'
    when len(items) > 0 then array_to_string(items, ', ')
end
