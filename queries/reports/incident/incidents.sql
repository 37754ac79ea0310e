-- title: Incidents
-- description: Findings that belong together, the gravest first: those of medium severity or more that share a session, or, at most
--   72 hours apart, an address, device or application that few accounts use, a token, an account or an object. joined_by says what
--   joins them. An incident has a finding of high severity, or several of medium; low ones that share something with it are its
--   context. story tells in order of time what happened, and when passwords were reset and tokens revoked. who are the accounts that
--   acted; where the logs name none, the accounts that were tried. still_open is how many things that were made or changed were not
--   removed again, as far as the files go, and which: the report still_open has them. verdicts are those that the case sheet gives to its findings,
--   and to how many, context included, where not to all: 1 of 2 benign.
-- severity: severity
-- wrap: title, story, context_story, who, tried, still_open, tactics, ip_addresses, session_ids, joined_by, finding_ids
-- position: 2
-- on a terminal: incident, severity, title, who, first_seen, last_seen, story
-- topics: incident, incidents, attack chain, kill chain, story, breach, compromise
-- needs: every log
-- filled by: the sign-in logs, the audit logs and the risk logs (Entra admin center > Download), and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Two incidents that share an account within the window become one, and what an attacker did from elsewhere without a session
--   id may be missing from it. Read the findings that belong to none as well.
with members as (
    select
        i.incident,
        i.joined_by,
        f.*,
        f.severity_rank <= 3 as is_seed
    from incident_findings as i
    join all_findings as f using (finding_id)
),
-- What ended the sessions of those who acted, until three days after.
ended as (
    select distinct
        p.incident,
        date_trunc('minute', c.event_time) as event_time,
        c.action || ' for ' || c.account || case when c.by_user then ' by the user' else coalesce(' by ' || c.actor, '') end as what
    from incident_periods as p
    join incident_accounts as a on a.incident = p.incident and a.is_actor
    join containments as c on c.account = a.account and c.event_time between p.first_seen and p.last_seen + interval 3 day
),
lines as (
    select incident, first_seen as event_time, severity_rank, finding_id as id, what, is_seed
    from members
    union all
    select incident, event_time, 9, what, what, true
    from ended
),
stories as (
    select
        incident,
        string_agg(minute_text(event_time) || ' ' || what, '; ' order by event_time, severity_rank, id) filter (where is_seed) as story,
        string_agg(minute_text(event_time) || ' ' || what, '; ' order by event_time, severity_rank, id) filter (where not is_seed) as context_story
    from lines
    group by incident
),
accounts as (
    select
        incident,
        list(account order by account) filter (where is_actor) as actors,
        list(account order by account) filter (where not is_actor) as tried
    from incident_accounts
    group by incident
),
shown as (
    select distinct i.incident
    from incident_findings as i
    join findings using (finding_id)
),
verdicts as (
    select
        incident,
        string_agg(case when times < members then times || ' of ' || members || ' ' else '' end || verdict, ', ' order by verdict) as verdicts
    from (
        select incident, verdict, count(*) as times, sum(count(*)) over (partition by incident) as members
        from members
        group by incident, verdict
    )
    where verdict is not null
    group by incident
),
-- What is one an incident, as its story is, stands apart: with each member it would be copied as often.
summed as (
    select
        incident,
        min_by(severity, severity_rank) as severity,
        min_by(title, (severity_rank, first_seen, finding_id)) as title,
        count(*) filter (where is_seed) as findings,
        count(*) filter (where not is_seed) as context,
        listed(list_sort(list(distinct replace(tactic, '_', ' ')) filter (where is_seed))) as tactics,
        listed(list_sort(list_distinct(flatten(list(addresses) filter (where is_seed))))) as ip_addresses,
        listed(list_sort(list(distinct session_id) filter (where session_id is not null and is_seed))) as session_ids,
        listed(list_sort(list(distinct joined_by) filter (where joined_by <> ''))) as joined_by,
        string_agg(finding_id, ' ' order by severity_rank, first_seen, finding_id) as finding_ids
    from members
    where incident in (select incident from shown)
    group by incident
)
select
    incident,
    m.severity,
    m.title,
    s.story,
    coalesce(listed(a.actors), listed(a.tried)) as who,
    v.verdicts,
    p.first_seen,
    p.last_seen,
    d.open_things || ': ' || d.open_names as still_open,
    m.findings,
    m.context,
    s.context_story,
    case when a.actors is not null then listed(a.tried) end as tried,
    m.tactics,
    m.ip_addresses,
    m.session_ids,
    m.joined_by,
    m.finding_ids
from summed as m
join stories as s using (incident)
join incident_periods as p using (incident)
left join accounts as a using (incident)
left join verdicts as v using (incident)
left join incident_doors as d using (incident)
order by incident
