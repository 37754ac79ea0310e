-- description: The evidence of each finding: one row a record.
-- materialized: yes
-- ordered by: finding_id, file_id, record
-- column finding_id varchar: of all_findings
-- column file_id integer: of files
-- column record bigint: number in the file
-- column id varchar: the log's own
select distinct
    finding_id,
    unnested.r.file_id,
    unnested.r.record,
    unnested.r.id
from (select finding_id, unnest(records) as r from all_findings) as unnested
