-- description: From one country or network to another; NULL = none is known to have changed. before_text stands where
--   the last place that a record gave is another than before.
-- parameters: kind, before, told_before, told_text, before_text, place, place_text
case
    when place <> before
    then kind || ' ' || case when before = told_before then told_text else before_text end || ' to ' || place_text
end
