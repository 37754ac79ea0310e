-- title: Mail goes to outside, by the state of the tenant
-- severity: high
-- techniques: T1114.003
-- catalogue: D90, D93, D95
-- meaning: When the state was dumped, a mailbox, one of its rules or a transport rule sent mail to an address outside the
--   tenant. The logs need not have it made: it may be older than they are.
-- false positives: People who left or are away, with a forward that was agreed; copies for an archive or a partner. What
--   is switched off is low, and where the tenant's domains are not known it is medium.
-- blind spots: A forward to a contact of the tenant, of which a dump has only the name. Hidden rules are in no dump of
--   Get-InboxRule.
-- next: Ask the owner of the mailbox. Look when it was made, and by whom: in the logs, or by what they no longer hold.
-- needs: state_mailboxes, state_inbox_rules, state_transport_rules
-- source: https://learn.microsoft.com/powershell/module/exchange/get-mailbox,
--   https://learn.microsoft.com/powershell/module/exchange/get-inboxrule
-- seen: in 0 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
-- the newest dump of each thing
standing as (
    select
        'all mail of ' || mailbox || ' is sent on to ' as what,
        mailbox,
        concat_ws(' ', forwarding_smtp_address, forwarding_address) as recipients,
        true as is_on,
        file_id, record, id, snapshot_time
    from evidence.state_mailboxes
    qualify row_number() over (partition by mailbox order by snapshot_time desc, forwarding_smtp_address is null, file_id, record) = 1
    union all
    select
        'the inbox rule "' || coalesce(name, '') || '" of ' || coalesce(mailbox, 'a mailbox') || ' sends mail on to ',
        mailbox,
        concat_ws(' ', forward_to, forward_as_attachment_to, redirect_to),
        coalesce(is_enabled, true),
        file_id, record, id, snapshot_time
    from evidence.state_inbox_rules
    qualify snapshot_time = max(snapshot_time) over (partition by mailbox)
    union all
    select
        'the transport rule "' || coalesce(name, '') || '" sends mail on to ',
        null,
        concat_ws(' ', redirect_to, copy_to, replace(regexp_extract(description, '(?i)redirect the message to[^\n]*|blind carbon copy[^\n]*', 0), '''', ' ')),
        lower(coalesce(state, 'enabled')) = 'enabled',
        file_id, record, id, snapshot_time
    from evidence.state_transport_rules
    qualify snapshot_time = max(snapshot_time) over ()
),
leaving as (
    select
        s.*,
        len(own.domains) > 0 or mail_domain(s.mailbox) is not null as is_outside_known,
        outside_addresses(s.recipients, own.domains || list_filter([mail_domain(s.mailbox)], d -> d is not null)) as outside
    from standing as s
    cross join own
)
select
    case when not is_on then 'low' when is_outside_known then 'high' else 'medium' end as severity,
    'In the state of ' || minute_text(snapshot_time) || ', ' || what || few(outside) || case when is_outside_known then ', outside the tenant' else '' end
        || case when is_on then '' else '; it is switched off' end as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    1::bigint as events,
    coalesce(mailbox, outside[1]) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || record as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from leaving
where len(outside) > 0
order by snapshot_time, file_id, record
