-- description: A reason with its points, NULL where there are none. Reasons stand side by side with semicolons
--   between them, and some quote what an attacker may choose, the name of a device: what looks like the next reason, or
--   like points, is disarmed (894 and 65307 are semicolons too, the Greek question mark and the wide one).
-- parameters: reason, points
case
    when points > 0 then replace(translate(reason, ';' || chr(894) || chr(65307), ',,,'), '(+', '(') || ' (+' || points || ')'
end
