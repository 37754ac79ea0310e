-- title: One factor was enough
-- severity: low
-- techniques: T1078.004
-- catalogue: D20
-- meaning: A user signed in with the password alone, from a network that is new for them, without a registered device, and no policy
--   asked for more. With a stolen password it would look just like this.
-- false positives: Places that a policy trusts; accounts for which no second factor is demanded.
-- blind spots: Guests, whose second factor is asked for at home. Where the user has no baseline the line says no more than
--   that one factor was enough, and stands only where few such accounts are in the log.
-- next: Ask the user. Find out why no policy applied (report ca_gaps).
-- needs: sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-in-log-activity-details
-- lists: hosting_networks
-- seen: in 14 samples, marked 0 of 58 benign ones
with single as (
    select
        l.*,
        n.baseline_days,
        n.is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(n.is_new_client, false) as is_new_client,
        h.name as hosting,
        a.account_days
    from logons as l
    left join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = l.account
    where l.is_success and l.kind = 'user' and l.requirement = 'single_factor' and l.device_id is null
        and coalesce(l.is_interactive, false) and coalesce(l.user_type, 'member') = 'member' and l.cross_tenant is null
        and coalesce(l.ca_status, 'not_applied') = 'not_applied' and not l.is_legacy
        and coalesce(l.incoming_token_type, 'none') in ('none', '')
        and l.ip_address not in (select ip_address from office_addresses)
),
firsts as (
    select
        unnest(min_by(single, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from single
    group by account, network
),
places as (
    select
        *,
        count(distinct account) filter (where coalesce(account_days, 0) < 4) over () as accounts_without_baseline
    from firsts
    where is_new_network or coalesce(account_days, 0) < 4
)
select
    case
        when is_new_network and is_new_country and is_new_client then 'high'
        when is_new_network and (is_new_country or is_new_client or hosting is not null) then 'medium'
        when baseline_days is null and hosting is not null then 'medium'
        else 'low'
    end as severity,
    account || ' signed in to ' || coalesce(app, 'an unknown application') || ' with one factor, without a registered device, from ' || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '') || '; no policy applied'
        || case when is_new_client then '. The client is new for the user: ' || client else '' end as what,
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
from places
where is_new_network or accounts_without_baseline <= 20
order by first_seen, account, act
