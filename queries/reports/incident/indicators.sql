-- title: Indicators
-- description: Indicators (IOC) of the incidents: addresses, networks, user agents, session and token ids, applications, devices,
--   names of mail rules, mail addresses outside that mail goes to or came from, their domains, domains and devices that were added, and
--   hashes of files, in the evidence of their findings of medium severity or more, each with its first and last record there, and in which findings it
--   is. elsewhere counts the records of all evidence that bear it too and belong to no such finding, the intruder's among them.
--   ordinary says why a value tells of nobody: somebody used it a day or more before the incident began, or accounts outside of the
--   incident use it, or only the owner's own records bear it: those from an address that the account used before, and of two sign-ins
--   in one finding that from a country of the owner's, with a registered device or from a known network; empty = it came with the
--   incident. known is what the case sheet (--case) says of it: trusted or bad. What is ordinary or trusted is in no list for
--   other programs (-f stix, -f misp), unless the case sheet calls it bad or a note says that it is confirmed.
-- wrap: value, ordinary, findings
-- notes on: value
-- on a terminal: type, value, ordinary, known
-- position: 6
-- workbook: yes
-- known by: value, first_seen
-- topics: ioc, iocs, indicators of compromise, blocklist, stix, misp
-- needs: every log
-- filled by: the sign-in logs and the audit logs (Entra admin center > Download), and the unified audit log (Search-UnifiedAuditLog, or
--   Microsoft Purview > Audit > Export)
-- caveat: What an attacker shares with others (an address of a provider, the user agent of a browser) is no indicator by itself. Where
--   the files begin with the incident, nothing tells the victim's own from the attacker's.
with incident_records as (
    select distinct
        r.file_id,
        r.record,
        f.finding
    from incident_findings as i
    join findings as f using (finding_id)
    join finding_records as r using (finding_id)
    where f.severity_rank <= 3
),
values_in_incidents as (
    select
        n.type,
        n.value,
        min(n.event_time) as first_seen,
        max(n.event_time) as last_seen,
        count(distinct (n.file_id, n.record)) as records,
        string_agg(distinct i.finding, ', ' order by i.finding) as findings
    from borne_values as n
    join incident_records as i using (file_id, record)
    where n.value <> ''
    group by all
),
counted_values as (
    select type, value, count(*) as all_records
    from borne_values
    semi join values_in_incidents using (type, value)
    group by all
),
-- What the case sheet trusts or calls bad of them. What is both is bad.
known_devices as (
    select distinct s.device_id, e.kind
    from evidence.sign_ins as s
    join sheet_entries as e on e.thing = 'device' and e.value in (lower(s.device_id), lower(s.device_name))
),
known_entries as (
    select v.type, v.value, e.kind
    from values_in_incidents as v
    left join app_names as a on case when v.type = 'application' then v.value end = a.app_id
    join sheet_entries as e on case v.type
        when 'ASN' then e.thing = 'asn' and 'AS' || e.value = v.value
        when 'application' then e.thing = 'application' and e.value in (v.value, lower(a.app_display_name))
        when 'email address' then e.thing = 'account' and e.value = lower(v.value)
        when 'domain' then e.thing = 'domain' and (lower(v.value) = e.value or ends_with(lower(v.value), '.' || e.value))
        when 'user agent' then e.thing = 'user agent' and contains(lower(v.value), e.value)
        when 'file hash' then e.thing = 'hash' and e.value = v.value
        else false
    end
    union all
    select 'ip address', ip_address, kind
    from known_addresses
    union all
    select 'device', device_id, kind
    from known_devices
),
known_values as (
    select type, value, min(kind) as known
    from known_entries
    group by type, value
)
select
    v.type,
    v.value,
    coalesce(a.app_display_name, d.device_name) as name,
    v.first_seen,
    v.last_seen,
    v.records,
    c.all_records - v.records as elsewhere,
    o.ordinary,
    k.known,
    v.findings
from values_in_incidents as v
join counted_values as c using (type, value)
left join incident_values as o using (type, value)
left join known_values as k using (type, value)
left join app_names as a on case when v.type = 'application' then v.value end = a.app_id
left join device_names as d on case when v.type = 'device' then v.value end = d.device_id
order by
    v.type,
    elsewhere,
    v.first_seen,
    v.value
