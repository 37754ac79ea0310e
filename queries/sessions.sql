-- title: Sessions
-- description: One row a session id over sign-ins and audit log, those to look at first on top, judged on all their events in
--   evidence, whatever the filters show. Each reason ends with its points; points is their sum, and orders the rows. attention
--   is high from 7 points on, which no single reason reaches, look from 3, low below. Several countries: 4 with an unknown
--   client in one that is new for the user, 2 if only the country is new, 1 if the user had them before; several networks: 3, 1,
--   1 likewise. A whole session from countries new for a user who has earlier ones: 4 with an unknown client, else 2; from
--   networks alone: 2 with an unknown client on no registered device, else nothing. A client is operating system, browser and
--   device; it is known if the session began with it or the user had it elsewhere before, of a whole session only if the user
--   had it before. 4: events after a password reset or revocation of tokens (1 if by the user). 3: the user agent of a script or
--   attack kit; several operating systems or registered devices (several user agents: 1); several users; device code; a token
--   used in a new network with an unknown client (unknown network: 2, another: 1). 2: sign-in risk medium or high; legacy
--   authentication; operations that change who gets in or where data goes (inbox rules, mailbox settings, links and passwords,
--   which many change: 1); the error chain that an AiTM (adversary in the middle) page leaves at OfficeHome, Office 365 or
--   Exchange Online without a device: second factor asked for, and stay signed in or the device too, then in (began there
--   without a device: 1); no sign-in of the session in the files (no interactive one: 1). 1: addresses of unknown network beside
--   others.
-- group: sessions 1
-- wrap: reasons
-- severity: attention
-- topics: aitm, adversary in the middle, phishing, stolen token, token theft, hijacking, impossible travel, anomalies
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
