-- description: How much there is of what the rules look in: one row a table and part. A record that does not say its part counts
--   in each. A hole is the longest time of three whole days or more without a record, if there are five days with records, and
--   chance would leave out so many days in a row in fewer than one of a hundred such logs: a quiet weekend is none.
-- ordered by: log_table, part
-- column log_table varchar: a table of the evidence
-- column part varchar: of it, as the header of a rule says it: "Exchange", "SharePoint or OneDrive"; NULL = the whole table
-- column records bigint: how many records
-- column first_event timestamp: the earliest (UTC)
-- column last_event timestamp: the latest
-- column hole_days bigint: days in the longest hole; NULL = there is none
-- column hole_from date: its first day
-- column hole_until date: its last day
with needed as (
    select distinct
        log_table,
        part
    from rule_needs
),
named_parts as (
    select
        log_table,
        part,
        unnest(string_split(part, ' or ')) as value
    from needed
    where part is not null
),
logged as (
    select n.log_table, n.part, d.day, d.records, d.first_event, d.last_event
    from named_parts as n
    join rule_log_days as d on d.log_table = n.log_table and d.part = n.value
    union all
    select n.log_table, n.part, d.day, d.records, d.first_event, d.last_event
    from needed as n
    join rule_log_days as d on d.log_table = n.log_table
    where n.part is null or d.part is null
),
days as (
    select
        log_table,
        part,
        day,
        sum(records)::bigint as records,
        min(first_event) as first_event,
        max(last_event) as last_event
    from logged
    group by log_table, part, day
),
gaps as (
    select
        *,
        lag(day) over (partition by log_table, part order by day) as day_before
    from days
),
counts as (
    select
        n.log_table,
        n.part,
        coalesce(sum(g.records), 0)::bigint as records,
        min(g.first_event) as first_event,
        max(g.last_event) as last_event,
        count(g.day) as days,
        max(g.day) - min(g.day) + 1 as span,
        max({'days': g.day - g.day_before - 1, 'from': g.day_before + 1, 'until': g.day - 1}) filter (where g.day_before is not null) as hole
    from needed as n
    left join gaps as g on g.log_table = n.log_table and coalesce(g.part, '') = coalesce(n.part, '')
    group by n.log_table, n.part
),
-- The share of the days outside the hole that have a record is how likely a day has one.
judged as (
    select
        *,
        days >= 5 and hole.days >= 3 and pow(1 - days / (span - hole.days), hole.days) * span < 0.01 as is_hole
    from counts
)
select
    log_table,
    part,
    records,
    first_event,
    last_event,
    case when is_hole then hole.days end as hole_days,
    case when is_hole then hole.from end as hole_from,
    case when is_hole then hole.until end as hole_until
from judged
