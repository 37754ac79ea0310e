-- description: The rows of all_findings of whose evidence the filters show a record.
-- columns of: all_findings
select *
from all_findings
where is_finding_shown(finding_id)
