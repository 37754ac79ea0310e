-- description: An address in hexadecimal digits, 8 of IPv4 and 32 of IPv6, which are in the order of the addresses; NULL for
--   what is none.
-- source: the form is the program's own
-- parameters: address
case
    when regexp_full_match(bare_ip(address), '(\d{1,3}\.){3}\d{1,3}')
        then array_to_string(list_transform(string_split(bare_ip(address), '.'), octet -> right('0' || lower(to_hex(octet::integer)), 2)), '')
    else array_to_string(list_transform(ipv6_groups(bare_ip(address)), part -> lpad(part, 4, '0')), '')
end
