-- title: Token that no sign-in issued
-- severity: medium
-- techniques: T1606
-- catalogue: D32
-- meaning: The audit log says which sign-in issued the token of an act. The sign-in logs reach back far enough and have the
--   sign-ins of nearly all tokens used from where people sign in, but not this one, and the act came from an address that no sign-in of the tenant came from.
--   A token that was forged, or taken from elsewhere, looks like this.
-- false positives: An export from which sign-ins were filtered; a sign-in of the minutes before the log begins; a service that acts for the
--   user from a server of its own.
-- blind spots: Records without the id of their token; logs that lack the sign-ins in which the user took no part; addresses that others of
--   the tenant sign in from.
-- next: Ask for the sign-in logs again, whole, for that day. If the sign-in is not there either, look at who can issue tokens:
--   federated domains, token-signing certificates.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers,
--   https://attack.mitre.org/techniques/T1606/
-- lists: shared_networks
-- seen: in 0 samples, marked 0 of 58 benign ones
with spans as (
    select
        min(event_time) as first_event,
        max(event_time) as last_event
    from evidence.sign_ins
    where category in ('interactive', 'non_interactive')
    group by category
),
-- When both logs of sign-ins are there. A token lives a day and some hours at most.
covered as (
    select
        max(first_event) + interval 30 hours as opened,
        min(last_event) as closed
    from spans
    having count(*) = 2
),
acts as (
    select
        lower(e.sign_in_id) as token,
        home_account(e.user_id) as account,
        e.event_time,
        e.operation,
        client_address(e.ip_address) as ip_address,
        client_address(e.ip_address) in (select ip_address from evidence.sign_ins where ip_address is not null) as is_known_address,
        lower(e.app_id) as app_id,
        e.session_id,
        e.file_id,
        e.record,
        e.id
    from evidence.audit_events as e
    cross join covered as c
    where e.sign_in_id is not null
        and e.sign_in_id not in ('', '00000000-0000-0000-0000-000000000000')
        and contains(e.user_id, '@')
        and not coalesce(e.is_system, false)
        and e.event_time between c.opened and c.closed
),
tokens as (
    select
        a.token,
        a.account,
        bool_or(a.is_known_address) as is_of_known_address,
        s.token is not null as has_sign_in
    from acts as a
    left join (
        select distinct lower(id) as token
        from evidence.sign_ins
        where lower(id) in (select token from acts)
    ) as s on s.token = a.token
    group by a.token, a.account, s.token
),
-- Whether the logs of this tenant fit together: of the tokens that were used from where people sign in.
fit as (
    select
        count(*) as tokens,
        count(*) filter (where has_sign_in) as issued
    from tokens
    where is_of_known_address
),
accounts as (
    select distinct lower(user_principal_name) as account
    from evidence.sign_ins
),
missing as (
    select
        a.*,
        n.network,
        upper(n.country) as country
    from acts as a
    join tokens as t on t.token = a.token and t.account = a.account
    cross join fit
    left join addresses as n on n.ip_address = a.ip_address
    where not t.has_sign_in
        and fit.issued >= 10 and fit.issued >= 0.9 * fit.tokens
        and a.account in (select account from accounts)
        and not a.is_known_address
        and coalesce(n.network, 0)::varchar not in (select asn from list_shared_networks where kind in ('microsoft', 'relay', 'security service'))
),
days as (
    select
        account,
        event_time::date as day,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        count(distinct token) as tokens,
        list_sort(list(distinct coalesce(notable_operation(m.operation), k.kind, m.operation))) as operations,
        list_sort(list(distinct ip_address)) as addresses,
        min(country) as country,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from missing as m
    left join operation_kinds as k on k.operation = rtrim(lower(m.operation), '. ')
    group by account, event_time::date
)
select
    'medium' as severity,
    account || ' acted with ' || case when d.tokens = 1 then 'a token' else d.tokens || ' tokens' end || ' that no sign-in of the logs issued, from '
        || few(addresses) || coalesce(' (' || country || ')', '') || ': ' || counted(events, 'act', 'acts') || ' (' || few(operations) || '). '
        || fit.issued || ' of ' || counted(fit.tokens, 'token', 'tokens') || ' used from where people sign in have their sign-in' as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'no sign-in of the tenant came from there' as rarity,
    'token without sign-in ' || account || ' ' || day as act,
    records
from days as d
cross join fit
order by first_seen, account
