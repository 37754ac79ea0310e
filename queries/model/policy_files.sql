-- description: The files whose sign-ins tell which policies applied. Where no list of a file holds a policy, whoever
--   exported it was not allowed to see any, and its empty lists say nothing.
-- column file_id integer: of files
select distinct parent_file_id as file_id
from evidence.sign_in_policies
where parent_file_id is not null
