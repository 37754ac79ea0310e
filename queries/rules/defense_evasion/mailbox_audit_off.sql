-- title: Auditing of mailboxes switched off or cut
-- severity: high
-- techniques: T1562.008
-- catalogue: D81
-- meaning: What happens in these mailboxes is no longer recorded, or no longer for long: reads, deletions and rules
--   leave no trace.
-- false positives: Service accounts of backup programs whose reads would fill the log, with a change on record.
--   Switching auditing on, or a bypass off, is not reported.
-- blind spots: Records that the bypass suppressed do not exist.
-- next: Ask the administrator. Look for what the accounts did before it, and at the mailbox from which nothing comes
--   any more.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-mailboxauditbypassassociation,
--   https://learn.microsoft.com/powershell/module/exchange/set-mailbox,
--   https://learn.microsoft.com/powershell/module/exchange/set-organizationconfig
-- seen: in 2 samples, marked 0 of 58 benign ones
with settings as (
    select
        *,
        case
            when operation = 'set-organizationconfig' then 'auditing of all mailboxes'
            when operation = 'set-mailboxauditbypassassociation' then 'recording of what an account does in mailboxes'
            when truth(ltrim(parameters['auditenabled'], '$')) = false then 'auditing of mailboxes'
            else 'how long audit records of mailboxes are stored, or what is recorded'
        end as what_is_off
    from cmdlets
    where not is_system
        and (
            operation = 'set-mailboxauditbypassassociation' and truth(ltrim(parameters['auditbypassenabled'], '$'))
            or operation = 'set-organizationconfig' and truth(ltrim(parameters['auditdisabled'], '$'))
            or operation in ('set-mailbox', 'enable-mailbox') and (
                truth(ltrim(parameters['auditenabled'], '$')) = false
                -- the default is 90 days
                or try_cast(regexp_extract(parameters['auditlogagelimit'], '^(\d+)', 1) as bigint) < 30
                or regexp_matches(lower(concat_ws(' ', parameters['auditowner'], parameters['auditdelegate'], parameters['auditadmin'])), '^none$|remove')
            )
        )
),
-- What one administrator switched off on one day is one thing.
days as (
    select
        actor,
        what_is_off,
        operation,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        bool_and(failed) as failed,
        list_sort(list(distinct coalesce(mailbox, object)) filter (where coalesce(mailbox, object) is not null)) as objects,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from settings
    group by actor, what_is_off, operation, event_time::date
)
select
    case
        when operation = 'set-organizationconfig' and not failed then 'critical'
        when starts_with(what_is_off, 'how long') then 'medium'
        else 'high'
    end as severity,
    actor || case when failed then ' tried to change' when starts_with(what_is_off, 'how long') then ' cut' else ' switched off' end || ' ' || what_is_off
        || coalesce(': ' || few(objects), '') as what,
    actor as who,
    first_seen,
    last_seen,
    events,
    case when len(objects) = 1 then objects[1] end as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    records
from days
order by first_seen, actor, what_is_off
