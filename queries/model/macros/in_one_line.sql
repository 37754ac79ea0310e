-- description: A text that is JSON without the blanks and breaks between its parts, any other as it is.
-- parameters: given
list_transform([given], t -> case when json_valid(t) then json(t)::varchar else t end)[1]
