-- description: The last part of the path that Exchange gives an object (server/organization/name), without the rule or
--   folder after it, lower case.
-- parameters: identity
nullif(regexp_replace(regexp_replace(lower(trim(identity)), ':?\\.*$', ''), '^.*/', ''), '')
