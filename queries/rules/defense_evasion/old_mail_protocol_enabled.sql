-- title: Old mail protocol switched on
-- severity: medium
-- techniques: T1114.002
-- catalogue: D100
-- meaning: POP, IMAP, SMTP with a password or basic authentication was switched on. Such protocols cannot ask for a
--   second factor everywhere, and fetch whole mailboxes.
-- false positives: One old device or scanner, which needs SMTP only: low.
-- blind spots: Protocols that were never switched off.
-- next: Ask the administrator. Look for sign-ins of the account with the protocol.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-casmailbox
-- seen: in 1 samples, marked 0 of 58 benign ones
with changes as (
    select
        *,
        concat_ws(
            ', ',
            case when operation in ('set-casmailbox', 'set-casmailboxplan') and truth(ltrim(parameters['imapenabled'], '$')) then 'IMAP' end,
            case when operation in ('set-casmailbox', 'set-casmailboxplan') and truth(ltrim(parameters['popenabled'], '$')) then 'POP' end,
            case when truth(ltrim(parameters['smtpclientauthenticationdisabled'], '$')) = false then 'SMTP with a password' end,
            case when operation in ('set-authenticationpolicy', 'new-authenticationpolicy')
                and len(list_filter(map_entries(parameters), p -> p.key like 'allowbasicauth%' and coalesce(truth(ltrim(p.value, '$')), false))) > 0
                then 'basic authentication' end,
            case when operation = 'set-organizationconfig' and truth(ltrim(parameters['oauth2clientprofileenabled'], '$')) = false then 'sign-in without modern authentication' end
        ) as protocols
    from cmdlets
    where operation in ('set-casmailbox', 'set-casmailboxplan', 'set-transportconfig', 'set-authenticationpolicy', 'new-authenticationpolicy', 'set-organizationconfig')
        and not is_system
),
enabled as (
    from changes
    where protocols <> ''
)
select
    case when operation = 'set-casmailbox' and protocols = 'SMTP with a password' then 'low' else 'medium' end as severity,
    actor || case when failed then ' tried to switch' else ' switched' end || ' on ' || protocols
        || case when operation = 'set-casmailbox' then ' for ' || coalesce(mailbox, object, 'a mailbox') else ' for the tenant' end as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(mailbox, object) as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from enabled
order by event_time, file_id, record
