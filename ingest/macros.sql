-- The account behind a guest's name in the audit log:
-- bob_fabrikam.com#ext#@contoso.onmicrosoft.com is bob@fabrikam.com.
create macro home_account(account) as case
    when lower(account) like '%#ext#%'
        then regexp_replace(split_part(lower(account), '#ext#', 1), '_([^_]*)$', '@\1')
    else lower(account)
end;
