-- description: One row a cmdlet that took a protection of mail or data away, or weakened it, with what it weakened.
-- column area varchar: mail = filters, checks of links and attachments, signing; data = retention, holds, labels, loss
--   protection
-- column act_id varchar: of the cmdlet, see cmdlets
-- column event_time timestamp: when (UTC)
-- column actor varchar: who ran it
-- column cmdlet varchar: the cmdlet, as logged
-- column object varchar: on what
-- column failed boolean: it failed
-- column severity varchar: the gravest of what it weakened
-- column meaning varchar: what it weakened, in words
-- column settings varchar: the parameters that did, with their values
-- column app_id varchar: the application
-- column session_id varchar: the session
-- column ip_address varchar: of the client
-- column file_id integer: where the record is
-- column record bigint: where the record is
-- column id varchar: the record's own id
with weakened as (
    select
        c.*,
        s.area,
        s.severity,
        s.meaning,
        nullif(s.parameter, '') as parameter,
        case when s.parameter <> '' then c.parameters[s.parameter] end as value
    from cmdlets as c
    join list_security_cmdlets as s
        on s.operation = c.operation
        and (coalesce(s.parameter, '') = '' or regexp_matches(lower(trim(c.parameters[s.parameter])), s.value))
    where not c.is_system
)
-- One cmdlet may weaken several things: one row an area.
select
    area,
    act_id,
    min(event_time) as event_time,
    min(actor) as actor,
    min(cmdlet) as cmdlet,
    min(object) as object,
    bool_or(failed) as failed,
    min_by(severity, case severity when 'high' then 1 when 'medium' then 2 else 3 end) as severity,
    string_agg(distinct meaning, ' and ' order by meaning) as meaning,
    nullif(string_agg(distinct parameter || ' = ' || value, ', ' order by parameter || ' = ' || value), '') as settings,
    min(app_id) as app_id,
    min(session_id) as session_id,
    min(ip_address) as ip_address,
    file_id,
    record,
    min(id) as id
from weakened
group by area, act_id, file_id, record
order by area, event_time, file_id, record, act_id
