-- title: Mail folder opened to everybody or to another
-- severity: medium
-- techniques: T1098.002
-- catalogue: D98
-- meaning: A folder of a mailbox can now be read by everybody in the tenant, or by another account. Intruders open
--   the inbox that way and read from an account of their own.
-- false positives: Calendars, which everybody shares: they are left out, as are rights that only show when somebody
--   is free.
-- blind spots: Folders whose name the log does not give are low.
-- next: Ask the owner. Take the right away, and look for reads of the folder by others.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/add-mailboxfolderpermission
-- seen: in 1 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        exchange_name(coalesce(nullif(parameters['user'], ''), nullif(parameters['memberupn'], ''))) as trustee,
        coalesce(nullif(parameters['accessrights'], ''), nullif(parameters['memberrights'], '')) as rights,
        lower(coalesce(
            nullif(regexp_extract(folder, '^\\?(.*)$', 1), ''),
            nullif(regexp_extract(parameters['identity'], ':\\?(.*)$', 1), ''),
            case when contains(parameters['identity'], ':') then 'the top folder' end
        )) as folder_name
    from cmdlets
    where list_contains([
            'add-mailboxfolderpermission', 'set-mailboxfolderpermission', 'modifyfolderpermissions', 'addfolderpermissions', 'updatefolderpermissions'
        ], operation)
        and not is_system
),
opened as (
    select
        *,
        coalesce(regexp_matches(trustee, '^(default|anonymous|everyone|everybody|standard|anonym|par défaut|predeterminado|nt user:s-1-1-0)$'), false) as is_to_all,
        regexp_matches(lower(rights), 'owner|editor|author|reviewer|readany|readitems|custom|publishing') as is_reading
    from given
    where coalesce(rights, '') <> ''
        and not regexp_full_match(lower(rights), '(none|availabilityonly|limiteddetails|freebusy\w*|visible|foldervisible|contributor|[, ;])*')
        and not regexp_matches(
            coalesce(folder_name, ''),
            'calend|kalend|agenda|calendrier|kalenter|календар|naptár|takvim|予定表|日历|contacts|kontakt|contatti|contactos|birthday'
        )
        and not coalesce(trustee = mailbox or trustee = split_part(actor, '@', 1) and actor = mailbox, false)
)
select
    case
        when is_to_all and is_reading and folder_name is not null then 'high'
        when is_to_all then 'medium'
        when is_reading and regexp_matches(folder_name, '^(inbox|posteingang|boîte de réception|bandeja de entrada|posta in arrivo|postvak in|caixa de entrada|inkorgen|indbakke|innboks|the top folder|top of information store|sent items|gesendete elemente)') then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to open' else ' opened' end || ' ' || coalesce(folder_name, 'a folder') || ' of ' || coalesce(mailbox, 'a mailbox')
        || ' to ' || case when is_to_all then 'everybody' else coalesce(trustee, 'another') end || ' (' || rights || ')' as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    mailbox as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from opened
order by event_time, file_id, record
