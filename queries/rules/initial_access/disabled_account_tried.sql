-- title: Attempt to sign in to a disabled account
-- severity: low
-- techniques: T1078.004
-- catalogue: D06
-- meaning: Somebody tried to sign in to an account that is disabled. Microsoft refuses it, and counts the password as right:
--   whoever knows it may know others. The address is worth a look.
-- false positives: The phone or the mail program of somebody who left, still trying; that comes from a network that the
--   account used, with a token.
-- blind spots: Accounts that were deleted: their attempts look like names that no account has.
-- next: See who else signed in from the address.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (50057)
-- seen: in 1 samples, marked 0 of 58 benign ones
with tries as (
    select
        l.account,
        l.network,
        l.country,
        min_by(l.ip_address, (l.event_time, l.file_id, l.record)) as ip_address,
        list_sort(list(distinct l.ip_address) filter (where l.ip_address is not null)) as addresses,
        min(l.event_time) as first_seen,
        max(l.event_time) as last_seen,
        count(*) as events,
        min_by(l.app, (l.event_time, l.file_id, l.record)) as app,
        min_by(l.app_id, (l.event_time, l.file_id, l.record)) as app_id,
        bool_or(l.is_interactive) as is_interactive,
        min_by(l.act_id, (l.event_time, l.file_id, l.record)) as act_id,
        list({'file_id': l.file_id, 'record': l.record, 'id': l.id} order by l.event_time, l.file_id, l.record) as records
    from logons as l
    where l.error_code = 50057 and l.account is not null
    group by l.account, l.network, l.country
),
own as (
    select distinct
        t.account,
        t.ip_address
    from tries as t
    join account_habits as h on h.account = t.account and h.first_seen < t.first_seen
        and (h.feature = 'network' and h.value = t.network::varchar or h.feature = 'address' and contains(t.addresses, h.value))
),
-- Other accounts that got in from the address, and had not used it before the first attempt.
others as (
    select
        t.account,
        t.ip_address,
        list_sort(list(distinct h.account) filter (where h.first_seen >= t.first_seen)) as new_accounts,
        count(distinct h.account) as accounts
    from tries as t
    join account_habits as h on h.feature = 'address' and h.value = t.ip_address and h.account <> t.account
    group by all
),
disabled as (
    select
        ip_address,
        count(distinct account) as accounts
    from tries
    group by ip_address
),
places as (
    select list(distinct value) filter (where account_days >= 4) as countries
    from account_habits
    where feature = 'country' and kind = 'user'
)
select
    case
        when own.account is not null or not coalesce(t.is_interactive, true) then 'info'
        when d.accounts >= 2 and len(o.new_accounts) > 0 then 'high'
        when d.accounts >= 3 then 'medium'
        when len(o.new_accounts) > 0 and o.accounts = len(o.new_accounts) then 'medium'
        when p.countries is null then 'medium'
        when t.country is not null and not contains(p.countries, t.country) then 'medium'
        else 'low'
    end as severity,
    counted(t.events, 'attempt', 'attempts') || ' to sign in to the disabled account ' || t.account || ', with a password or token that Microsoft counts as right, from '
        || coalesce(few(t.addresses), 'an unknown address') || coalesce(' (' || nullif(concat_ws(' ', t.country, 'AS' || t.network), '') || ')', '')
        || coalesce(' at ' || t.app, '')
        || case when d.accounts > 1 then '; ' || d.accounts || ' disabled accounts were tried from there' else '' end
        || case when len(o.new_accounts) > 0 then '; since then these got in from there: ' || few(o.new_accounts) else '' end as what,
    null::varchar as who,
    t.first_seen,
    t.last_seen,
    t.events,
    t.account as target,
    t.app_id,
    null::varchar as session_id,
    t.addresses as ip_addresses,
    case when own.account is not null then 'the account has used this network before' end as rarity,
    t.act_id as act,
    t.records
from tries as t
left join own on own.account = t.account and own.ip_address is not distinct from t.ip_address
left join others as o on o.account = t.account and o.ip_address = t.ip_address
left join disabled as d on d.ip_address is not distinct from t.ip_address
cross join places as p
order by t.first_seen, t.account, t.ip_address
