-- title: Protection of mail removed or weakened
-- severity: medium
-- techniques: T1562.001
-- catalogue: D84
-- meaning: A filter, a check of links or attachments, the signing of mail or a list of whom to trust was changed so
--   that more bad mail gets through.
-- false positives: A move to another mail gateway, a sender that the filters stop by mistake.
-- blind spots: Changes of the value that the log does not give, such as a new preset.
-- next: Ask the administrator, and see which mail came in since.
-- needs: audit_events
-- source: list security_cmdlets
-- lists: security_cmdlets
-- seen: in 4 samples, marked 0 of 58 benign ones
with weakened as (
    select
        c.*,
        s.severity,
        s.meaning,
        nullif(s.parameter, '') as parameter,
        case when s.parameter <> '' then c.parameters[s.parameter] end as value
    from cmdlets as c
    join list_security_cmdlets as s
        on s.operation = c.operation and s.area = 'mail'
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
