-- title: Coverage
-- description: What the evidence covers, one row a log: sign-ins by category, the unified audit log by workload, and
--   the others, also those of which nothing is loaded. days_without counts the days between the first and the last
--   event that have none; longest_gap_hours is the longest time without an event, from gap_start to gap_end. The
--   remarks say in sentences what is missing. The last rows, "cannot be concluded", say what these files leave open.
--   coverage_daily has the days, coverage_users the accounts. Never filtered.
-- position: 2
-- wrap: log, remarks
-- topics: gaps, missing logs, retention, completeness, truncated exports
-- caveat: A quiet day and a day missing from the export look the same here. That a log is covered says nothing about
--   what the tenant was licensed or set up to record.
with
logs as (
    select
        position,
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
        remarks,
    from coverage
),
open_questions as (
    select
        1000 + position as position,
        'cannot be concluded: ' || subject as log,
        remark as remarks,
    from limits
)
select
    log,
    records,
    first_event,
    last_event,
    remarks,
    days,
    days_without,
    longest_gap_hours,
    gap_start,
    gap_end,
    with_session_id,
    with_policy_detail,
    files
from (
    from logs
    union all by name
    from open_questions
)
order by
    position,
    log,
    remarks
