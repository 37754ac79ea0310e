-- description: A period as text.
-- parameters: earliest, latest
case
    when minute_text(earliest) = minute_text(latest) then minute_text(earliest)
    else minute_text(earliest) || ' to ' || minute_text(latest)
end
