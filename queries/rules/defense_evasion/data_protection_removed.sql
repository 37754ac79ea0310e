-- title: Retention, legal hold, label or loss protection removed
-- severity: medium
-- techniques: T1562.001
-- catalogue: D85
-- meaning: What keeps data from being deleted or sent out was removed or switched off: afterwards mail and files can
--   vanish for good, or leave unnoticed.
-- false positives: The compliance team, with a change on record.
-- blind spots: Policies that were only narrowed.
-- next: Ask the compliance team. Look for deletions and for data that went out since.
-- needs: audit_events
-- source: list security_cmdlets
-- lists: security_cmdlets
-- seen: in 1 samples, marked 0 of 58 benign ones
with weakened as (
    select
        c.*,
        s.severity,
        s.meaning,
        nullif(s.parameter, '') as parameter,
        case when s.parameter <> '' then c.parameters[s.parameter] end as value
    from cmdlets as c
    join list_security_cmdlets as s
        on s.operation = c.operation and s.area = 'data'
        and (coalesce(s.parameter, '') = '' or regexp_matches(lower(trim(c.parameters[s.parameter])), s.value))
    where not c.is_system
),
-- One cmdlet may weaken several things: one line.
acts as (
    select
        act_id,
        any_value(event_time) as event_time,
        any_value(actor) as actor,
        any_value(operation) as operation,
        any_value(object) as object,
        bool_or(failed) as failed,
        any_value(app_id) as app_id,
        any_value(session_id) as session_id,
        any_value(ip_address) as ip_address,
        min_by(severity, case severity when 'high' then 1 when 'medium' then 2 else 3 end) as severity,
        string_agg(distinct meaning, ' and ' order by meaning) as meaning,
        nullif(string_agg(distinct parameter || ' = ' || value, ', ' order by parameter || ' = ' || value), '') as settings,
        file_id,
        record,
        any_value(id) as id
    from weakened
    group by act_id, file_id, record
)
select
    severity,
    actor || case when failed then ' tried ' else ' ran ' end || operation || coalesce(' on ' || object, '') || ', which ' || meaning
        || coalesce(' (' || settings || ')', '') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    object as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from acts
order by event_time, file_id, record
