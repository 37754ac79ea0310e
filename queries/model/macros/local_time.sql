-- description: The zone that days, weeks and hours are counted in. --tz replaces it.
-- parameters: utc
utc::timestamp
