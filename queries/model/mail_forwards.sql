-- description: One row a setting that sends a mailbox's mail on: an inbox rule, or the forwarding of the mailbox.
-- column act_id varchar: key of the act
-- column event_time timestamp: when (UTC)
-- column kind varchar: inbox rule, mailbox
-- column actor varchar: who set it, lower case
-- column mailbox varchar: whose mail it is, lower case
-- column destinations varchar[]: addresses, or the names of objects of the tenant, lower case
-- column outside varchar[]: addresses that are none of the tenant's domains
-- column is_outside_known boolean: the tenant's domains are known
-- column keeps_copy boolean: the mailbox keeps a copy; NULL = not said
-- column failed boolean: it was refused
-- column ip_address varchar: of the client
-- column session_id varchar: of the client
-- column app_id varchar: the application
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
set_forwards as (
    select
        *,
        lower(concat_ws(' ; ', nullif(parameters['forwardingsmtpaddress'], ''), nullif(parameters['forwardingaddress'], ''))) as destination
    from cmdlets
    where operation in ('set-mailbox', 'enable-mailbox', 'set-remotemailbox') and not is_system
)
select
    f.act_id,
    f.event_time,
    'mailbox' as kind,
    f.actor,
    coalesce(f.mailbox, f.object) as mailbox,
    case when len(mail_addresses(f.destination)) > 0 then mail_addresses(f.destination) else [exchange_name(f.destination)] end as destinations,
    outside_addresses(f.destination, own.domains || list_filter([mail_domain(f.actor), mail_domain(f.mailbox)], o -> o is not null)) as outside,
    len(own.domains) > 0 or mail_domain(f.actor) is not null or mail_domain(f.mailbox) is not null as is_outside_known,
    truth(ltrim(f.parameters['delivertomailboxandforward'], '$')) as keeps_copy,
    f.failed,
    f.ip_address,
    f.session_id,
    f.app_id,
    f.file_id,
    f.record,
    f.id
from set_forwards as f
cross join own
where f.destination <> ''
union all
select
    act_id,
    event_time,
    'inbox rule',
    actor,
    mailbox,
    recipients,
    outside,
    is_outside_known,
    not is_deleting,
    failed,
    ip_address,
    session_id,
    app_id,
    file_id,
    record,
    id
from inbox_rules
where len(recipients) > 0
