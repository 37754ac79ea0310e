-- description: What an act of administration did to the way that mail goes and to who may open it, in words that follow the name of who did
--   it: one row a record of the view cmdlets that sets a forward, an inbox rule, a mail flow rule or a right on a mailbox, or takes one away.
-- source: https://learn.microsoft.com/powershell/module/exchange (Set-Mailbox, New-InboxRule, New-TransportRule, Add-MailboxPermission)
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column words varchar: set the inbox rule "." of their own mailbox: ...; had all mail of ... sent on to ...; tried to have ...
with named as (
    select
        *,
        coalesce(parameters['forwardingsmtpaddress'], parameters['forwardingaddress']) is not null as is_forward,
        concat(parameters['forwardingsmtpaddress'], parameters['forwardingaddress']) as destination,
        coalesce(mailbox, object) as owner,
        case when contains(operation, 'transportrule') then ' mail flow rule' else ' inbox rule' end as kind_of_rule,
        ' "' || coalesce(
            nullif(trim(parameters['rulename']), ''),
            nullif(trim(parameters['name']), ''),
            nullif(regexp_extract(parameters['identity'], '\\(.*)$', 1), ''),
            nullif(object, mailbox)
        ) || '"' as rule,
        exchange_name(coalesce(nullif(parameters['user'], ''), nullif(parameters['trustee'], ''), nullif(parameters['grantsendonbehalfto'], ''))) as trustee
    from cmdlets
),
verbs as (
    select
        *,
        case
            when regexp_matches(operation, '^(set|enable)-(remote)?mailbox$') and is_forward then case when destination = '' then ['ended', 'end'] else ['had', 'have'] end
            when operation = 'set-mailbox' and parameters['grantsendonbehalfto'] <> '' then ['gave', 'give']
            when regexp_matches(operation, '^(add|set)-(mailbox|recipient|mailboxfolder)permission$') then ['gave', 'give']
            when regexp_matches(operation, '^remove-(mailbox|recipient|mailboxfolder)permission$') then ['took', 'take']
            when operation = 'new-transportrule' then ['made', 'make']
            when operation = 'set-transportrule' then ['changed', 'change']
            when operation = 'enable-transportrule' then ['switched on', 'switch on']
            when operation in ('disable-transportrule', 'disable-inboxrule') then ['switched off', 'switch off']
            when operation in ('remove-transportrule', 'remove-inboxrule') then ['removed', 'remove']
            when operation = 'updateinboxrules' and parameters['ruleoperation'] in ('RemoveMailboxRule', 'DeleteMailboxRule') then ['removed', 'remove']
            when operation = 'updateinboxrules' and parameters['rulestate'] = 'Disabled' then ['switched off', 'switch off']
        end as verb
    from named
),
acts as (
    select
        *,
        case when failed then 'tried to ' || verb[2] else verb[1] end as did
    from verbs
    where verb is not null
),
forwards as (
    select file_id, record, destinations, keeps_copy
    from mail_forwards
    where kind = 'mailbox'
)
select
    file_id,
    record,
    did || case
        when verb[2] = 'have' then ' all mail of ' || whose_mailbox(actor, owner) || ' sent on to ' || few(destinations)
            || case when keeps_copy = false then '; the mailbox keeps no copy' else '' end
        when verb[2] = 'end' then ' the forward of ' || whose_mailbox(actor, owner)
        when verb[2] in ('give', 'take') then
            case verb[2] when 'give' then ' ' || coalesce(trustee, 'somebody') || ' ' else ' ' end
            || coalesce(nullif(parameters['accessrights'], ''), case operation when 'set-mailbox' then 'SendOnBehalf' else 'a right' end)
            || case verb[2] when 'give' then '' else ' from ' || coalesce(trustee, 'somebody') end
            || ' on ' || case when contains(operation, 'folder') then 'the folder ' || coalesce(nullif(parameters['identity'], ''), owner, '(unknown)') else whose_mailbox(actor, owner) end
            || case when truth(ltrim(parameters['deny'], '$')) then ', as a denial' else '' end
        else coalesce(' the' || kind_of_rule || rule, case kind_of_rule when ' inbox rule' then ' an' else ' a' end || kind_of_rule)
            || case kind_of_rule when ' inbox rule' then ' of ' || whose_mailbox(actor, coalesce(mailbox, actor)) else '' end
            || coalesce(': ' || array_to_string(nullif(list_transform(
                list_filter(
                    map_entries(parameters),
                    p -> verb[2] in ('make', 'change') and p.value not in ('', 'False', '$false') and p.key not in ('name', 'identity', 'enabled', 'mode')
                ),
                p -> case p.key
                    when 'from' then 'mail from'
                    when 'sentto' then 'mail to'
                    when 'subjectcontainswords' then 'words in the subject'
                    when 'subjectorbodycontainswords' then 'words in the subject or the text'
                    when 'redirectmessageto' then 'redirected to'
                    when 'blindcopyto' then 'hidden copy to'
                    when 'copyto' then 'copy to'
                    when 'addtorecipients' then 'also sent to'
                    when 'deletemessage' then 'deleted'
                    when 'setscl' then 'spam score'
                    when 'stopruleprocessing' then 'later rules left out'
                    else p.key
                end || case when p.value in ('True', '$true') then '' else ' ' || left(p.value, 100) end
            ), [])[1:8], ', '), '')
    end as words
from acts
left join forwards using (file_id, record)
union all
select
    file_id,
    record,
    substr(regexp_replace(what, '; it was refused$', ''), length(coalesce(actor, 'Somebody')) + 2)
from inbox_rules
