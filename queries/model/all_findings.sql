-- description: One row an act that a rule names: the hits of several rules on one act, under
--   the title of the most severe. Judged on all evidence, whatever the filters show.
-- materialized: yes
-- ordered by: severity_rank, first_seen, finding, finding_id
-- column finding_id varchar: hash of the finding's name and of the log's own ids of its records
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
)
select
    left(md5(finding || '|' || array_to_string(list_sort(list_distinct(list_transform(records, r -> coalesce(r.id, '')))), '|')
        || case when len(list_filter(records, r -> r.id is not null)) = 0 then '|' || act_key else '' end), 16) as finding_id,
    severity,
    severity_rank,
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
    records
from acts
