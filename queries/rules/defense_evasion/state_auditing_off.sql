-- title: Auditing is off, by the state of the tenant
-- severity: high
-- techniques: T1562.008
-- catalogue: D80, D81
-- meaning: When the state was dumped, something was not audited: the whole tenant, its mailboxes, or what one account does
--   in mailboxes. What happened then is in no log, and nothing found means little.
-- false positives: Accounts of backup or migration programs that are meant to be left out. Mailboxes that are not
--   audited are medium.
-- blind spots: What was switched off and on again before the dump.
-- next: Switch it on. Look in the logs who switched it off, and since when they have nothing.
-- needs: state_mailboxes, state_organization
-- source: https://learn.microsoft.com/purview/audit-mailboxes, https://learn.microsoft.com/purview/audit-log-enable-disable
-- seen: in 0 samples, marked 0 of 58 benign ones
with off as (
    select
        'high' as severity,
        case
            when is_audit_log_on = false then 'the unified audit log is not written'
            else 'Exchange audits no mailbox of the tenant'
        end as what,
        name as target,
        snapshot_time,
        [{'file_id': file_id, 'record': record, 'id': id}] as records
    from evidence.state_organization
    where is_audit_log_on = false or is_audit_disabled
    union all
    select
        'high',
        'what ' || mailbox || ' does in mailboxes is not audited (a bypass)',
        mailbox,
        snapshot_time,
        [{'file_id': file_id, 'record': record, 'id': id}]
    from evidence.state_mailboxes
    where is_audit_bypassed
    union all
    select
        'medium',
        counted(count(*), 'mailbox is', 'mailboxes are') || ' not audited: ' || few(list(mailbox order by mailbox)),
        min(mailbox),
        snapshot_time,
        list({'file_id': file_id, 'record': record, 'id': id} order by file_id, record)
    from evidence.state_mailboxes
    where is_audited = false and not coalesce(is_audit_bypassed, false)
    group by file_id, snapshot_time
)
select
    severity,
    'In the state of ' || minute_text(snapshot_time) || ', ' || what as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    len(records)::bigint as events,
    target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || records[1].file_id || ':' || records[1].record as act,
    records
from off
order by snapshot_time, what
