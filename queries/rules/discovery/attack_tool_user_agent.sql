-- title: User agent of an attack tool or script
-- severity: medium
-- techniques: T1087.004
-- catalogue: D17
-- meaning: The client named itself as a tool made to attack, or as a library that programs are written with, where a user's
--   browser or application belongs.
-- false positives: The tenant's own automation with a user account; then the account does it on many days, and the line is low.
--   Applications that sign in for themselves are left out unless the tool is made to attack.
-- blind spots: A user agent is what the client says: careful tools name a browser.
-- next: Ask the account's owner for the program. If there is none, revoke the sessions, reset the password.
-- needs: sign_ins, audit_events, directory_audits, graph_activity
-- source: user agents in the public source code of the tools; https://attack.mitre.org/techniques/T1087/004/
-- lists: tool_agents
-- seen: in 13 samples, marked 0 of 58 benign ones
with uses as (
    select
        event_time,
        kind,
        account as who,
        coalesce(user_id, account) as actor,
        app_id,
        app as at_what,
        user_agent,
        ip_address,
        session_id,
        is_success,
        act_id,
        file_id,
        record,
        id
    from logons
    where user_agent in (select user_agent from tool_user_agents)
    union all
    select
        e.event_time,
        case when e.user_id is null or not contains(e.user_id, '@') then 'service_principal' else 'user' end,
        home_account(e.user_id),
        home_account(e.user_id),
        lower(e.app_id),
        e.operation,
        e.user_agent,
        client_address(e.ip_address),
        e.session_id,
        true,
        'audit ' || coalesce(e.id, e.file_id || ':' || e.record),
        e.file_id,
        e.record,
        e.id
    from evidence.audit_events as e
    where e.user_agent in (select user_agent from tool_user_agents)
        and e.operation not in ('UserLoggedIn', 'UserLoginFailed') and not coalesce(e.is_system, false)
    union all
    select
        event_time,
        case when initiated_by_type = 'app' then 'service_principal' else 'user' end,
        home_account(initiated_by),
        home_account(initiated_by),
        null,
        activity,
        user_agent,
        ip_address,
        null,
        coalesce(result, '') <> 'failure',
        'directory ' || coalesce(id, file_id || ':' || record),
        file_id,
        record,
        id
    from evidence.directory_audits
    where user_agent in (select user_agent from tool_user_agents)
    union all
    select
        g.event_time,
        case when g.user_id is null then 'service_principal' else 'user' end,
        coalesce(n.user_principal_name, lower(g.user_id), lower(g.service_principal_id)),
        lower(coalesce(g.user_id, g.service_principal_id)),
        lower(g.app_id),
        'Microsoft Graph',
        g.user_agent,
        client_address(g.ip_address),
        g.session_id,
        coalesce(g.response_status_code, 200) < 400,
        'graph ' || coalesce(g.id, g.file_id || ':' || g.record),
        g.file_id,
        g.record,
        g.id
    from evidence.graph_activity as g
    left join account_names as n on n.user_id = lower(g.user_id)
    where g.user_agent in (select user_agent from tool_user_agents)
),
used as (
    select
        t.kind,
        t.who,
        a.tool,
        a.tool_kind,
        min(t.event_time) as first_seen,
        max(t.event_time) as last_seen,
        count(*) as events,
        count(distinct date_trunc('day', t.event_time)) as days,
        bool_or(t.is_success) as has_success,
        min(t.user_agent) as user_agent,
        list_sort(list(distinct t.at_what) filter (where t.at_what is not null)) as at_what,
        list_sort(list(distinct t.ip_address) filter (where t.ip_address is not null)) as addresses,
        min_by(t.app_id, (t.event_time, t.file_id, t.record)) as app_id,
        min_by(t.session_id, (t.event_time, t.file_id, t.record)) as session_id,
        min_by(t.act_id, (t.event_time, t.file_id, t.record)) as act_id,
        list({'file_id': t.file_id, 'record': t.record, 'id': t.id} order by t.event_time, t.file_id, t.record) as records
    from uses as t
    join tool_user_agents as a on a.user_agent = t.user_agent
    group by t.kind, t.who, a.tool, a.tool_kind
),
-- Days of the account over all, to tell a habit from something new.
history as (
    select
        account,
        min(account_first_seen) as first_seen
    from account_habits
    where feature = 'any' and kind = 'user'
    group by account
)
select
    case
        when tool_kind = 'attack' and has_success then 'high'
        when tool_kind = 'attack' then 'medium'
        when not has_success then 'low'
        when tool = 'OkHttp (Java)' then 'low'
        when days >= 4 and u.first_seen < h.first_seen + interval 5 days then 'low'
        else 'medium'
    end as severity,
    coalesce(u.who, 'Somebody') || case when has_success then ' used ' else ' was tried with ' end || tool || ' (user agent ' || left(user_agent, 80) || ') '
        || case when events = 1 then 'once' else events || ' times' end || coalesce(' at ' || few(at_what), '') || coalesce(', from ' || few(addresses), '') as what,
    u.who,
    u.first_seen,
    u.last_seen,
    u.events,
    u.who as target,
    u.app_id,
    u.session_id,
    u.addresses as ip_addresses,
    case when days >= 4 then 'on ' || days || ' days' end as rarity,
    -- one attempt is the act of its record; several are an act of their own
    case when u.events = 1 then u.act_id else 'tool ' || u.tool || ' ' || coalesce(u.who, '') end as act,
    u.records
from used as u
left join history as h on h.account = u.who
where u.kind = 'user' or u.tool_kind = 'attack'
order by first_seen, who, tool
