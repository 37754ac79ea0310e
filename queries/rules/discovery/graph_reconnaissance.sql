-- title: Directory read out through Microsoft Graph
-- severity: medium
-- techniques: T1087.004
-- catalogue: D122
-- meaning: Within an hour somebody asked Graph for many kinds of things: users, groups, roles, applications, devices, policies. Tools that map
--   a tenant before an attack do that; or a user's token read several mailboxes.
-- false positives: Inventory, backup and security products: they act for themselves, do it every day, and are low.
-- blind spots: Without the Graph activity log nothing of it is seen. Slow reconnaissance.
-- next: Find out which program it was. If nobody knows it, revoke the session that the token belongs to.
-- needs: graph_activity
-- source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs; public source code of
--   AzureHound and ROADtools for what they ask
-- lists: tool_agents, developer_clients
-- seen: in 1 samples, marked 0 of 58 benign ones
with requests as (
    select
        event_time,
        coalesce(lower(user_id), lower(service_principal_id)) as actor,
        user_id is not null and user_id <> '' as is_user,
        lower(app_id) as app_id,
        user_agent,
        client_address(ip_address) as ip_address,
        session_id,
        request_method,
        response_status_code,
        regexp_extract(
            lower(request_uri), '^https?://[^/]+/(?:v1\.0|beta|[^/]+)/([a-z]+)', 1
        ) as collection,
        nullif(regexp_extract(lower(request_uri), '/users/([^/?'']+)/(?:messages|mailfolders|inbox)', 1), '') as mailbox,
        regexp_matches(lower(request_uri), '/(?:me|users/[^/?'']+)/(?:messages|mailfolders|inbox)') as is_mail,
        file_id,
        record,
        id
    from evidence.graph_activity
    where upper(coalesce(request_method, 'GET')) = 'GET'
),
hours as (
    select
        actor,
        is_user,
        app_id,
        date_trunc('hour', event_time) as hour,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as requests,
        list_sort(list(distinct collection) filter (where collection in (
            'users', 'groups', 'serviceprincipals', 'applications', 'devices', 'directoryroles', 'rolemanagement', 'organization', 'domains',
            'oauth2permissiongrants', 'policies', 'identity', 'administrativeunits', 'contacts', 'directoryobjects', 'tenantrelationships',
            'directoryroletemplates', 'directorysettingtemplates', 'grouplifecyclepolicies', 'devicemanagement'
        ))) as collections,
        count(distinct mailbox) as mailboxes,
        count(*) filter (where is_mail) as mail_requests,
        count(*) filter (where response_status_code in (401, 403)) as refused,
        max(user_agent) as user_agent,
        min(session_id) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from requests
    group by actor, is_user, app_id, hour
    having count(distinct collection) >= 4 or count(distinct mailbox) >= 3 or count(*) filter (where is_mail) >= 20
),
-- Days on which the actor's application does it.
habits as (
    select
        actor,
        app_id,
        count(distinct hour::date) as days
    from hours
    group by actor, app_id
),
judged as (
    select
        h.*,
        d.days,
        t.tool,
        t.tool_kind,
        c.name as client_name,
        n.user_principal_name
    from hours as h
    join habits as d on d.actor is not distinct from h.actor and d.app_id is not distinct from h.app_id
    left join tool_user_agents as t on t.user_agent = h.user_agent
    left join list_developer_clients as c on c.app_id = h.app_id
    left join account_names as n on n.user_id = h.actor
    where (len(h.collections) >= 5 and h.requests >= 20) or (len(h.collections) >= 4 and t.tool is not null) or h.mailboxes >= 3
        or (h.mail_requests >= 20 and (t.tool is not null or c.app_id is not null))
    qualify row_number() over (partition by h.actor, h.app_id order by h.first_seen) = 1
)
select
    case
        when tool_kind = 'attack' then 'critical'
        when not is_user or days >= 4 then 'low'
        when tool is not null then 'high'
        when mailboxes >= 3 then 'high'
        when client_name is not null then 'medium'
        else 'low'
    end as severity,
    coalesce(user_principal_name, actor, 'Somebody') || ' sent ' || requests || ' requests to Microsoft Graph within '
        || span_text(first_seen, last_seen)
        || case when len(collections) >= 4 then ', for ' || len(collections) || ' kinds of directory objects (' || few(collections) || ')' else '' end
        || case
            when mailboxes > 0 then ', and for the mail of ' || counted(mailboxes, 'mailbox', 'mailboxes')
            when mail_requests > 0 then ', ' || mail_requests || ' of them for mail'
            else ''
        end
        || coalesce(', with ' || coalesce(tool, client_name), '') || coalesce(', from ' || few(addresses), '')
        || case when refused > 0 then '; refused: ' || refused else '' end as what,
    coalesce(user_principal_name, actor) as who,
    first_seen,
    last_seen,
    requests as events,
    case when mailboxes >= 3 then counted(mailboxes, 'mailbox', 'mailboxes') when len(collections) < 4 then 'mail' else 'directory' end as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when days >= 4 then 'on ' || days || ' days' end as rarity,
    -- with a tool's user agent it is the act that attack_tool_user_agent names
    case when tool is not null and is_user then 'tool ' || tool || ' ' || coalesce(user_principal_name, actor) else 'graph ' || coalesce(actor, '') || ' ' || coalesce(app_id, '') end as act,
    records
from judged
order by first_seen, actor, app_id
