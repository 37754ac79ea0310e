-- title: Right password, stopped by a second factor or a policy
-- severity: medium
-- techniques: T1078.004
-- catalogue: D07
-- meaning: The password was right, and the second factor, the device or a policy ended the sign-in. If it was not the user,
--   somebody has the password and will try another way.
-- false positives: A user who gave up, a new phone, a device that is not enrolled yet. The prompt for a second factor that
--   every good sign-in begins with is left out: the account got in from the address within a quarter of an hour.
-- blind spots: Attempts from networks that the account uses are left out, once it has a baseline.
-- next: Ask the user. If it was not them, reset the password and look for other ways in: legacy protocols, devices, tokens.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes;
--   first factor passed as in the success codes of Microsoft Sentinel's sign-in rules
-- lists: hosting_networks
-- seen: in 6 samples, marked 0 of 58 benign ones
with stopped as (
    select *
    from logons
    where kind = 'user' and not is_success and account is not null
        and error_code in (
            50072, 50074, 50076, 50078, 50079, 50158, 500121, 53000, 53001, 53002, 53003, 53004, 53010, 53011,
            50005, 50097, 50131, 50155, 530002, 530003, 530032, 530035
        )
        and coalesce(user_type, '') <> 'guest'
),
placed as (
    select
        s.*,
        n.baseline_days,
        h.name as hosting,
        a.account_days,
        a.account_first_seen,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(n.is_new_client, false) as is_new_client,
        o.ip_address is not null as is_office,
        -- the log does not tell the network: an address that the account never used
        s.network is null and s.ip_address is not null and u.value is null as is_new_address
    from stopped as s
    left join strange_logons as n using (file_id, record)
    left join office_addresses as o on o.ip_address = s.ip_address
    left join (
        select account, value
        from account_habits
        where feature = 'address' and kind = 'user' and account in (select account from stopped where network is null)
    ) as u on u.account = s.account and u.value = s.ip_address
    left join list_hosting_networks as h on h.asn = s.network::varchar
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = s.account
),
-- Where the account is not known to be: only there it matters who was stopped.
strange_places as (
    select
        account,
        coalesce(network, -1) as network,
        coalesce(country, '') as country
    from placed
    where is_new_network or is_new_country or is_new_address or hosting is not null or coalesce(account_days, 0) < 4
    group by all
),
suspects as (
    select *
    from placed
    where (account, coalesce(network, -1), coalesce(country, '')) in (select (account, network, country) from strange_places)
),
-- A prompt that was passed: the account got in from the address soon after, or in the sign-in's own sequence.
passed as (
    select s.file_id, s.record
    from suspects as s
    join logons as l on l.account = s.account and l.ip_address = s.ip_address and l.is_success
        and l.event_time between s.event_time - interval 15 minutes and s.event_time + interval 15 minutes
    union
    select s.file_id, s.record
    from suspects as s
    join logons as l on l.account = s.account and l.correlation_id = s.correlation_id and l.is_success
        and l.event_time between s.event_time - interval 15 minutes and s.event_time + interval 15 minutes
    union
    select s.file_id, s.record
    from (select * from suspects where ip_address is null) as s
    join logons as l on l.account = s.account and l.network is not distinct from s.network and l.is_success
        and l.event_time between s.event_time - interval 15 minutes and s.event_time + interval 15 minutes
),
tries as (
    select
        account,
        network,
        country,
        hosting,
        account_days,
        min(account_first_seen) as account_first_seen,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list_sort(list(distinct stopped_by)) as stopped_by,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(app, (event_time, file_id, record)) as app,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        bool_or(is_interactive) as is_interactive,
        max(baseline_days) as baseline_days,
        bool_or(is_new_network) as is_new_network,
        bool_or(is_new_country) as is_new_country,
        bool_or(is_new_client) as is_new_client,
        bool_or(is_new_address) as is_new_address,
        bool_or(is_managed or is_compliant) as is_managed,
        bool_and(is_office) as is_office,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from suspects
    where (file_id, record) not in (select (file_id, record) from passed)
    group by account, network, country, hosting, account_days
),
judged as (
    select
        *,
        date_sub('day', account_first_seen, first_seen) as days_before
    from tries
)
select
    case
        when coalesce(is_managed, false) or is_office then 'info'
        when is_new_country and (is_new_client or hosting is not null) then 'high'
        when is_new_country or hosting is not null then 'medium'
        when is_new_network and is_new_client and not contains(stopped_by, 'device') then 'medium'
        when is_new_network then 'low'
        -- nothing that the account did is known
        when account_days is null then 'medium'
        else 'low'
    end as severity,
    'The password of ' || account || ' was right ' || case when events = 1 then 'once' else events || ' times' end || ' from '
        || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || coalesce(' at ' || app, '') || ', and the sign-in was stopped by ' || in_words(list_transform(stopped_by, x -> case x
            when 'mfa' then 'the second factor'
            when 'registration' then 'the demand to register a second factor'
            when 'device' then 'the device'
            when 'policy' then 'a policy'
            when 'risk' then 'the risk'
            else x
        end)) as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    null::varchar as session_id,
    addresses as ip_addresses,
    case
        when is_new_country then 'first time from this country for this user in ' || baseline_days || ' days of log'
        when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log'
        when is_new_address and days_before > 0 then 'first time from this address for this user in ' || days_before || ' days of log'
        when is_office then 'other accounts sign in from this address'
    end as rarity,
    act_id as act,
    records
from judged
where is_new_network or is_new_country or is_new_address or hosting is not null or coalesce(account_days, 0) < 4
order by first_seen, account, network
