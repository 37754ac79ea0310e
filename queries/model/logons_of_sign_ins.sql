-- description: The logons of the audit log whose sign-in is shown as well: one row a logon.
-- whole: all_logons_of_sign_ins
-- materialized: yes
-- ordered by: file_id, record
-- column file_id integer: of files
-- column record bigint: number in the file
-- column sign_in struct(file_id integer, record bigint): the first record of its sign-in
select
    a.file_id,
    a.record,
    min({'file_id': s.file_id, 'record': s.record}) as sign_in
from (
    select file_id, record, unnest([lower(id), lower(sign_in_id)]) as id
    from audit_events
    where record_type in (9, 15) or list_contains(['UserLoggedIn', 'UserLoginFailed'], operation)
) as a
join sign_ins as s on lower(s.id) = a.id
group by a.file_id, a.record
