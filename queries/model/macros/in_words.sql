-- description: A list as a sentence has it: a, b and c.
-- parameters: items
case
    when len(items) > 1 then array_to_string(items[:-2], ', ') || ' and ' || items[-1]
    else items[1]
end
