-- description: Whether the filters show a record of a finding's evidence; without filters they show all.
-- parameters: id
id is not null
