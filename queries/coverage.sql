-- title: Coverage
-- description: What the evidence covers, one row a log: sign-ins by category, the unified audit log by workload, and
--   the others, also those of which nothing is loaded. days_without counts the days between the first and the last
--   event that have none; longest_gap_hours is the longest time without an event, from gap_start to gap_end. The
--   remarks say in sentences what cannot be concluded from it. Never filtered.
-- group: evidence 2
-- caveat: A quiet day and a day missing from the export look the same here. That a log is covered says nothing about
--   what the tenant was licensed or set up to record.
select
    log,
    files,
    records,
    first_event,
    last_event,
    days,
    days_without,
    longest_gap_hours,
    gap_start,
    gap_end,
    with_session_id,
    with_policy_detail,
    remarks
from evidence.coverage
order by
    position,
    log
