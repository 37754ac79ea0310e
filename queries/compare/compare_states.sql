-- title: What stood otherwise: rules, roles, consents, ...
-- description: Of the states that both exports have of the tenant, the things that one of them lacks or that have
--   another value, each as it stood last in its export.
-- position: 3
-- wrap: differs
-- paths: path, earlier_path
-- caveat: Where a state was dumped for some mailboxes or accounts only, the others look as if they had come or
--   disappeared.
select
    s.change,
    s.kind,
    s.what,
    s.differs,
    s.id,
    s.snapshot_time,
    s.earlier_snapshot_time,
    h.path,
    s.record,
    o.path as earlier_path,
    s.earlier_record
from compared_states as s
left join evidence.files as h on h.file_id = s.file_id
left join evidence.files as o on o.file_id = s.earlier_file_id + getvariable('last_here')
order by
    list_position(['disappeared', 'changed', 'came'], s.change),
    s.kind,
    s.what,
    s.id,
    s.file_id,
    s.record,
    s.earlier_file_id,
    s.earlier_record
