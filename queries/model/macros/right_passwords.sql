-- description: A clause on the accounts of which a guess was right but let nobody in, NULL if there are none: codes 50055 (the
--   password has expired) and 50057 (the account is disabled).
-- parameters: accounts
'; the password was right for ' || few(nullif(list_sort(accounts), [])) || ', stopped because the account is disabled or the password has expired'
