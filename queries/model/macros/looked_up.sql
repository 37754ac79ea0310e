-- description: The same of a record that tells a part of its place: NULL where it tells all, or nothing more is
--   known.
-- parameters: told_country, told_network, country, network, source
case
    when told_country is null and country is not null or told_network is null and network is not null
    then place_mark(country, network, source)
end
