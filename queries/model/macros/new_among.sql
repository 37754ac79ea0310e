-- description: What of a session's several places is new to its user, in words: those that the user had not had when
--   it began; and where the client is unknown as well, or that it is so throughout.
-- parameters: places, new_places, strange_places, has_past, is_unknown
case
    when new_places is null then ', none new for the user'
    when len(new_places) = len(places) and not has_past then ', no earlier ones to compare'
    when len(new_places) = len(places) then ', all new for the user'
    else ', new for the user: ' || listed(new_places)
end || coalesce(', unknown client in ' || listed(strange_places), case when is_unknown then ', unknown client' end, '')
