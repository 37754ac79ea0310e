-- title: Application signs in from a new place or with a new credential
-- severity: medium
-- techniques: T1078.004
-- catalogue: D28, D29
-- meaning: An application that signs in for itself did so from a country or network that it had not used, or with a key that is new.
--   Somebody else may have its secret, or added one.
-- false positives: A pipeline that moved; rotation of secrets; cloud services that change their addresses.
-- blind spots: Applications without a baseline. Managed identities, whose place the log does not tell. Keys where the export
--   does not name them.
-- next: Ask the application's owner. Look for secrets added to it, and at what it did since.
-- needs: sign_ins
-- parts: sign_ins service_principal
-- source: https://learn.microsoft.com/graph/api/resources/signin (servicePrincipalCredentialKeyId, federatedCredentialId)
-- lists: hosting_networks
-- seen: in 1 samples, marked 0 of 58 benign ones
with keys as (
    select
        file_id,
        record,
        service_principal_credential_key_id as key_id,
        federated_credential_id as federated_id,
        federated_token_issuer as issuer
    from evidence.sign_ins
    where category = 'service_principal'
),
used as (
    select
        l.account,
        l.event_time,
        l.ip_address,
        l.network,
        l.country,
        l.resource,
        l.app_id,
        l.session_id,
        l.act_id,
        l.file_id,
        l.record,
        l.id,
        coalesce(k.key_id, k.federated_id) as credential_id,
        k.federated_id is not null as is_federated,
        k.issuer,
        date_sub('day', a.first_seen, l.event_time) as baseline_days,
        a.days >= 4 and a.first_seen < l.event_time - interval 5 days as has_baseline,
        coalesce(n.is_new_country, false) as is_new_country,
        coalesce(n.is_new_network, false) as is_new_network,
        h.name as hosting
    from logons as l
    left join keys as k using (file_id, record)
    left join strange_logons as n using (file_id, record)
    left join account_habits as a on a.feature = 'any' and a.kind = l.kind and a.account = l.account
    left join list_hosting_networks as h on h.asn = l.network::varchar
    where l.kind = 'service_principal' and l.is_success
),
credentials as (
    select
        account,
        credential_id,
        min(event_time) as since
    from used
    group by account, credential_id
),
accounts as (
    select
        account,
        min(since) as since
    from credentials
    group by account
),
strange as (
    select
        u.*,
        coalesce(u.has_baseline and c.since = u.event_time and c.since > a.since + interval 5 days, false) as is_new_credential
    from used as u
    left join credentials as c using (account, credential_id)
    left join accounts as a using (account)
),
firsts as (
    select
        unnest(min_by(strange, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from strange
    where is_new_country or is_new_network or is_new_credential
    group by account, case when is_new_country then country when is_new_network then network::varchar else credential_id end
)
select
    case
        when is_new_country and is_new_credential then 'high'
        when is_new_country then 'medium'
        when is_new_credential and (is_new_network or is_federated) then 'medium'
        else 'low'
    end as severity,
    'The application ' || account || ' signed in from ' || coalesce(ip_address, 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '')
        || case when len(addresses) > 1 then ' and ' || counted(len(addresses) - 1, 'other address', 'other addresses') else '' end || coalesce(' for ' || resource, '')
        || case
            when is_new_country then ', a country that is new for it'
            when is_new_network then ', a network that is new for it'
            else ''
        end
        || case when is_new_credential then ', with a ' || case when is_federated then 'federated credential' else 'key' end || ' that is new (' || credential_id || coalesce(', of ' || issuer, '') || ')' else '' end as what,
    account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'first time for this application in ' || baseline_days || ' days of log' as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, act
