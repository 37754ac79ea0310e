-- title: Junk mail settings trust strangers or block warnings
-- severity: medium
-- techniques: T1564.008
-- catalogue: D107
-- meaning: The junk mail settings of a mailbox now trust senders outside, or send the mail of the own security people
--   or of Microsoft to the junk folder.
-- false positives: A user's own list of newsletters and spammers: only trusting is low.
-- blind spots: Settings that a mail program stores itself.
-- next: Ask the owner, and see what came from the trusted and from the blocked senders.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-mailboxjunkemailconfiguration
-- seen: in 1 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
changes as (
    select
        c.*,
        lower(nullif(concat_ws(';', parameters['blockedsendersanddomains'], parameters['blockedsendersdomains'], parameters['blocklist']), '')) as blocked,
        lower(nullif(concat_ws(';', parameters['trustedsendersanddomains'], parameters['trustedrecipientsanddomains']), '')) as trusted,
        own.domains || list_filter([mail_domain(c.actor), mail_domain(c.mailbox)], d -> d is not null) as domains
    from cmdlets as c
    cross join own
    where operation = 'set-mailboxjunkemailconfiguration' and not is_system
),
settings as (
    select
        *,
        len(list_filter(string_split_regex(blocked, '[;,\s]+'), b -> list_contains(domains, regexp_replace(b, '^.*@', '')))) > 0 as is_own_blocked,
        coalesce(regexp_matches(blocked, 'security|abuse|phish|helpdesk|help-desk|servicedesk|soc@|@?microsoft|microsoftonline|office365|noreply'), false) as is_warning_blocked
    from changes
)
select
    case
        when is_own_blocked or is_warning_blocked then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to change' else ' changed' end || ' the junk mail settings of ' || coalesce(mailbox, 'a mailbox')
        || coalesce(': trusted ' || left(trusted, 200), '') || coalesce(': blocked ' || left(blocked, 200), '')
        || case when is_own_blocked then ', which is of the tenant itself' else '' end as what,
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
from settings
where blocked is not null or trusted is not null or truth(ltrim(parameters['enabled'], '$')) = false
order by event_time, file_id, record
