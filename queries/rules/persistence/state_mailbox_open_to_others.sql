-- title: Who may open or send from the mailboxes of others, by the state of the tenant
-- severity: low
-- techniques: T1098.002
-- catalogue: D97, D98
-- meaning: When the state was dumped, these accounts could open a mailbox of somebody else, or send from it, and the logs do not have
--   it given. A right of an account outside the tenant is high; a folder that everybody may read is medium.
-- false positives: Shared mailboxes and assistants. Guests that work in a shared mailbox.
-- blind spots: Rights that come by a group; folders that were not dumped: mostly the calendar and the inbox are.
-- next: Ask the owner of the mailbox. In the audit log, look for who read it: LogonType 2, or MailboxOwnerUPN of another.
-- needs: state_mailbox_permissions
-- source: https://learn.microsoft.com/powershell/module/exchange/get-mailboxpermission,
--   https://learn.microsoft.com/powershell/module/exchange/get-mailboxfolderpermission
-- seen: in 0 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
unlogged as (
    select distinct kind, file_id, record, part
    from unlogged_things
),
given as (
    select
        r.*,
        case when r.folder is null then 'the mailbox ' || coalesce(r.mailbox, '') else 'the folder ' || r.folder || ' of ' || coalesce(r.mailbox, '') end as place,
        len(own.domains) > 0 or mail_domain(r.mailbox) is not null as is_outside_known,
        len(outside_addresses(r.trustee, own.domains || list_filter([mail_domain(r.mailbox)], d -> d is not null))) > 0 or contains(r.trustee, '#ext#') as is_outside,
        r.trustee in ('default', 'anonymous', 'everyone') as is_everybody,
        lower(r.rights) in ('none', 'availabilityonly', 'limiteddetails', '') as is_harmless
    from mailbox_rights as r
    cross join own
    where not r.is_denied
        and not starts_with(r.trustee, 'nt authority')
        and not starts_with(r.trustee, 's-1-5-')
        and r.trustee <> coalesce(r.mailbox, '')
),
judged as (
    select
        g.* exclude (kind),
        case
            when is_outside and is_outside_known then 'high'
            when is_outside then 'medium'
            when is_everybody and lower(folder) not in ('calendar', 'kalender', 'calendrier', 'calendario') then 'medium'
            else 'low'
        end as severity
    from given as g
    semi join unlogged as u on u.kind = g.kind and u.file_id = g.file_id and u.record = g.record and u.part = g.trustee
    where not (is_everybody and is_harmless)
        -- of folders, what colleagues share
        and (folder is null or is_outside or is_everybody and lower(folder) not in ('calendar', 'kalender', 'calendrier', 'calendario'))
)
select
    severity,
    case
        when severity = 'low' then concat(
            'In the state of ', minute_text(snapshot_time), ', ', counted(count(distinct trustee), 'account', 'accounts'), ' could open or send from the mailboxes of others: ',
            few(list(distinct trustee || ' of ' || mailbox order by trustee || ' of ' || mailbox))
        )
        else concat(
            'In the state of ', minute_text(snapshot_time), ', ', few(list(distinct trustee order by trustee)),
            case when bool_or(is_everybody) then '' when bool_and(is_outside_known) then ', outside the tenant,' else '' end,
            ' had the right ', string_agg(distinct rights, ', ' order by rights), ' to ', place
        )
    end as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    count(distinct record) as events,
    min(mailbox) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || min(record) || ' ' || severity || ' ' || coalesce(place, '') as act,
    list(distinct {'file_id': file_id, 'record': record, 'id': id} order by {'file_id': file_id, 'record': record, 'id': id}) as records
from (select * replace (case when severity <> 'low' then place end as place) from judged)
group by file_id, snapshot_time, severity, place
order by snapshot_time, file_id, severity, place
