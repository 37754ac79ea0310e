-- title: Sessions
-- description: One row a session id over sign-ins and audit log, those that a person should look at first on top:
--   ordered by points, the sum of the reasons' points, then by the latest event. The reasons are: several countries (4
--   if one of them is in no other session of the user, else 2), several networks (3 and 1 likewise), audit events with
--   a token that was issued to another address and network (3), the user agent of a script or attack kit (3), several
--   operating systems (3), several users (3), device code flow (3), sign-in risk medium or high (2), legacy
--   authentication or ropc (2), operations that change who gets in or where data goes (2), no sign-in of the session
--   in the files although sign-ins with session ids are there (2), several addresses of which some have no known
--   network (1), several user agents (1), none of its sign-ins interactive although interactive ones are in the files
--   (1). A session is judged on all its events in evidence, also when the filters show a part of them.
-- group: sessions 1
-- needs: sign_ins, audit_events
-- filled by: the sign-in logs (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns) and the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: Points order the reading, they prove nothing: a phone that leaves the house has two networks, a VPN two
--   countries, and a session on a registered device many agents. No points is no acquittal either. Failed attempts
--   have no session id and are not in here. Addresses that Microsoft's own services write (front ends of Entra ID,
--   ::1) are not counted. In non-interactive sign-ins of confidential clients the address is that of the first token,
--   not of the caller. An audit event's network and country are those that sign-ins give for the same address.
select
    session_id,
    users,
    points,
    reasons,
    first_seen,
    last_seen,
    duration_minutes,
    sign_ins,
    sign_ins_success,
    sign_ins_failure,
    sign_ins_interrupted,
    audit_events,
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
    device_list,
    app_list,
    user_agent_list
from sessions
order by
    points desc,
    last_seen desc,
    session_id
