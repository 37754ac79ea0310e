-- description: The address if it can be the client's; NULL for what a service writes of itself: nothing, loopback,
--   link-local, and the front ends of Entra ID and Exchange Online, which stand in events in place of the user's address.
-- source: https://www.microsoft.com/download/details.aspx?id=56519 (AzureActiveDirectory)
--   https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges (Exchange Online, IPv6) (its own
--   servers, 2603:10a6 and 2603:10b6, stand in the Received lines of mail)
-- parameters: address
case
    when address is null or address in ('', '::', '::1', '0.0.0.0') then null
    when address like '127.%' or lower(address) like 'fe80:%' then null
    when address like '20.190.%' or address like '40.126.%' then null
    when regexp_matches(lower(address), '^2603:10([0-5]|a|b)6:') then null
    else address
end
