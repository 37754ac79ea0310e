-- title: Dormant, emergency or service account signed in
-- severity: low
-- techniques: T1078.004
-- catalogue: D34
-- meaning: An account for emergencies signed in, an account of a service was used by a person, or an account came back after 45 days
--   without a sign-in. Such accounts often have rights and nobody who watches them.
-- false positives: The quarterly test of the emergency account; long leave.
-- blind spots: Emergency and service accounts are known by their names only. Most exports are too short for a dormant account.
-- next: Ask who used it, and why.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access
-- seen: in 0 samples, marked 0 of 58 benign ones
with names as (
    select
        account,
        regexp_matches(split_part(account, '@', 1), 'break[-_. ]?glass|emergency[-_. ]?(access|admin|account)|^(ea|bg)[-_.]?(admin|acct|account)|firecall|notfall') as is_emergency,
        regexp_matches(split_part(account, '@', 1), '^(svc|service|srv|sa)[-_.]|[-_.](svc|service)$') as is_service,
        last_seen > first_seen + interval 45 days as can_be_dormant
    from account_habits
    where feature = 'any' and kind = 'user'
),
used as (
    select
        account,
        event_time,
        lag(event_time) over (partition by account order by event_time, file_id, record) as time_before,
        file_id,
        record
    from logons
    where kind = 'user' and is_success and coalesce(is_interactive, true)
        and account in (select account from names where is_emergency or is_service or can_be_dormant)
),
-- Few sign-ins are worth a look: only of them is all read.
noticed as (
    select
        u.file_id,
        u.record,
        u.time_before,
        n.is_emergency,
        n.is_service
    from used as u
    join names as n using (account)
    where n.is_emergency or n.is_service or u.time_before < u.event_time - interval 45 days
),
named as (
    select
        l.*,
        n.time_before,
        n.is_emergency,
        n.is_service
    from noticed as n
    join logons as l using (file_id, record)
    where l.kind = 'user' and l.is_success and l.account is not null and coalesce(l.is_interactive, true)
),
judged as (
    select
        l.*,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        case
            when l.is_emergency then 'emergency'
            when l.time_before < l.event_time - interval 45 days then 'dormant'
            else 'service'
        end as why
    from named as l
    left join strange_logons as n using (file_id, record)
    where l.is_emergency or l.time_before < l.event_time - interval 45 days
        -- a person at a service account: a browser
        or (l.is_service and lower(l.client_app) = 'browser' and regexp_matches(lower(l.user_agent), '^mozilla'))
),
firsts as (
    select
        unnest(min_by(judged, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from judged
    group by account, why
)
select
    case
        when is_new_country then 'high'
        when why = 'emergency' then 'medium'
        when why = 'dormant' and is_new_network then 'medium'
        else 'low'
    end as severity,
    case why
        when 'emergency' then 'The emergency account ' || account
        when 'service' then 'The service account ' || account
        else account || ', without a sign-in for ' || date_sub('day', time_before, event_time) || ' days,'
    end || ' signed in to ' || coalesce(app, 'an unknown application') || case why when 'service' then ' with a browser' else '' end
        || ', from ' || coalesce(ip_address, 'an unknown address') || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '') || case when len(addresses) > 1 then ' and ' || counted(len(addresses) - 1, 'other address', 'other addresses') else '' end
        || case when times > 1 then ', ' || times || ' times' else '' end as what,
    account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case
        when is_new_country then 'first time from this country for this user in ' || baseline_days || ' days of log'
        when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log'
    end as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, why
