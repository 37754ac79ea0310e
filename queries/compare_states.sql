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
