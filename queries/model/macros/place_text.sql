-- description: A country or network as text, with what it was found by where the record does not tell it.
-- parameters: place, is_found, source
place || case when is_found then ' (' || source || ')' else '' end
