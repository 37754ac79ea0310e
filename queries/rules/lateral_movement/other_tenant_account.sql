-- title: Account of another tenant in an administration tool
-- severity: medium
-- techniques: T1078.004
-- catalogue: D27
-- meaning: An account whose home is another tenant signed in here to a portal or tool of administration. It is a guest, a partner, or
--   somebody who was let in.
-- false positives: Partners and suppliers: they do it on several days, and the line is low.
-- blind spots: Sign-ins to other applications are the everyday of guests and are left out.
-- next: Find out who invited or authorised the account, and which roles it has.
-- needs: sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://learn.microsoft.com/graph/api/resources/signin (crossTenantAccessType, homeTenantId, resourceTenantId)
-- lists: developer_clients
-- seen: in 1 samples, marked 0 of 58 benign ones
with portals (app_id, name) as (
    values
        ('c44b4083-3bb0-49c1-b47d-974e53cbdf3c', 'Azure portal'),
        ('74658136-14ec-4630-ad9b-26e160ff0fc6', 'Entra admin center'),
        ('00000006-0000-0ff1-ce00-000000000000', 'Microsoft 365 admin center'),
        ('497effe9-df71-4043-a8bb-14cf78c4b63b', 'Exchange admin center'),
        ('80ccca67-54bd-44ab-8625-4b79c4dc7775', 'Security and Compliance portal')
),
tools as (
    select app_id, name from portals
    union
    select app_id, name from list_developer_clients
),
foreign_accounts as (
    select
        l.*,
        t.name as tool
    from logons as l
    join tools as t on t.app_id = l.app_id
    where l.kind = 'user' and l.home_tenant_id <> l.resource_tenant_id and l.home_tenant_id <> '' and l.resource_tenant_id <> ''
        -- the log is of the tenant that is named most
        and l.resource_tenant_id = (select mode(resource_tenant_id order by resource_tenant_id) from logons where resource_tenant_id <> '')
),
firsts as (
    select
        unnest(min_by(foreign_accounts, {'failed': not is_success, 't': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        count(distinct date_trunc('day', event_time)) as days,
        min(event_time) as first_time,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from foreign_accounts
    group by account, app_id
)
select
    case
        when not is_success then 'low'
        when cross_tenant in ('microsoftSupport') then 'info'
        when cross_tenant = 'serviceProvider' or days >= 4 then 'low'
        else 'medium'
    end as severity,
    account || ' of the tenant ' || home_tenant_id || case when is_success then ' signed in to ' else ' tried to sign in to ' end || tool
        || coalesce(' for ' || resource, '') || ', from ' || coalesce(ip_address, 'an unknown address') || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '') || case when len(addresses) > 1 then ' and ' || counted(len(addresses) - 1, 'other address', 'other addresses') else '' end
        || coalesce(', as ' || cross_tenant, '') as what,
    account as who,
    first_time as first_seen,
    last_time as last_seen,
    times as events,
    tool as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when days >= 4 then 'on ' || days || ' days' end as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, act
