-- title: Sessions
-- description: One row a session id over sign-ins and audit log, those that a person should look at first on top:
--   ordered by points, the sum of the reasons' points, then by the latest event. attention is high from 7 points on,
--   which no single reason reaches; look from 3; low below. The reasons: several countries (4 if the session has another client in
--   a country new to the user, 2 if the client is known, 1 if the user had them all before the session), several networks (3, 1, 1
--   likewise), events after a reset or change of the password or a revocation of tokens (4; 1 if the user did it), audit
--   events with a token that was issued to another address and network (3 if that network is new with another client, 2 if
--   unknown, else 1), the user agent of a script or attack kit (3), several operating systems (3), else several registered
--   devices (3), else several user agents (1), several users (3), device code flow (3), sign-in risk medium or high (2),
--   legacy authentication or ropc (2), operations that change who gets in or where data goes (2), the errors that a page
--   passing a sign-in on leaves behind, at OfficeHome, Office 365 or Exchange Online without a device (2), or beginning there
--   without a device (1), no sign-in of the session in the files although sign-ins with session ids are there (2), or no
--   interactive one (1), several addresses of which some have no known network (1). A client is operating system, browser
--   and device: known is the one that the session began with, and those that the user had anywhere before. A session is judged on all
--   its events in evidence, also when the filters show a part of them.
-- group: sessions 1
-- needs: sign_ins, audit_events
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns) and the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Points order the reading, they prove nothing: a phone that leaves the house has two networks, a VPN two
--   countries, and a session on a registered device many agents. No points is no acquittal either: an attacker who stays in
--   one place with the agent of the user leaves none. Failed attempts
--   have no session id and are not in here. Addresses that Microsoft's own services write (front ends of Entra ID and Exchange Online,
--   ::1) are not counted, nor those of non-interactive sign-ins of confidential clients, where the address is that of the first token,
--   not of the caller. An audit event's network and country are those that sign-ins give for the same address (learned
--   in place_sources), or a geolocation database. Records that never carry a session id (directory and
--   administration events, and failed sign-ins) are counted in events_without_id: what the session's users did in its time. A password changed in the session
--   may be what an attacker did.
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
