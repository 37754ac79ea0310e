-- title: Incidents
-- description: Findings that belong together, the gravest first: those of medium severity or more that share a session, or, at most
--   72 hours apart, an address that few accounts use, an account or an object. joined_by says what joins them. An incident has a
--   finding of high severity, or several of medium; low ones that share something with it are counted as context. story tells in
--   order of time what happened.
-- severity: severity
-- wrap: title, story, who, tactics, ip_addresses, session_ids, joined_by, finding_ids
-- position: 2
-- topics: incident, incidents, attack chain, kill chain, story, breach, compromise
-- needs: sign_ins, audit_events, directory_audits, risk_detections, risky_users, graph_activity
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
shown as (
    select distinct i.incident
    from incident_findings as i
    join findings using (finding_id)
)
select
    incident,
    min_by(severity, severity_rank) as severity,
    min_by(title, (severity_rank, first_seen, finding_id)) as title,
    string_agg(minute_text(first_seen) || ' ' || what, '; ' order by first_seen, severity_rank, finding_id) filter (where is_seed) as story,
    listed(list_sort(list(distinct who) filter (where who is not null and is_seed))) as who,
    min(first_seen) filter (where is_seed) as first_seen,
    max(last_seen) filter (where is_seed) as last_seen,
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
order by incident
