-- description: What was new for the account in an attempt to sign in: one row an attempt with something new in it, of accounts
--   that have a baseline: successes on four days or more, the first of them five days or more before the attempt. New is what
--   the account had not used with success until 24 hours before. Accounts without a baseline are not here.
-- materialized: yes
-- column file_id integer: of logons
-- column record bigint: of logons
-- column is_new_network boolean: and none that the tenant's people use, see own_networks; NULL = the attempt's network is not known
-- column is_new_country boolean: NULL = its country is not known
-- column is_new_client boolean: operating system and program; NULL = not known
-- column is_new_app boolean: NULL = its application is not known
-- column news varchar: what is new, in words
-- column baseline_days bigint: whole days between the account's first success and the attempt
with compared as (
    select
        l.file_id,
        l.record,
        l.network is not null and own.network is null and coalesce(l.event_time < network.first_seen + interval 24 hours, true) as is_new_network,
        l.country is not null and coalesce(l.event_time < country.first_seen + interval 24 hours, true) as is_new_country,
        l.client is not null and coalesce(l.event_time < client.first_seen + interval 24 hours, true) as is_new_client,
        l.app_id is not null and coalesce(l.event_time < app.first_seen + interval 24 hours, true) as is_new_app,
        date_sub('day', account.account_first_seen, l.event_time) as baseline_days
    from logons as l
    join account_habits as account
        on account.feature = 'any' and account.kind = l.kind and account.account = l.account
        and account.account_days >= 4 and account.account_first_seen < l.event_time - interval 5 days
    left join account_habits as network
        on network.feature = 'network' and network.kind = l.kind and network.account = l.account and network.value = l.network::varchar
    left join own_networks as own on own.network = l.network
    left join account_habits as country
        on country.feature = 'country' and country.kind = l.kind and country.account = l.account and country.value = l.country
    left join account_habits as client
        on client.feature = 'client' and client.kind = l.kind and client.account = l.account and client.value = l.client
    left join account_habits as app
        on app.feature = 'application' and app.kind = l.kind and app.account = l.account and app.value = l.app_id
)
select
    file_id,
    record,
    is_new_network,
    is_new_country,
    is_new_client,
    is_new_app,
    array_to_string(list_filter([
        case when is_new_country then 'country' end,
        case when is_new_network then 'network' end,
        case when is_new_client then 'client' end,
        case when is_new_app then 'application' end
    ], sign -> sign is not null), ', ') as news,
    baseline_days
from compared
where is_new_network or is_new_country or is_new_client or is_new_app
