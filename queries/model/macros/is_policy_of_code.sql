-- description: Whether it is this policy, of those with result failure, that the error code of the sign-in speaks of:
--   a policy is evaluated whole, and "failure" also stands where another one ended the sign-in. stopped_by is that of
--   error_codes, is_blocked tells that one of the sign-in's failed policies blocks. NULL where controls or code do not
--   tell.
-- parameters: stopped_by, grant_controls, is_blocked
case
    when stopped_by in ('mfa', 'registration') then regexp_matches(lower(nullif(grant_controls, '')), 'mfa|multifactor|authenticationstrength')
    when stopped_by = 'device' then regexp_matches(lower(nullif(grant_controls, '')), 'device')
    when stopped_by = 'policy' then not is_blocked or lower(grant_controls) like '%block%'
end
