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
        min(f.first_seen) as first_act,
        min_by(f.what, (f.severity_rank, f.first_seen, f.finding_id)) as what
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3 and i.incident in (from shown_incidents)
    group by i.incident, f.title
),
incident_people as (
    select
        incident,
        list(account order by account) filter (where is_actor) as actors,
        list(account order by account) filter (where not is_actor) as tried
    from incident_accounts
    group by incident
),
incident_lines as (
    select
        incident as item_no,
        'incident ' || incident as item,
        coalesce(
            min(p.actors)[1] || case when len(min(p.actors)) > 1 then ' and ' || (len(min(p.actors)) - 1) || ' more' else '' end,
            counted(len(min(p.tried)), 'account tried', 'accounts tried')
        ) as value,
        min_by(severity, severity_rank) || ', ' || period_text(min(t.first_seen), min(t.last_seen)) || ': '
            || min_by(what, (severity_rank, first_act, title))
            || coalesce('; also: ' || array_to_string((list(title order by severity_rank, first_act, title) filter (where not is_gravest))[1:3], '; ')
                || case when count(*) > 4 then '; and ' || (count(*) - 4) || ' more' else '' end, '')
            as detail,
    from (
        select *, row_number() over (partition by incident order by severity_rank, first_act, title) = 1 as is_gravest
        from incident_titles
    )
    left join incident_people as p using (incident)
    left join incident_periods as t using (incident)
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
