-- title: Token used in another place than its sign-in
-- severity: medium
-- techniques: T1606
-- catalogue: D32
-- meaning: The audit log says which sign-in issued the token of an act. The act came from another country than that sign-in, or from a
--   network of rented servers that is new for the account: the token was taken along.
-- false positives: A VPN that was switched on in between; services that act for the user from Microsoft's data centres.
-- blind spots: Acts whose address is known from no sign-in are info alone: Microsoft's own servers act for users too. Tokens of sign-ins that the export lacks.
-- next: Revoke the user's sessions. Read the acts that came from the other country.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers
-- lists: shared_networks, hosting_networks
-- compares: places
-- seen: in 0 samples, marked 0 of 58 benign ones
with issued as (
    select
        lower(id) as sign_in_id,
        account,
        ip_address,
        network,
        country,
        app,
        session_id,
        event_time as issued_at
    from logons
    where log = 'sign_ins' and country is not null and is_success
        and lower(id) in (select sign_in_id from evidence.audit_events where sign_in_id is not null)
),
used as (
    select
        i.account,
        i.sign_in_id,
        i.ip_address as issued_to,
        i.country as issued_in,
        i.network as issued_network,
        i.session_id,
        i.issued_at,
        upper(a.country) as country,
        a.network,
        h.name as hosting,
        e.event_time,
        e.operation,
        e.ip_address,
        e.app_id,
        e.file_id,
        e.record,
        e.id
    from issued as i
    join evidence.audit_events as e on e.sign_in_id = i.sign_in_id
    left join addresses as a on a.ip_address = client_address(e.ip_address)
    left join list_hosting_networks as h on h.asn = a.network::varchar
    where e.ip_address <> i.ip_address
        and (
            upper(a.country) <> i.country
            -- no sign-in tells where that is
            or a.country is null and a.network is null and client_address(e.ip_address) is not null
                and regexp_extract(e.ip_address, '^(\d+\.\d+|[0-9a-f]+:[0-9a-f]+)') <> regexp_extract(i.ip_address, '^(\d+\.\d+|[0-9a-f]+:[0-9a-f]+)')
            or h.name is not null and a.network <> i.network and (i.account, a.network::varchar) not in (select (account, value) from account_habits where feature = 'network')
        )
        and not coalesce(e.is_system, false)
        and coalesce(a.network, 0)::varchar not in (select asn from list_shared_networks where kind in ('microsoft', 'relay', 'security service'))
        and e.ip_address not in (select ip_address from office_addresses)
        and i.ip_address not in (select ip_address from office_addresses)
),
acts as (
    select
        account,
        session_id,
        issued_in,
        country,
        min(issued_to) as issued_to,
        max(hosting) as hosting,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min(lower(app_id)) as app_id,
        list_sort(list(distinct coalesce(notable_operation(u.operation), k.kind, u.operation))) as operations,
        list_sort(list(distinct ip_address)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from used as u
    left join operation_kinds as k on k.operation = rtrim(lower(u.operation), '. ')
    group by account, session_id, issued_in, country
),
-- Countries that the account used on four days or more, the first of them before the act.
habits as (
    select account, value as country, first_seen
    from account_habits
    where feature = 'country' and kind = 'user' and days >= 4
)
select
    case
        when a.country is null then 'info'
        when a.country = issued_in then 'medium'
        when h.country is not null then 'low'
        when hosting is not null then 'high'
        else 'medium'
    end as severity,
    'A token of ' || a.account || ', issued in ' || issued_in || ' (' || issued_to || '), was used in ' || coalesce(a.country, 'a place that no sign-in tells') || ' (' || few(addresses) || coalesce(' ' || hosting, '') || '): '
        || counted(events, 'act', 'acts') || ' (' || few(operations) || ')' as what,
    a.account as who,
    a.first_seen,
    last_seen,
    events,
    a.account as target,
    app_id,
    session_id,
    list_sort(list_distinct(addresses || [issued_to])) as ip_addresses,
    case when a.country = issued_in then 'no sign-in of the account came from that network' when h.country is not null then 'the account was in that country before' end as rarity,
    'token ' || a.account || ' ' || coalesce(session_id, '') || coalesce(' ' || a.country, '') as act,
    records
from acts as a
left join habits as h on h.account = a.account and h.country = a.country and h.first_seen < a.first_seen - interval 1 day
order by a.first_seen, a.account, a.country
