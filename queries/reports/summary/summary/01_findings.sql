-- title: findings
-- description: What the rules name, the incidents first.
with
-- What the rules name, the incidents first.
shown_incidents as (
    select distinct i.incident
    from incident_findings as i
    join findings using (finding_id)
),
incident_titles as (
    select
        i.incident,
        f.title,
        min(f.severity_rank) as severity_rank,
        min(f.severity) as severity,
        min(f.first_seen) as first_seen,
        max(f.last_seen) as last_seen,
        list(distinct f.who) filter (where f.who is not null) as accounts
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3 and i.incident in (from shown_incidents)
    group by i.incident, f.title
),
incident_lines as (
    select
        incident as item_no,
        'incident ' || incident as item,
        list_sort(list_distinct(flatten(list(accounts))))[1]
            || case
                when len(list_distinct(flatten(list(accounts)))) > 1
                then ' and ' || (len(list_distinct(flatten(list(accounts)))) - 1) || ' more'
                else ''
            end as value,
        min_by(severity, severity_rank) || ', ' || period_text(min(first_seen), max(last_seen)) || ': '
            || array_to_string(list(title order by first_seen, severity_rank, title), '; ') as detail,
    from incident_titles
    group by incident
    having incident <= 3
),
severity_counts as (
    select severity, severity_rank, count(*) as times
    from findings
    group by all
)
select
    0 as item_no,
    'findings' as item,
    coalesce(sum(times), 0)::varchar as value,
    concat_ws(
        '; ',
        string_agg(times || ' ' || severity, ', ' order by severity_rank),
        (select counted(count(*), 'incident', 'incidents') from shown_incidents)
    ) as detail,
from severity_counts
having exists (from rule_hits) or exists (from evidence.sign_ins) or exists (from evidence.audit_events) or exists (from evidence.directory_audits)
union all
from incident_lines
union all
select
    100 + row_number() over (order by severity_rank, last_seen desc, finding_id),
    severity,
    who,
    minute_text(first_seen) || ' ' || what,
from findings
where severity_rank <= 3
    and finding_id not in (select finding_id from incident_findings where incident <= 3)
qualify row_number() over (order by severity_rank, last_seen desc, finding_id) <= 5
