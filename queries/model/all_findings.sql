-- description: One row an act that a rule names: the hits of several rules on one act, under
--   the title of the most severe. Judged on all evidence, whatever the filters show. What the case sheet trusts lowers the
--   severity by two grades, where nothing else has to do with the finding (of places that a rule compares, all but those that the
--   account always works from); what it calls bad raises it to high at least, whatever
--   is trusted; what it calls benign is info, if it is all of the finding: all records, all addresses, the actor.
-- materialized: yes
-- ordered by: severity_rank, first_seen, finding, finding_id
-- column finding_id varchar: hash of the finding's name and of the log's own ids of its records, and of the act where a rule names
--   several in the same records
-- column severity varchar: critical, high, medium, low, info
-- column severity_rank integer: 1 = critical
-- column finding varchar: name of the rule, of several the most severe
-- column title varchar: its heading
-- column tactic varchar: its ATT&CK tactic
-- column what varchar: what happened, in a sentence
-- column who varchar: the actor
-- column first_seen timestamp: earliest record (UTC)
-- column last_seen timestamp: latest record (UTC)
-- column events bigint: records, or what the rule counts
-- column target varchar: what or whom it was done to
-- column app_id varchar: with which application
-- column session_id varchar: in which session
-- column addresses varchar[]: from which addresses
-- column rarity varchar: how rare it is, and against what
-- column techniques varchar: ATT&CK techniques of all rules that name the act
-- column catalogue varchar: numbers of the catalogue of findings
-- column also varchar: other rules that name the act
-- column verdict varchar: of the case sheet: confirmed, benign, open
-- column note varchar: the analyst's words
-- column known varchar: what the case sheet trusts or calls bad in it, and which severity it had without
-- column records struct(file_id integer, record bigint, id varchar)[]: the evidence
with ranked_hits as (
    select
        h.*,
        r.title,
        r.techniques,
        r.catalogue,
        r.tactic,
        s.severity_rank,
        coalesce(h.act, h.finding || ' ' || coalesce(h.who, '') || ' ' || coalesce(h.target, '') || ' ' || coalesce(h.first_seen::varchar, '')) as act_key,
        row_number() over (order by s.severity_rank, r.position, h.first_seen, h.who, h.target, h.what) as place
    from rule_hits as h
    join rules as r using (finding)
    join severities as s on s.severity = h.severity
),
acts as (
    select
        act_key,
        min_by(finding, place) as finding,
        min_by(title, place) as title,
        min_by(tactic, place) as tactic,
        min_by(severity, place) as severity,
        min(severity_rank) as severity_rank,
        min_by(what, place) as what,
        min_by(who, place) as who,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        max(events) as events,
        min_by(target, place) as target,
        min_by(app_id, place) as app_id,
        min_by(session_id, place) as session_id,
        list_sort(list_distinct(flatten(list(coalesce(ip_addresses, []::varchar[]))))) as addresses,
        min_by(rarity, place) as rarity,
        list_sort(list_distinct(flatten(list(string_split(techniques, ','))))) as all_techniques,
        list_sort(list_distinct(flatten(list(string_split(catalogue, ','))))) as all_catalogue,
        list_sort(list_distinct(list(finding))) as findings,
        list_sort(list_distinct(flatten(list(coalesce(records, []::struct(file_id integer, record bigint, id varchar)[]))))) as records
    from ranked_hits
    group by act_key
),
digests as (
    select
        *,
        md5(finding || '|' || array_to_string(list_sort(list_distinct(list_transform(records, r -> coalesce(r.id, '')))), '|')
            || case when len(list_filter(records, r -> r.id is not null)) = 0 then '|' || act_key else '' end) as digest
    from acts
),
-- A rule may name two acts in the same records.
named as (
    select
        * exclude (digest),
        left(case when count(*) over (partition by digest) > 1 then md5(digest || '|' || act_key) else digest end, 16) as finding_id
    from digests
),
-- What the case sheet says of their evidence. Where it says nothing, none of this is asked.
evidence_of as (
    select finding_id, unnest(records) as r
    from named
    where exists (from sheet_notes where thing = 'record') or exists (from sheet_entries where kind = 'trusted' and thing = 'device')
),
-- The device of a record, where its log has one. A record without is of no device: what a
-- stolen session did is not the device's.
devices as (
    select file_id, record, device_id, device_name
    from evidence.sign_ins
    union all
    select l.file_id, l.record, s.device_id, s.device_name
    from all_logons_of_sign_ins as l
    join evidence.sign_ins as s on s.file_id = l.sign_in.file_id and s.record = l.sign_in.record
    union all
    select file_id, record, device_id, null
    from evidence.graph_activity
    union all
    select file_id, record, null, device_name
    from evidence.identity_logons
    union all
    select file_id, record, null, device_name
    from evidence.alerts
),
on_trusted_devices as (
    select e.finding_id
    from evidence_of as e
    left join devices as d on d.file_id = e.r.file_id and d.record = e.r.record
    left join sheet_entries as t on t.kind = 'trusted' and t.thing = 'device' and t.value in (lower(d.device_id), lower(d.device_name))
    group by e.finding_id
    having bool_and(t.value is not null)
),
-- What a rule compares is explained by a place that is trusted, not by the one where the account always is.
places as (
    select
        n.finding_id,
        n.ip_address,
        u.ip_address is not null as is_usual
    from (select finding_id, finding, who, unnest(addresses) as ip_address from named) as n
    join rules as r using (finding)
    left join usual_addresses as u on r.compares = 'places' and u.account = n.who and u.ip_address = n.ip_address
    where exists (from known_addresses)
),
address_known as (
    select
        p.finding_id,
        list(distinct k.value order by k.value) filter (where k.kind = 'bad') as bad,
        case
            when count(*) filter (where k.kind is distinct from 'trusted' and not p.is_usual) = 0 and (not bool_and(p.is_usual) or bool_and(k.kind is not distinct from 'trusted'))
            then list(distinct k.value order by k.value) filter (where k.kind = 'trusted')
        end as trusted
    from places as p
    left join known_addresses as k using (ip_address)
    group by p.finding_id
),
app_known as (
    select
        n.finding_id,
        list(distinct e.value order by e.value) filter (where e.kind = 'bad') as bad,
        list(distinct e.value order by e.value) filter (where e.kind = 'trusted') as trusted
    from named as n
    left join app_names as a on a.app_id = lower(n.app_id)
    join sheet_entries as e on e.thing = 'application' and e.value in (lower(n.app_id), lower(a.app_display_name), lower(n.target))
    group by n.finding_id
),
account_known as (
    select n.finding_id, list(e.value order by e.value) as trusted
    from (select finding_id, accounts_in(lower(who)) as accounts from named) as n
    join sheet_entries as e on e.kind = 'trusted' and e.thing = 'account' and list_contains(n.accounts, e.value)
    group by n.finding_id, n.accounts
    having count(distinct e.value) = len(n.accounts)
),
file_notes as (
    select n.position, n.verdict, n.text, f.file_id, try_cast(split_part(n.value, ':', 2) as bigint) as record
    from sheet_notes as n
    join evidence.files as f on f.sha256 = split_part(n.value, ':', 1)
    where n.thing = 'record'
),
-- A record is named by its id, or by its file and number.
record_notes as (
    select e.finding_id, e.r, s.verdict, s.text, s.position
    from evidence_of as e
    join sheet_notes as s on s.thing = 'record' and s.value = lower(e.r.id)
    union all
    select e.finding_id, e.r, s.verdict, s.text, s.position
    from evidence_of as e
    join file_notes as s on s.file_id = e.r.file_id and s.record = e.r.record
),
address_notes as (
    select n.finding_id, n.ip_address, s.verdict, s.text, s.position
    from (select finding_id, unnest(addresses) as ip_address from named) as n
    join sheet_notes as s on s.thing = 'address' and s.value = n.ip_address
),
benign_parts as (
    select finding_id, 'record' as thing, count(distinct r) as parts
    from record_notes
    where verdict = 'benign'
    group by finding_id
    union all
    select finding_id, 'address', count(distinct ip_address)
    from address_notes
    where verdict = 'benign'
    group by finding_id
),
-- The nearest note speaks: of the finding, a record, the session, the account, an address.
noted as (
    select n.finding_id, s.verdict, s.text, 1 as nearness, s.position, true as is_of_all
    from named as n
    join sheet_notes as s on s.thing = 'finding' and s.value = n.finding_id
    union all
    select e.finding_id, e.verdict, e.text, 2, e.position, coalesce(b.parts = len(n.records), false)
    from record_notes as e
    join named as n using (finding_id)
    left join benign_parts as b on b.finding_id = e.finding_id and b.thing = 'record'
    union all
    select n.finding_id, s.verdict, s.text, 3, s.position, true
    from named as n
    join sheet_notes as s on s.thing = 'session' and s.value = lower(n.session_id)
    union all
    select n.finding_id, s.verdict, s.text, 4, s.position, coalesce(s.value = lower(coalesce(n.who, n.target)), false)
    from named as n
    join sheet_notes as s on s.thing = 'user' and list_contains(accounts_in(lower(n.who)) || [lower(n.target)], s.value)
    union all
    select e.finding_id, e.verdict, e.text, 5, e.position, coalesce(b.parts = len(n.addresses), false)
    from address_notes as e
    join named as n using (finding_id)
    left join benign_parts as b on b.finding_id = e.finding_id and b.thing = 'address'
),
-- What is benign in a part acquits not the whole: any other note speaks before it.
weighed as (
    select
        finding_id,
        case when is_partly_benign then 'open' else verdict end as verdict,
        case when is_partly_benign then concat_ws(': ', 'Benign in part', nullif(text, '')) else text end as text,
        {'partly': is_partly_benign, 'nearness': nearness, 'position': position} as place
    from (select *, verdict = 'benign' and not is_of_all as is_partly_benign from noted)
),
verdicts as (
    select
        finding_id,
        min_by(verdict, place) as verdict,
        min_by(text, place) as note
    from weighed
    group by finding_id
),
known as (
    select
        n.*,
        v.verdict,
        nullif(v.note, '') as note,
        list_sort(coalesce(d.bad, []) || coalesce(a.bad, [])) as bad,
        case
            -- what the sheet itself calls bad, whatever it trusts
            when contains(n.findings, 'known_bad_seen') then []
            else list_sort(coalesce(d.trusted, []) || coalesce(a.trusted, []) || coalesce(c.trusted, []) || case when t.finding_id is not null then ['the device'] else [] end)
        end as trusted
    from named as n
    left join address_known as d using (finding_id)
    left join app_known as a using (finding_id)
    left join account_known as c using (finding_id)
    left join on_trusted_devices as t using (finding_id)
    left join verdicts as v using (finding_id)
),
ranked as (
    select
        *,
        case
            when verdict = 'benign' then 5
            when len(bad) > 0 then least(severity_rank, 2)
            when len(trusted) > 0 then least(severity_rank + 2, 5)
            else severity_rank
        end as new_rank
    from known
)
select
    finding_id,
    s.severity,
    s.severity_rank,
    finding,
    title,
    tactic,
    what,
    who,
    first_seen,
    last_seen,
    events,
    target,
    app_id,
    session_id,
    addresses,
    rarity,
    array_to_string(list_filter(all_techniques, t -> t <> ''), ', ') as techniques,
    array_to_string(list_filter(all_catalogue, t -> t <> ''), ',') as catalogue,
    nullif(array_to_string(list_filter(findings, f -> f <> finding), ', '), '') as also,
    verdict,
    note,
    nullif(concat_ws(
        '; ',
        'known to be bad: ' || listed(bad),
        case when len(bad) = 0 then 'trusted: ' || listed(trusted) end,
        case when s.severity_rank <> k.severity_rank then 'was ' || k.severity end
    ), '') as known,
    records
from ranked as k
join severities as s on s.severity_rank = k.new_rank
