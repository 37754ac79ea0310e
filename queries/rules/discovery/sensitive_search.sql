-- title: Search for sensitive words
-- severity: medium
-- techniques: T1213
-- catalogue: D108
-- meaning: Somebody searched mail or sites for passwords, payments or other things worth stealing: several such words
--   by one account on one day.
-- false positives: Finance staff and administrators, who search for such words in their work.
-- blind spots: Searches are logged only with some licences.
-- next: Ask the user. See what they opened after the search.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities; list sensitive_search_words
-- lists: sensitive_search_words
-- seen: in 1 samples, marked 0 of 58 benign ones
with searches as (
    select
        *,
        lower(coalesce(
            json_extract_string(json_text(raw), '$.QueryText'), json_extract_string(json_text(raw), '$.SearchQueryText'),
            json_extract_string(json_text(raw), '$.SearchQueryInitiatedExchange'), json_extract_string(json_text(raw), '$.SearchQueryInitiatedSharePoint'),
            json_extract_string(json_text(raw), '$.EventData')
        )) as query
    from evidence.audit_events
    where list_contains(['SearchQueryInitiatedExchange', 'SearchQueryInitiatedSharePoint', 'SearchQueryPerformed'], operation) and not coalesce(is_system, false)
),
sensitive as (
    select *
    from searches
    where exists (select 1 from list_sensitive_search_words as w where regexp_matches(searches.query, '(^|[^a-z])' || w.word))
),
found_days as (
    select
        user_id as who,
        list_sort(list(distinct query)) as queries,
        event_time::date as day,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from sensitive
    group by user_id, event_time::date
)
select
    case when len(queries) >= 3 then 'medium' when len(queries) = 2 then 'low' else 'info' end as severity,
    who || ' searched for ' || few(queries) as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'search ' || who || ' ' || day as act,
    records
from found_days
order by first_seen, who, target, what
