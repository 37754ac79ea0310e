-- title: Token of an issuer that the user does not have otherwise
-- severity: medium
-- techniques: T1606.002
-- catalogue: D33
-- meaning: Users of the cloud sign in at Entra ID itself. This one came with a token of a federation server, as a forged token would
--   (golden SAML, a domain that was federated by an intruder). So did this one of a federated user if the issuer has another name
--   than that of the many.
-- false positives: The tenant moves to or from a federation server: then many users change.
-- blind spots: Forged tokens of users who are federated anyway: compare with the federation server's own log.
-- next: Look at the federation settings of the domain (Set domain authentication, Set federation settings on domain).
-- needs: sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://attack.mitre.org/techniques/T1606/002/; https://learn.microsoft.com/graph/api/resources/signin (tokenIssuerType)
-- seen: in 0 samples, marked 0 of 58 benign ones
with federated_accounts as (
    select distinct account
    from logons
    where kind = 'user' and is_success and lower(issuer_type) in ('adfederationservices', 'adfederationservicesmfaadapter')
),
issuers as (
    select
        account,
        lower(issuer_type) as issuer,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        count(distinct date_trunc('day', event_time)) as days,
        min_by(app, (event_time, file_id, record)) as app,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from logons
    where kind = 'user' and is_success and issuer_type <> '' and account in (select account from federated_accounts)
    group by account, lower(issuer_type)
),
federated as (
    select
        f.*,
        c.days as cloud_days,
        date_sub('day', c.first_seen, f.first_seen) as baseline_days,
        count(*) over () as accounts,
        count(*) over (partition by split_part(f.account, '@', 2)) as accounts_of_domain
    from issuers as f
    join issuers as c on c.account = f.account and c.issuer = 'azuread' and c.first_seen < f.first_seen - interval 5 days and c.days >= 4
    where f.issuer in ('adfederationservices', 'adfederationservicesmfaadapter')
),
-- The name of the issuer, where the log has it: one that an account or two have, beside those of the many.
issuer_names as (
    select
        lower(token_issuer_name) as issuer_name,
        home_account(user_principal_name) as account,
        count(*) as events,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        min_by(app_display_name, (event_time, file_id, record)) as app,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min('sign-in ' || lower(id)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from evidence.sign_ins
    where token_issuer_name <> '' and lower(token_issuer_type) like 'adfederationservices%' and status = 'success' and contains(user_principal_name, '@')
    group by all
),
users_of_issuers as (
    select issuer_name, count(*) as users
    from issuer_names
    group by issuer_name
),
of_another_name as (
    select
        n.*,
        u.users,
        (select max(users) from users_of_issuers) as most
    from issuer_names as n
    join users_of_issuers as u using (issuer_name)
    where contains(n.issuer_name, 'any.sts') or (u.users <= 2 and (select max(users) from users_of_issuers) >= 5)
)
select
    case when contains(issuer_name, 'any.sts') then 'critical' else 'high' end as severity,
    account || ' signed in to ' || coalesce(app, 'an unknown application') || ' with a token of ' || issuer_name
        || case when most >= 5 then ', another issuer than that of ' || most || ' users' else '' end
        || coalesce(', from ' || few(addresses), '') as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    counted(users, 'account has', 'accounts have') || ' that issuer' as rarity,
    act_id as act,
    records
from of_another_name
union all by name
select
    case when accounts >= 10 then 'low' when accounts_of_domain <= 3 then 'high' else 'medium' end as severity,
    account || ' signed in to ' || coalesce(app, 'an unknown application') || ' with a token of a federation server, after '
        || counted(cloud_days, 'day', 'days') || ' with sign-ins at Entra ID itself' || coalesce(', from ' || few(addresses), '') as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'first for this user in ' || baseline_days || ' days of log' as rarity,
    act_id as act,
    records
from federated
where act_id not in (select act_id from of_another_name)
order by first_seen, who, act
