-- description: Where a place that the record itself does not tell comes from, by the column source of addresses:
--   learned = from a sign-in that came from the same address, learned, several = from one of those, which disagree.
-- parameters: country, network, source
case
    when country is null and network is null then null
    when starts_with(source, 'sign-ins') then 'learned' || source[length('sign-ins') + 1:]
    else source
end
