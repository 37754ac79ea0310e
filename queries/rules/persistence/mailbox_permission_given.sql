-- title: Right to read or send as another mailbox given
-- severity: medium
-- techniques: T1098.002
-- catalogue: D97
-- meaning: Somebody may now open another's mailbox, or send in its name. Intruders with an administrator's account
--   give themselves such rights, and they outlast a new password.
-- false positives: Assistants, shared mailboxes, people who left: the daily work of the help desk, which gives such
--   rights again and again, or from where its people usually work.
-- blind spots: Rights that were given through a group.
-- next: Ask the administrator and the owner. Look for reads of the mailbox by the one who got the right.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission
-- seen: in 4 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        coalesce(exchange_name(coalesce(nullif(parameters['user'], ''), nullif(parameters['trustee'], ''), nullif(parameters['grantsendonbehalfto'], ''))), 'somebody') as trustee,
        case
            when operation = 'set-mailbox' then 'SendOnBehalf'
            when operation = 'add-recipientpermission' then 'SendAs'
            else coalesce(nullif(parameters['accessrights'], ''), 'a right')
        end as rights
    from cmdlets
    where operation in ('add-mailboxpermission', 'add-recipientpermission', 'set-mailbox')
        and not is_system
        and (operation <> 'set-mailbox' or coalesce(parameters['grantsendonbehalfto'], '') <> '')
        and not coalesce(truth(ltrim(parameters['deny'], '$')), false)
),
routine as (
    select
        actor,
        count(distinct event_time::date) as days,
        count(distinct coalesce(mailbox, object)) as mailboxes
    from given
    group by actor
),
judged as (
    select
        g.*,
        g.trustee = g.actor or split_part(g.actor, '@', 1) = split_part(g.trustee, '@', 1) as is_to_self,
        truth(ltrim(g.parameters['automapping'], '$')) = false as is_unmapped,
        regexp_matches(g.trustee, '^(default|anonymous|everyone|everybody)$') as is_to_all,
        r.days,
        r.mailboxes,
        u.ip_address is not null as is_usual_place
    from given as g
    left join usual_addresses as u on u.account = g.actor and u.ip_address = g.ip_address
    join routine as r using (actor)
),
grants as (
    select
        actor,
        trustee,
        operation,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list_sort(list(distinct coalesce(mailbox, object)) filter (where coalesce(mailbox, object) is not null)) as mailboxes,
        string_agg(distinct rights, ', ' order by rights) as rights,
        bool_and(failed) as failed,
        bool_or(is_to_self) as is_to_self,
        bool_or(coalesce(is_unmapped, false)) as is_unmapped,
        bool_or(is_to_all) as is_to_all,
        bool_and(is_usual_place) as is_usual_place,
        min(days) as days,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from judged
    group by actor, trustee, operation, event_time::date
)
select
    case
        when is_to_all or (is_to_self and len(mailboxes) > 1) or (is_to_self and is_unmapped) then 'high'
        when is_to_self or is_unmapped then 'medium'
        when is_usual_place then 'low'
        when days < 3 and regexp_matches(rights, 'FullAccess|SendAs|SendOnBehalf') then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to give' else ' gave' end || case when is_to_self then ' themselves' else ' ' || trustee end || ' ' || rights
        || ' on ' || case when len(mailboxes) > 1 then len(mailboxes) || ' mailboxes: ' else 'the mailbox ' end || coalesce(few(mailboxes), '(unknown)')
        || case when is_unmapped then '; Outlook does not show it' else '' end as what,
    actor as who,
    first_seen,
    last_seen,
    events,
    case when len(mailboxes) = 1 then mailboxes[1] else trustee end as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when days < 3 then 'on ' || counted(days, 'day', 'days') || ' of the log ' || actor || ' gave such rights' end as rarity,
    act_id as act,
    records
from grants
order by first_seen, actor, trustee, operation
