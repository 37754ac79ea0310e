-- description: The user agents of the logs that the list tool_agents names: one row a user agent.
-- materialized: yes
-- column user_agent varchar: as logged
-- column tool varchar: the program's name
-- column tool_kind varchar: attack = made to attack; script = a library or tool that programs are written with
with logged as (
    select user_agent from evidence.sign_ins
    union
    select user_agent from evidence.audit_events
    union
    select user_agent from evidence.directory_audits
    union
    select user_agent from evidence.graph_activity
)
select
    l.user_agent,
    min_by(t.name, (t.kind, t.name)) as tool,
    min(t.kind) as tool_kind
from logged as l
join list_tool_agents as t on t.kind <> 'files' and regexp_matches(lower(l.user_agent), t.pattern)
group by l.user_agent
