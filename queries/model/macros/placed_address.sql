-- description: An address and the place found for it, as text.
-- parameters: address, country, network, source
address || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ', ' || place_mark(country, network, source) || ')', '')
