-- description: The accounts that a finding names as who acted: where several did, one part each.
-- parameters: who
case
    -- the name of an application may have a comma
    when regexp_full_match(who, '[^,\s]+@[^,\s]+(, [^,\s]+@[^,\s]+)+') then string_split(who, ', ')
    when who <> '' then [who]
    else []
end
