-- title: Password sent by a program
-- severity: medium
-- techniques: T1078.004
-- catalogue: D15
-- meaning: A program handed over user name and password (resource owner password credentials). No second factor can be asked for on
--   that way; tools that test stolen passwords use it.
-- false positives: Monitoring, old synchronisation tools, printers: the account does it on many days from one network.
-- blind spots: Attempts that failed: see password_spray and password_guessing.
-- next: Find out which program it is. If nobody knows it, reset the password, and block the flow by requiring a second factor.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc; Microsoft-Analyzer-Suite (LETHAL-FORENSICS)
-- lists: hosting_networks, tool_agents
-- seen: in 4 samples, marked 0 of 58 benign ones
with by_program as (
    select *
    from logons
    where kind = 'user' and is_success and account is not null
        and (
            protocol = 'ropc'
            or regexp_matches(lower(user_agent), '^(bav2ropc|cbainprod|cbaintar|aconsumerv2ropc)')
        )
),
groups as (
    select
        min({'t': event_time, 'f': file_id, 'r': record}) as first,
        count(*) as times,
        count(distinct date_trunc('day', event_time)) as days,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from by_program
    group by account, app_id, network
),
firsts as (
    select
        r.*,
        g.times,
        g.days,
        g.last_time,
        g.addresses,
        g.records
    from groups as g
    join by_program as r on r.file_id = g.first.f and r.record = g.first.r
)
select
    case
        when n.is_new_country or (h.asn is not null and (n.is_new_network or n.baseline_days is null)) then 'high'
        when b.days >= 4 then 'low'
        -- a device that can only send mail
        when lower(b.client_app) in ('authenticated smtp', 'smtp') and not coalesce(n.is_new_network, false) then 'low'
        else 'medium'
    end as severity,
    'A program signed in as ' || b.account || ' with the password alone, to ' || coalesce(b.app, 'an unknown application') || ', from '
        || coalesce(few(b.addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', b.country, 'AS' || b.network, h.name), '') || ')', '')
        || coalesce(', user agent ' || left(b.user_agent, 60), '')
        || case when b.times > 1 then ', ' || b.times || ' times' else '' end as what,
    b.account as who,
    b.event_time as first_seen,
    b.last_time as last_seen,
    b.times as events,
    b.account as target,
    b.app_id,
    b.session_id,
    b.addresses as ip_addresses,
    case
        when n.is_new_country then 'first time from this country for this user in ' || n.baseline_days || ' days of log'
        when n.is_new_network then 'first time from this network for this user in ' || n.baseline_days || ' days of log'
        when b.days >= 4 then 'on ' || b.days || ' days'
    end as rarity,
    b.act_id as act,
    b.records
from firsts as b
left join strange_logons as n using (file_id, record)
left join list_hosting_networks as h on h.asn = b.network::varchar
order by first_seen, who, act
