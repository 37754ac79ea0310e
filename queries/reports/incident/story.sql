-- title: What happened
-- description: The gravest incident in a few sentences, the next three in one each, the others counted, and what these files can not say.
--   Behind each sentence stands how far the files bear it: The log shows; Must be assumed, where a log says no more than that
--   it may have been so; The files can't say; The examiner says, in the case sheet (--case). With it stands the report that has its rows (look_in, and look_for by which
--   they are found there), and the part of the incident's dossier that has no others (part). Those that answer first have is_first: a page has the
--   others below its first screen.
-- layout: story
-- wrap: sentence
-- position: -1
-- workbook: yes
-- topics: narrative, executive summary, management summary, who what when, story in sentences
-- needs: every log
-- filled by: the sign-in logs, the audit logs and the risk logs (Entra admin center > Download), and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: The sentences are made from findings, and are as right as these. Read the rows behind a sentence before you repeat it.
with shown_incidents as (
    select
        i.incident,
        min_by(severity, severity_rank) as severity,
        min(severity_rank) as severity_rank,
        row_number() over (order by i.incident) as place
    from incident_findings as i
    join findings using (finding_id)
    group by i.incident
),
incident_sentences as (
    select
        incident,
        position,
        case when i.place = 1 then topic else 'Incident ' || incident end as topic,
        sentence,
        basis,
        look_in,
        look_for,
        case when i.place <= 3 then part end as part
    from incident_story
    join shown_incidents as i using (incident)
    where i.place = 1 or i.place <= 4 and position = 1
),
-- The fifth and those after it are counted.
further as (
    select
        min(incident) as incident,
        sum(times)::bigint as incidents,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        string_agg(times || ' ' || severity, ', ' order by severity_rank) as by_severity
    from (
        select
            severity,
            severity_rank,
            count(*) as times,
            min(incident) as incident,
            min(first_seen) as first_seen,
            max(last_seen) as last_seen
        from shown_incidents
        join incident_periods using (incident)
        where place > 4
        group by severity, severity_rank
    )
    having count(*) > 0
),
alone as (
    select
        coalesce(sum(times), 0)::bigint as findings,
        string_agg(times || ' ' || severity, ', ' order by severity_rank) as by_severity
    from (
        select severity, severity_rank, count(*) as times
        from findings
        group by all
    )
    having (select count(*) from shown_incidents) = 0
),
looked_at as (
    select
        count(*) as events,
        count(distinct lower(actor)) as accounts,
        min(event_time) as first_event,
        max(event_time) as last_event
    from events
),
not_loaded as (
    select string_agg(log, ', ' order by position, log) as logs
    from coverage
    where records = 0
),
blind as (
    select
        count(*) filter (where looked_for = 'not looked for') as unseen,
        count(*) filter (where looked_for <> 'not looked for') as half_seen
    from report_findings_not_looked_for
),
further_sentences as (
    select
        incident,
        1 as position,
        'Other incidents' as topic,
        counted(incidents, 'more incident', 'more incidents') || ' (' || by_severity || '), between ' || minute_text(first_seen) || ' and ' || minute_text(last_seen) || '.' as sentence,
        'The log shows' as basis,
        'incidents' as look_in,
        null as look_for
    from further
),
-- What the case sheet says, but of things that a filter hides or may hide.
verdicts as (
    select *, row_number() over (order by position, thing, value) as place
    from verdict_sentences
    where case when thing = 'finding' then value in (select finding_id from findings) else getvariable('is_filtered') is null end
),
case_sentences as (
    select
        null::integer as incident,
        0 as position,
        'Verdicts' as topic,
        sentence,
        'The examiner says' as basis,
        case thing when 'finding' then 'findings' when 'session' then 'sessions' else 'timeline' end as look_in,
        value as look_for
    from verdicts
    where place <= 10
    union all
    select null, 0, 'Verdicts', 'And ' || counted(count(*), 'more verdict', 'more verdicts') || '.', 'The examiner says', 'timeline', null
    from verdicts
    where place > 10
    having count(*) > 0
    union all
    select
        null,
        1,
        'No incident',
        case
            when findings = 0 then 'Nothing was found by the rules that could be asked of these files'
            when findings = 1 then '1 finding was made (' || by_severity || '), and it is no incident by itself'
            else findings || ' findings were made (' || by_severity || '), and none of them belong together as an incident'
        end || '. That is no proof that nothing happened.',
        'The log shows',
        'findings',
        null
    from alone
    union all
    select
        null,
        1,
        'Findings',
        counted(sum(times)::bigint, 'finding', 'findings') || ': ' || string_agg(times || ' ' || severity, ', ' order by severity_rank) || '.',
        'The log shows',
        'findings',
        null
    from (select severity, severity_rank, count(*) as times from findings group by all)
    having (select count(*) from shown_incidents) > 0
    union all
    select
        null,
        2,
        'Looked at',
        format('{:,} ', events) || case when events = 1 then 'event' else 'events' end || ' by ' || counted(accounts, 'account or application', 'accounts and applications')
            || case when first_event is not null then ', from ' || minute_text(first_event) || ' to ' || minute_text(last_event) else '' end || '.',
        'The log shows',
        'coverage',
        null
    from looked_at
    union all
    select
        null,
        3,
        'Not in these files',
        case when logs is null then 'A log of each kind is loaded' else 'Not loaded, which is not the same as nothing found: ' || logs end
            || case when unseen > 0 then '. ' || counted(unseen, 'kind of attack was', 'kinds of attack were') || ' not looked for at all, because the logs that show '
                || case when unseen = 1 then 'it' else 'them' end || ' are missing' else '' end
            || case when half_seen > 0 then '. ' || counted(half_seen, 'kind was', 'kinds were') || ' looked for in a part of the logs or of the time only' else '' end
            || '.',
        'The files can''t say',
        'findings_not_looked_for',
        null
    from not_loaded, blind
)
select
    incident,
    topic,
    sentence,
    basis,
    look_in,
    look_for,
    part,
    -- what else was done is told in short before each of it
    coalesce(topic in (
        'Who and when', 'How it began', 'From where', 'Mail read', 'Mail sent on', 'Mail sent, deleted', 'Files', 'Countermeasures',
        'Still open', 'No incident', 'Not in these files'
    ) or topic = 'What else was done' and row_number() over (partition by incident, topic order by position) = 1, false) as is_first
from (
    select * from incident_sentences
    union all by name
    select * from further_sentences
    union all by name
    select * from case_sentences
    where exists (from evidence.sign_ins) or exists (from evidence.audit_events) or exists (from evidence.directory_audits)
        or exists (from evidence.risk_detections) or exists (from evidence.risky_users) or exists (from evidence.provisioning_events)
        or exists (from evidence.graph_activity)
)
order by
    incident nulls last,
    position,
    look_in,
    look_for nulls last,
    sentence
