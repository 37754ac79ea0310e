-- title: Sessions
-- description: One row a session id over sign-ins and audit log, those to look at first on top, judged on all their events in
--   evidence, whatever the filters show. Each reason ends with its points; points is their sum, and orders the rows. attention
--   is high from 7 points on, which no single reason reaches, look from 3, low below. The points: {session rules} A client is
--   operating system, browser and device; it is known if the session began with it or the user had it elsewhere before, of a
--   whole session only if the user had it before. verdict is what the case sheet (--case) says of the session, else of its users.
-- position: 1
-- on a terminal: attention, points, users, reasons, first_seen, last_seen, session_id
-- workbook: yes
-- wrap: reasons
-- severity: attention
-- topics: aitm, adversary in the middle, phishing, stolen token, token theft, hijacking, anomalies
-- needs: sign_ins, audit_events
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns) and the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Points order the reading, they prove nothing: a phone that leaves the house has two networks, a VPN two countries,
--   and a password changed in a session may be what an attacker did. No points is no acquittal: an attacker who stays in the
--   country of the user with an agent like the user's leaves none, and a second session from where the first was is no longer
--   new. New means not earlier in these files, where somebody got in: failed attempts do not count, and seldom have a session
--   id. Addresses that Microsoft's own services write (front ends of Entra ID and Exchange Online, ::1) are not counted, nor
--   those of non-interactive sign-ins of confidential clients, which are those of the first token. An audit event's network and
--   country are those that sign-ins give for the same address (learned in place_sources), or a geolocation database. Records
--   that never carry a session id (directory and administration events, failed sign-ins) are counted in events_without_id: what
--   the session's users did in its time.
select
    session_id,
    users,
    attention,
    points,
    coalesce(
        (select min_by(n.verdict, n.position) from sheet_notes as n where n.thing = 'session' and n.value = lower(session_id)),
        (
            select min_by(n.verdict, n.position)
            from (select unnest(string_split(lower(users), ', ')) as name) as u
            join sheet_notes as n on n.thing = 'user' and n.value = u.name
        )
    ) as verdict,
    reasons,
    first_seen,
    last_seen,
    duration_minutes,
    root_app,
    root_mfa,
    root_policies,
    root_risk,
    root_device,
    root_ip_address,
    root_sign_in_id,
    sign_ins,
    sign_ins_success,
    sign_ins_failure,
    sign_ins_interrupted,
    sign_ins_interactive,
    sign_ins_non_interactive,
    audit_events,
    audit_workloads,
    events_without_id,
    ip_addresses,
    networks,
    countries,
    user_agents,
    devices,
    apps,
    notable_operations,
    country_list,
    network_list,
    ip_address_list,
    place_sources,
    device_list,
    app_list,
    user_agent_list
from sessions
order by
    points desc,
    last_seen desc,
    session_id
