-- description: A sign-in's address if it can be the caller's. Of the non-interactive sign-ins of an application with
--   a secret it is that of the user who was there when the first token was issued.
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/concept-noninteractive-sign-ins
-- parameters: address, category, client_credential_type
case
    when category = 'non_interactive' and lower(client_credential_type) not in ('', 'none') then null
    else client_address(address)
end
