-- description: What the records of incidents bear, and whether it is somebody's ordinary one: one row a value. The intruder's is
--   what came with the incident; ordinary is what was in use before, or is used by people outside of it.
-- materialized: yes
-- ordered by: type, value
-- column type varchar: as in the report indicators
-- column value varchar: the value
-- column ordinary varchar: why it tells of nobody, in words; NULL = it came with the incident, and others do not use it
with began as (
    select i.incident, min(f.first_seen) as first_seen
    from incident_findings as i
    join all_findings as f using (finding_id)
    group by i.incident
),
members as (
    select incident, file_id, record
    from incident_events
),
borne as materialized (
    select m.incident, n.*
    from borne_values as n
    join members as m using (file_id, record)
    where n.value <> ''
),
-- Every use in all evidence of what the records of incidents bear.
uses as (
    select
        type,
        value,
        account,
        bool_or(is_success) as is_used,
        min(event_time) filter (where is_success) as first_used,
        count(*) as records
    from borne_values
    semi join borne using (type, value)
    group by type, value, account
),
-- An intruder may be there for some hours before anything is found.
own_addresses as (
    select distinct b.incident, b.account, b.value as address
    from borne as b
    join began as g using (incident)
    join uses as u on u.type = 'ip address' and u.value = b.value and u.account = b.account
    where b.type = 'ip address' and u.first_used < g.first_seen - interval 1 day
),
-- Of two sign-ins that cannot both be the owner's, the one from where the owner was known to be.
sign_ins_found as (
    select
        i.incident,
        i.finding_id,
        l.account,
        l.file_id,
        l.record,
        coalesce(c.first_seen < g.first_seen - interval 1 day, false) as is_known_country,
        l.device_id is not null or coalesce(n.first_seen < g.first_seen - interval 1 day, false) as is_known_client
    from incident_findings as i
    join began as g using (incident)
    join finding_records as r using (finding_id)
    join logons as l on l.file_id = r.file_id and l.record = r.record and l.is_success and l.kind = 'user' and l.country is not null
    left join account_habits as c on c.kind = 'user' and c.feature = 'country' and c.account = l.account and c.value = l.country
    left join account_habits as n on n.kind = 'user' and n.feature = 'network' and n.account = l.account and n.value = l.network::varchar
),
own_ends as (
    select distinct incident, file_id, record
    from sign_ins_found as s
    join (select finding_id, account from sign_ins_found group by all having not bool_and(is_known_country)) using (finding_id, account)
    where is_known_country and is_known_client
),
placed as (
    select
        b.incident,
        b.file_id,
        b.record,
        bool_or(o.address is not null or e.record is not null) as is_own
    from borne as b
    left join own_addresses as o on o.incident = b.incident and o.account = b.account and o.address = b.value
    left join own_ends as e on e.incident = b.incident and e.file_id = b.file_id and e.record = b.record
    where b.type = 'ip address'
    group by all
),
-- Where nothing is strange, nothing tells the owner's records from others.
strange as (
    select incident
    from placed
    group by incident
    having not bool_and(is_own)
),
values_of as (
    select
        b.type,
        b.value,
        min(g.first_seen) as began,
        count(distinct (b.file_id, b.record)) as records,
        -- a record without an address does not tell
        coalesce(bool_and(p.is_own and s.incident is not null) filter (where p.is_own is not null), false) as is_owners
    from borne as b
    join began as g using (incident)
    left join placed as p on p.incident = b.incident and p.file_id = b.file_id and p.record = b.record
    left join strange as s on s.incident = b.incident
    group by b.type, b.value
),
-- Of the uses, not of all values with all accounts of an incident: one may have thousands of both.
insiders as (
    select distinct u.type, u.value, u.account
    from uses as u
    join incident_accounts as a using (account)
    semi join borne as b on b.incident = a.incident and b.type = u.type and b.value = u.value
),
used as (
    select
        u.type,
        u.value,
        min(u.first_used) as first_used,
        count(*) filter (where u.is_used and u.account is not null and i.account is null) as outsiders,
        sum(u.records)::bigint as records
    from uses as u
    left join insiders as i on i.type = u.type and i.value = u.value and i.account = u.account
    group by u.type, u.value
)
select
    v.type,
    v.value,
    case
        when v.type not in ('session id', 'token id') and u.first_used < v.began - interval 1 day then 'in use before the incident, since ' || minute_text(u.first_used)
        when v.is_owners then 'only in the owner''s own records'
        when u.outsiders >= 3 then 'in use by ' || u.outsiders || ' accounts outside of the incident'
        when u.records - v.records > v.records then 'mostly in records outside of the incident'
    end as ordinary
from values_of as v
join used as u using (type, value)
