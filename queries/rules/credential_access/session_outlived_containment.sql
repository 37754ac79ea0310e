-- title: Session used after the password was reset or tokens were revoked
-- severity: high
-- techniques: T1550.004
-- catalogue: D31
-- meaning: Somebody else reset the password or revoked the tokens of the account, as one does to throw an intruder out, and a session from
--   before went on.
-- false positives: A user whose password the help desk reset and whose device stayed signed in: from networks that the account uses
--   in other sessions it is left out, and so is a change by the user. Tokens live on for up to an hour unless the
--   application evaluates continuously.
-- blind spots: Records without a session id; an intruder in the user's own network.
-- next: Revoke again, disable the account if need be, and read what the session did after the reset.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
-- seen: in 1 samples, marked 0 of 58 benign ones
with ends as (
    select
        account,
        max(event_time) as event_time,
        max_by(action, (event_time, action)) as action
    from containments
    where not by_user
    group by account, date_trunc('hour', event_time)
),
outlived as (
    select
        s.account,
        s.session_id,
        min(e.event_time) as ended_at,
        min_by(e.action, (e.event_time, e.action)) as action
    from session_spans as s
    join ends as e on e.account = s.account and s.first_seen < e.event_time and s.last_seen > e.event_time
    group by s.account, s.session_id
    qualify row_number() over (partition by s.session_id order by ended_at, s.account) = 1
),
-- Where the account's other sessions came from.
other_sessions as (
    select
        account,
        session_id,
        network,
        ip_address
    from session_uses
    where is_sign_in and ip_address is not null and account in (select account from outlived)
),
baselines as (
    select
        account,
        bool_or(session_id is null) as has_unnamed,
        min(session_id) as lowest,
        max(session_id) as highest
    from other_sessions
    group by account
),
-- Networks that several people of the tenant use: carriers and providers of where they live.
common_networks as (
    select value as network
    from account_habits
    where feature = 'network' and kind = 'user'
    group by value
    having count(distinct account) >= 3
),
-- Networks and addresses that the account used, with the sessions in which it did.
used_places as (
    select
        account,
        place,
        bool_or(session_id is null) as has_unnamed,
        min(session_id) as lowest,
        max(session_id) as highest
    from (select account, session_id, unnest(['AS' || network, ip_address]) as place from other_sessions)
    group by account, place
),
addresses_after as (
    select distinct
        o.account,
        o.session_id,
        a.ip_address
    from outlived as o
    join session_uses as a on a.account = o.account and a.session_id = o.session_id and a.last_seen > o.ended_at
    where a.ip_address is not null
),
places_after as (
    select
        s.session_id,
        a.network,
        c.network is not null
            or coalesce(n.has_unnamed or n.lowest <> s.session_id or n.highest <> s.session_id, false)
            or coalesce(i.has_unnamed or i.lowest <> s.session_id or i.highest <> s.session_id, false) as is_usual
    from addresses_after as s
    left join addresses as a on a.ip_address = s.ip_address
    left join common_networks as c on c.network = a.network::varchar
    left join used_places as n on n.account = s.account and n.place = 'AS' || a.network
    left join used_places as i on i.account = s.account and i.place = s.ip_address
),
foreign_networks as (
    select
        session_id,
        bool_or(not is_usual) as is_foreign,
        bool_or(not is_usual and network is not null) as is_foreign_network
    from places_after
    group by session_id
),
-- Few sessions are strange: only their acts are looked at one by one.
strange as (
    select
        o.*,
        coalesce(b.has_unnamed or b.lowest <> o.session_id or b.highest <> o.session_id, false) as has_baseline,
        coalesce(f.is_foreign, false) as is_foreign,
        coalesce(f.is_foreign_network, false) as is_foreign_network
    from outlived as o
    left join foreign_networks as f using (session_id)
    left join baselines as b on b.account = o.account
    where coalesce(f.is_foreign, false) or not coalesce(b.has_unnamed or b.lowest <> o.session_id or b.highest <> o.session_id, false)
),
-- What those did.
activity as (
    select
        account,
        session_id,
        event_time,
        ip_address,
        null as operation,
        is_success as is_used,
        app_id,
        file_id,
        record,
        id
    from logons
    where session_id in (select session_id from strange) and account in (select account from strange)
    union all
    select
        account,
        session_id,
        event_time,
        ip_address,
        operation,
        true,
        app_id,
        file_id,
        record,
        id
    from session_acts
    where session_id in (select session_id from strange) and account in (select account from strange)
),
sessions_of as (
    select
        s.account,
        s.session_id,
        s.ended_at,
        s.action,
        s.has_baseline,
        s.is_foreign_network,
        min(a.event_time) filter (where a.event_time > s.ended_at) as first_after,
        max(a.event_time) as last_after,
        count(*) filter (where a.event_time > s.ended_at) as events,
        list_sort(list(distinct a.ip_address) filter (where a.ip_address is not null and a.event_time <= s.ended_at)) as addresses_before,
        list_sort(list(distinct a.ip_address) filter (where a.ip_address is not null and a.event_time > s.ended_at)) as addresses_after,
        list_sort(list(distinct coalesce(notable_operation(a.operation), k.kind, a.operation)) filter (where a.operation is not null and a.event_time > s.ended_at)) as operations,
        max_by(a.app_id, (a.event_time, a.file_id, a.record)) as app_id,
        list({'file_id': a.file_id, 'record': a.record, 'id': a.id} order by a.event_time, a.file_id, a.record)
            filter (where a.event_time > s.ended_at) as records
    from activity as a
    join strange as s on s.account = a.account and s.session_id = a.session_id
    left join operation_kinds as k on k.operation = rtrim(lower(a.operation), '. ')
    where a.is_used
    group by all
),
moves as (
    select
        *,
        len(list_filter(addresses_after, x -> not contains(coalesce(addresses_before, []::varchar[]), x))) > 0 as has_moved,
        last_after > ended_at + interval 1 hour as is_long
    from sessions_of
)
select
    case
        when has_baseline and not is_foreign_network then 'medium'
        when has_baseline and is_long then 'critical'
        when has_baseline or has_moved then 'high'
        when is_long then 'medium'
        else 'low'
    end as severity,
    'A session of ' || account || ' went on for ' || span_text(ended_at, last_after) || ' after ' || action || ' at ' || minute_text(ended_at) || ': ' || counted(events, 'act', 'acts')
        || coalesce(' (' || few(operations) || ')', '') || coalesce(', from ' || few(addresses_after), '')
        || case when has_moved then ', from where the session had not come before' else '' end as what,
    account as who,
    first_after as first_seen,
    last_after as last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses_after as ip_addresses,
    case when has_baseline then 'the account''s other sessions come from elsewhere' end as rarity,
    'outlived ' || session_id as act,
    records
from moves
order by first_seen, account, session_id
