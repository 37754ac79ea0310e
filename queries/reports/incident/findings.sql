-- title: Findings
-- description: What happened here that matters: one line an act, the most severe first. Of one severity the rarest kind comes first. Critical: an attacker's act beyond
--   reasonable doubt, or control over the tenant is lost. High: rarely harmless, look now. Medium: worth a look today. Low: context
--   that is often harmless. Info: for completeness. Everything is judged on all evidence, whatever the filters show; rarity says
--   against what. Where several rules name one act, the line bears the title of the most severe, and also names the others.
--   incident is its number in incidents. evidence lists file_id:record of each record.
--   verdict, note and known are of the case sheet (--case): what it calls benign sinks.
-- severity: severity
-- on a terminal: severity, verdict, first_seen, what, who, title, note, finding_id
-- wrap: title, what, note, known, target, rarity, also, ip_addresses, evidence
-- position: 1
-- chart: days x=first_seen group=severity title=Findings by the day they begin, and by severity
-- workbook: yes
-- known by: severity, first_seen, finding_id
-- topics: finding, alerts, detections, mitre, att&ck, attack, bec, business email compromise, persistence, spray, password spray, impossible travel, mfa fatigue, push bombing
-- needs: every log
-- filled by: the sign-in logs, the audit logs and the risk logs (Entra admin center > Download), and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: A rule finds what it describes, no more: no finding is no acquittal. What had no log to look in is listed in
--   findings_not_looked_for.
select
    severity,
    finding,
    title,
    what,
    who,
    first_seen,
    last_seen,
    events,
    target,
    rarity,
    techniques,
    also,
    incident,
    verdict,
    note,
    known,
    session_id,
    nullif(array_to_string(addresses, ', '), '') as ip_addresses,
    app_id,
    catalogue,
    array_to_string(list_transform(records, r -> r.file_id || ':' || r.record), ' ') as evidence,
    finding_id
from findings
left join incident_findings using (finding_id)
order by
    coalesce(verdict = 'benign', false),
    severity_rank,
    count(*) over (partition by severity_rank, finding), -- what is common here comes after what is rare
    last_seen desc,
    finding,
    finding_id
