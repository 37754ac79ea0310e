-- title: Mail flow rule diverts, deletes or trusts mail
-- severity: high
-- techniques: T1114.003, T1562.001
-- catalogue: D95
-- meaning: A rule of the mail flow of the whole tenant copies or redirects mail to outside, deletes it, or lets it
--   past the spam filter.
-- false positives: Journaling to an archive, partners whose mail the filter stops by mistake. Disclaimers and labels
--   are not reported.
-- blind spots: What a rule did that was there before the log begins.
-- next: Look at the rule in the Exchange admin center. Ask the administrator; if nobody knows it, treat the account
--   as compromised.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-transportrule
-- seen: in 2 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
changes as (
    select
        c.*,
        lower(concat_ws(
            ' ; ', parameters['redirectmessageto'], parameters['blindcopyto'], parameters['copyto'], parameters['addtorecipients'],
            parameters['generateincidentreport']
        )) as destination,
        own.domains || list_filter([mail_domain(c.actor)], o -> o is not null) as domains,
        truth(ltrim(parameters['deletemessage'], '$')) as is_deleting,
        trim(parameters['setscl']) = '-1'
            or regexp_matches(lower(parameters['setheadername']), 'skipspamfiltering|skipsafe|x-ms-exchange-organization-(bypass|scl|skip)') as is_trusting,
        coalesce(regexp_full_match(coalesce(nullif(parameters['name'], ''), object), '[^\pL\pN]+'), false) as is_odd_name
    from cmdlets as c
    cross join own
    where operation in ('new-transportrule', 'set-transportrule') and not is_system
),
diverting as (
    select
        *,
        outside_addresses(destination, domains) as outside
    from changes
    where destination <> '' or is_deleting or is_trusting
)
select
    case
        when len(outside) > 0 then 'high'
        when is_odd_name then 'high'
        when is_deleting or is_trusting then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to set' else ' set' end || coalesce(' the mail flow rule "' || coalesce(nullif(parameters['name'], ''), object) || '"', ' a mail flow rule') || ', which '
        || concat_ws(
            ' and ',
            case when destination <> '' then 'sends mail to ' || coalesce(few(outside), few(mail_addresses(destination)), destination)
                || case when len(outside) > 0 then ', outside the tenant' else '' end end,
            case when is_deleting then 'deletes mail' end,
            case when is_trusting then 'lets mail past the spam filter' end
        ) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(nullif(lower(parameters['name']), ''), object) as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from diverting
order by event_time, file_id, record
