-- description: The mail addresses in a text that are none of the given domains, and guests, whose mailbox is elsewhere.
-- parameters: text, domains
list_filter(
    mail_addresses(text),
    address -> contains(address, '#ext#') or not list_contains(domains, regexp_extract(address, '@(.+)$', 1))
)
