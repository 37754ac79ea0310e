-- Its records in the unified audit log. Their text is NULL where it is no JSON: to read
-- it takes time, and many parts do.
select * replace (case when json_valid(raw) then raw end as raw)
from evidence.audit_events
where (file_id, record) in (from dossier_records)
