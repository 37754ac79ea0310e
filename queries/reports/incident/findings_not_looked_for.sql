-- title: Findings not looked for
-- description: What no log could show: each finding that had no log to look in, and each that could look in a part of its logs, or of
--   the time of the evidence, only. Not looked for is not the same as not found. Rules of --rules stand here too that ask for
--   a field or a value which no record has.
-- severity: severity
-- wrap: title, not_loaded, looked_in, asks_for
-- position: 3
-- topics: gaps, blind spots, missing logs, not loaded
with evidence_period as (
    select
        min(first_event) as first_event,
        max(last_event) as last_event
    from rule_need_counts
),
needs as (
    select
        n.finding,
        count(*) as tables,
        count(*) filter (where l.records > 0) as loaded_tables,
        string_agg(n.log_table, ', ' order by n.log_table) filter (where l.records > 0) as looked_in,
        string_agg(n.log_table, ', ' order by n.log_table) filter (where l.records = 0) as not_loaded,
        min(l.first_event) as looked_from,
        max(l.last_event) as looked_until
    from rule_needs as n
    join rule_need_counts as l using (log_table)
    group by n.finding
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
            when loaded_tables = 0 then 'not looked for'
            when a.asks_for is not null then 'for nothing that is there'
            when loaded_tables < tables then 'in a part of the logs'
            when looked_from > e.first_event + interval 1 day or looked_until < e.last_event - interval 1 day then 'for a part of the time'
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
