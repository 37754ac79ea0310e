-- title: Findings not looked for
-- description: What no log could show: each finding that had no log to look in, and each that could look in a part of its logs, or of
--   the time of the evidence, only. Not looked for is not the same as not found. A log of several parts is named with the part
--   that counts: audit_events (Exchange). hole is the longest time of three whole days or more without a record. Rules of --rules
--   stand here too that ask for a field or a value which no record has.
-- severity: severity
-- wrap: title, not_loaded, looked_in, hole, asks_for
-- position: 3
-- topics: gaps, blind spots, missing logs, not loaded
with evidence_period as (
    select
        min(first_event) as first_event,
        max(last_event) as last_event
    from rule_need_counts
),
loaded as (
    select distinct log_table
    from rule_log_days
    where records > 0
),
-- A log that is missing whole is named without its parts.
named as (
    select
        n.finding,
        n.log_table || case when l.log_table is not null and n.part is not null then ' (' || n.part || ')' else '' end as log,
        c.records,
        c.first_event,
        c.last_event,
        'none for ' || counted(c.hole_days, 'day', 'days') || ', from ' || c.hole_from || ' to ' || c.hole_until as hole
    from rule_needs as n
    join rule_need_counts as c on c.log_table = n.log_table and c.part is not distinct from n.part
    left join loaded as l on l.log_table = n.log_table
),
needs as (
    select
        finding,
        count(*) as logs,
        count(*) filter (where records > 0) as loaded_logs,
        string_agg(log, ', ' order by log) filter (where records > 0) as looked_in,
        string_agg(distinct log, ', ' order by log) filter (where records = 0) as not_loaded,
        string_agg(log || ': ' || hole, '; ' order by log) as hole,
        min(first_event) as looked_from,
        max(last_event) as looked_until
    from named
    group by finding
),
asked as (
    select
        finding,
        string_agg(absence, '; ' order by absence) as asks_for
    from rule_absences
    group by finding
),
judged as (
    select
        n.*,
        a.asks_for,
        case
            when loaded_logs = 0 then 'not looked for'
            when a.asks_for is not null then 'for nothing that is there'
            when loaded_logs < logs then 'in a part of the logs'
            when looked_from > e.first_event + interval 1 day or looked_until < e.last_event - interval 1 day or hole is not null then 'for a part of the time'
        end as looked_for
    from needs as n
    cross join evidence_period as e
    left join asked as a using (finding)
)
select
    looked_for,
    r.finding,
    r.title,
    r.severity,
    not_loaded,
    looked_in,
    looked_from,
    looked_until,
    hole,
    r.techniques,
    r.catalogue,
    replace(r.tactic, '_', ' ') as tactic,
    asks_for
from rules as r
join judged using (finding)
where looked_for is not null
order by
    case looked_for when 'not looked for' then 1 when 'for nothing that is there' then 2 when 'in a part of the logs' then 3 else 4 end,
    r.position
