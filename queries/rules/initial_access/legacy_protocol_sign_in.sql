-- title: Legacy protocol got in
-- severity: medium
-- techniques: T1078.004
-- catalogue: D16
-- meaning: A protocol that can't ask for a second factor (IMAP, POP, SMTP, old Exchange and Office clients) let somebody in with the
--   password alone. With a stolen password that is the easiest way.
-- false positives: Printers and scanners that send mail; old phones; they do it on many days from one network.
-- blind spots: Attempts that failed, unless they come from a country that is new for the account.
-- next: Find the device. Switch the protocol off for the mailbox, and the legacy protocols for the tenant.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication
-- lists: hosting_networks
-- seen: in 3 samples, marked 0 of 58 benign ones
with legacy as (
    select *
    from logons
    where is_legacy and kind = 'user' and account is not null
),
groups as (
    select
        min({'t': event_time, 'f': file_id, 'r': record}) as first,
        count(*) as times,
        count(distinct date_trunc('day', event_time)) as days,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from legacy
    group by account, client_app, network, is_success
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
    join legacy as r on r.file_id = g.first.f and r.record = g.first.r
)
select
    case
        when not l.is_success then 'low'
        when n.is_new_country or (h.asn is not null and (n.is_new_network or n.baseline_days is null)) then 'high'
        when l.days >= 4 then 'low'
        -- a device that can only send mail
        when lower(l.client_app) in ('authenticated smtp', 'smtp') and not coalesce(n.is_new_network, false) then 'low'
        else 'medium'
    end as severity,
    l.account || case when l.is_success then ' signed in by ' else ' was tried by ' end || coalesce(l.client_app, left(l.user_agent, 40), 'a legacy protocol')
        || ', which asks for no second factor, from ' || coalesce(few(l.addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', l.country, 'AS' || l.network, h.name), '') || ')', '')
        || case when l.times > 1 then ', ' || l.times || ' times' else '' end as what,
    l.account as who,
    l.event_time as first_seen,
    l.last_time as last_seen,
    l.times as events,
    l.account as target,
    l.app_id,
    l.session_id,
    l.addresses as ip_addresses,
    case
        when n.is_new_country then 'first time from this country for this user in ' || n.baseline_days || ' days of log'
        when n.is_new_network then 'first time from this network for this user in ' || n.baseline_days || ' days of log'
        when l.days >= 4 then 'on ' || l.days || ' days'
    end as rarity,
    l.act_id as act,
    l.records
from firsts as l
left join strange_logons as n using (file_id, record)
left join list_hosting_networks as h on h.asn = l.network::varchar
where l.is_success or n.is_new_country
order by first_seen, who, act
