-- description: A reason as it stands in a list of reasons with semicolons between them. Some quote what an attacker may choose, the
--   name of a device: what looks like the next reason, or like points, is disarmed (894 and 65307 are semicolons too, the Greek
--   question mark and the wide one).
-- parameters: sentence
replace(translate(sentence, ';' || chr(894) || chr(65307), ',,,'), '(+', '(')
