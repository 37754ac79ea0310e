-- description: What an account used when it signed in with success: one row an account and thing. The first of each is what is
--   new for the account at that time.
-- materialized: yes
-- column kind varchar: user, service_principal, managed_identity
-- column account varchar: of logons
-- column feature varchar: network, country, client, application, address, agent, credential; any = the account as a whole
-- column value varchar: AS number, two letters, operating system and program, application id, address, user agent, kind of credential
-- column first_seen timestamp: first success with it (UTC)
-- column last_seen timestamp: last one
-- column successes bigint: how many
-- column days bigint: on how many days of UTC
-- column account_first_seen timestamp: first success of the account
-- column account_successes bigint: of the account
-- column account_days bigint: days with successes of the account
-- column baseline_days bigint: whole days between the first success of the account and first_seen
with used as (
    select
        kind,
        account,
        network::varchar as network,
        country,
        client,
        app_id,
        ip_address,
        user_agent,
        credential,
        date_trunc('day', event_time) as day,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as successes
    from logons
    where is_success and account is not null and event_time is not null
    group by all
),
features as (
    select
        kind,
        account,
        case
            when grouping(network) = 0 then 'network'
            when grouping(country) = 0 then 'country'
            when grouping(client) = 0 then 'client'
            when grouping(app_id) = 0 then 'application'
            when grouping(ip_address) = 0 then 'address'
            when grouping(user_agent) = 0 then 'agent'
            when grouping(credential) = 0 then 'credential'
            else 'any'
        end as feature,
        coalesce(network, country, client, app_id, ip_address, user_agent, credential) as value,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(successes)::bigint as successes,
        count(distinct day) as days
    from used
    group by grouping sets (
        (kind, account),
        (kind, account, network),
        (kind, account, country),
        (kind, account, client),
        (kind, account, app_id),
        (kind, account, ip_address),
        (kind, account, user_agent),
        (kind, account, credential)
    )
)
select
    f.kind,
    f.account,
    f.feature,
    f.value,
    f.first_seen,
    f.last_seen,
    f.successes,
    f.days,
    a.first_seen as account_first_seen,
    a.successes as account_successes,
    a.days as account_days,
    date_sub('day', a.first_seen, f.first_seen) as baseline_days
from features as f
join features as a on a.feature = 'any' and a.kind = f.kind and a.account = f.account
where f.feature = 'any' or f.value is not null
