-- description: The domain of a mail address or user principal name, lower case; NULL where there is none.
-- parameters: name
nullif(regexp_extract(lower(name), '@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$', 1), '')
