-- description: The records that matter first where a page can't show all: those of sessions that ask for attention, and
--   the evidence of findings. A record that is not in here stands behind them all.
-- materialized: yes
-- ordered by: file_id, record
-- column file_id integer: of files
-- column record bigint: number in the file
-- column weight bigint: 1 = in a session of high attention, or in the evidence of a critical finding; 2 = of a high one; 3 =
--   of a medium one, or in a session to look at; 4 = of a low one; 5 = of one for information
with weights as (
    select
        r.file_id,
        r.record,
        f.severity_rank as weight,
    from finding_records as r
    join all_findings as f using (finding_id)
    union all
    select
        e.file_id,
        e.record,
        case j.attention when 'high' then 1 else 3 end,
    from all_events as e
    join judged_sessions as j using (session_id)
    where j.attention in ('high', 'look')
)
select
    file_id,
    record,
    min(weight)::bigint as weight,
from weights
group by
    file_id,
    record
