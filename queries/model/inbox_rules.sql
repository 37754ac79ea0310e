-- description: One row an inbox rule that was made, changed or switched on, by the cmdlet (New-InboxRule, Set-InboxRule,
--   Enable-InboxRule) or by a mail program (UpdateInboxRules), with what it does.
-- source: https://learn.microsoft.com/powershell/module/exchange/new-inboxrule; actions of UpdateInboxRules as in published records
-- materialized: yes
-- column act_id varchar: key of the rule: what was done to a rule of a mailbox is one act
-- column event_time timestamp: when (UTC)
-- column operation varchar: lower case
-- column actor varchar: who, lower case
-- column mailbox varchar: whose, lower case
-- column rule varchar: its name; NULL = the record has none
-- column is_odd_name boolean: the name is only punctuation, or one or two letters, or one letter over and over
-- column what varchar: who set it, whose it is, which mail it takes and what becomes of that, as a sentence
-- column conditions varchar[]: which mail it takes: setting = value; empty = all mail, or the record does not say
-- column words varchar: the words that it looks for, or the senders, lower case
-- column word_kinds varchar[]: of the list suspicious_rule_words, what its words are about
-- column actions varchar[]: what becomes of the mail: setting = value
-- column recipients varchar[]: addresses it forwards or redirects to
-- column outside varchar[]: those of them that are none of the tenant's domains
-- column is_outside_known boolean: the tenant's domains are known
-- column folder varchar: folder that it moves or copies to
-- column hiding_folder varchar: how mail hides there: unread = nobody looks there, ordinary = people tidy up to there; NULL = any other folder
-- column is_deleting boolean: it deletes
-- column is_marking_read boolean: it marks as read
-- column is_stopping boolean: rules after it don't run
-- column is_sorting_only boolean: it only moves, copies, categorises, flags
-- column failed boolean: it was refused
-- column ip_address varchar: of the client
-- column session_id varchar: of the client
-- column app_id varchar: the application
-- column user_agent varchar: of the client
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
changes as (
    select
        *,
        coalesce(parameters['ruleactions'], '') as action_text
    from cmdlets
    where operation in ('new-inboxrule', 'set-inboxrule', 'enable-inboxrule', 'updateinboxrules')
        and not is_system
        and coalesce(parameters['ruleoperation'], '') not in ('RemoveMailboxRule', 'DeleteMailboxRule')
        and not (operation = 'updateinboxrules' and coalesce(parameters['rulestate'], '') in ('Disabled'))
),
acting as (
    select
        * exclude (action_text, folder),
        case when json_valid(action_text) then from_json(
            action_text, '[{"ActionType": "VARCHAR", "Recipients": ["VARCHAR"], "FolderName": "VARCHAR", "Folder": "VARCHAR"}]'
        ) end as mail_program_actions,
        coalesce(
            nullif(trim(parameters['rulename']), ''),
            nullif(trim(parameters['name']), ''),
            case when operation <> 'updateinboxrules' then nullif(regexp_extract(parameters['identity'], '\\(.*)$', 1), '') end,
            case when operation <> 'updateinboxrules' then object end
        ) as rule,
        list_filter(
            map_entries(parameters),
            p -> p.value not in ('', 'False', '$false', '{(Exists(ItemClass))}')
                and regexp_matches(p.key, '^(from|sentto|subject|body|header|recipient|withimportance|hasattachment|messagetype|receivedafter|receivedbefore|myname|rulecondition|sender)')
        ) as condition_parts
    from changes
),
described as (
    select
        *,
        list_transform(condition_parts, p -> p.key || ' = ' || p.value) as conditions,
        list_filter(flatten(list_transform(condition_parts, p -> case
            when p.key = 'from' then ['from ' || replace(p.value, ';', ' or ')]
            when p.key = 'sentto' then ['to ' || replace(p.value, ';', ' or ')]
            when p.key = 'fromaddresscontainswords' then ['from addresses with ' || any_of_words(p.value)]
            when p.key = 'recipientaddresscontainswords' then ['to addresses with ' || any_of_words(p.value)]
            when p.key = 'subjectcontainswords' then ['with ' || any_of_words(p.value) || ' in the subject']
            when p.key = 'bodycontainswords' then ['with ' || any_of_words(p.value) || ' in the text']
            when p.key = 'subjectorbodycontainswords' then ['with ' || any_of_words(p.value) || ' in the subject or the text']
            when p.key = 'headercontainswords' then ['with ' || any_of_words(p.value) || ' in the header']
            when p.key = 'hasattachment' then ['with an attachment']
            when p.key = 'withimportance' then ['of importance ' || lower(p.value)]
            when p.key = 'messagetypematches' then ['of type ' || lower(p.value)]
            when p.key = 'receivedafterdate' then ['received after ' || p.value]
            when p.key = 'receivedbeforedate' then ['received before ' || p.value]
            when p.key = 'mynameinto' or p.key = 'mynameintoorccbox' or p.key = 'mynameintobox' or p.key = 'mynameinccbox' then ['sent to the owner']
            when p.key = 'mynamenotintobox' then ['not sent to the owner alone']
            when p.key = 'senttoonlyme' then ['sent to the owner alone']
            -- what a mail program writes: (SenderSearchKey Equal SMTP:A@B), (SubString IgnoreCase(SubjectProperty)=WORD)
            when p.key = 'rulecondition' then
                list_transform(
                    list_distinct(regexp_extract_all(p.value, 'SenderSearchKey Equal SMTP:([^\s()]+)', 1)), s -> 'from ' || lower(s)
                ) || list_transform(
                    list_distinct(regexp_extract_all(p.value, 'SubString[^(]*\((?:Subject|NormalizedSubject)\w*\)=([^()]*)\)', 1)),
                    s -> 'with "' || trim(s) || '" in the subject'
                ) || list_transform(
                    list_distinct(regexp_extract_all(p.value, 'SubString[^(]*\((?:Body|TextBody)\w*\)=([^()]*)\)', 1)),
                    s -> 'with "' || trim(s) || '" in the text'
                ) || case
                    when not regexp_matches(p.value, 'SenderSearchKey Equal SMTP:|SubString[^(]*\((Subject|NormalizedSubject|Body|TextBody)')
                    then ['that meets ' || left(p.value, 100)]
                    else []
                end
            else [p.key || ' ' || left(p.value, 60)]
        end)), c -> c is not null) as which_mail,
        lower(array_to_string(list_transform(condition_parts, p -> p.value), ' ; ')) as words,
        list_transform(
            list_filter(
                map_entries(parameters),
                p -> p.value not in ('', 'False', '$false')
                    and regexp_matches(p.key, '^(forward|redirect|moveto|copytofolder|delete|softdelete|markas|markimportance|stopprocessing|applycategory|applysystemcategory|pinmessage|sendtextmessage|respondtomessage)')
            ),
            p -> p.key || ' = ' || p.value
        ) || coalesce(list_transform(mail_program_actions, a -> concat_ws(' ', a.ActionType, nullif(array_to_string(a.Recipients, ', '), ''), a.FolderName)), []) as actions,
        mail_addresses(concat_ws(
            ' ; ', parameters['forwardto'], parameters['forwardasattachmentto'], parameters['redirectto'], parameters['sendtextmessagenotificationto'],
            array_to_string(flatten(list_transform(mail_program_actions, a -> coalesce(a.Recipients, []))), ' ; ')
        )) as recipients,
        coalesce(
            nullif(regexp_replace(coalesce(nullif(parameters['movetofolder'], ''), parameters['copytofolder']), '^.*\\', ''), ''),
            list_filter(list_transform(mail_program_actions, a -> coalesce(a.FolderName, a.Folder)), f -> f is not null)[1]
        ) as folder,
        list_transform(coalesce(mail_program_actions, []), a -> lower(a.ActionType)) as action_types
    from acting
),
hiding as (
    select
        lower(folder) as folder,
        min(case kind when 'unread' then 1 else 2 end) as place
    from list_hiding_folders
    group by all
),
-- The words are looked up once in each text: many rules say one thing.
worded as (
    select
        d.words,
        list_sort(list(distinct w.kind)) as word_kinds
    from (select distinct words from described where words <> '') as d
    join list_suspicious_rule_words as w on regexp_matches(d.words, '(^|[^a-z])' || w.word)
    group by d.words
),
judged as (
    select
        d.*,
        own.domains,
        h.place,
        coalesce(w.word_kinds, []) as word_kinds,
        coalesce(truth(ltrim(d.parameters['deletemessage'], '$')), truth(ltrim(d.parameters['softdeletemessage'], '$')), false)
            or list_has_any(d.action_types, ['delete', 'permanentdelete', 'softdelete', 'deletemessage', 'movetodeleteditems']) as is_deleting,
        coalesce(truth(ltrim(d.parameters['markasread'], '$')), false) or list_has_any(d.action_types, ['markasread']) as is_marking_read,
        coalesce(truth(ltrim(d.parameters['stopprocessingrules'], '$')), false) or coalesce(contains(d.parameters['rulestate'], 'ExitAfterExecution'), false) as is_stopping
    from described as d
    cross join own
    left join hiding as h on h.folder = lower(d.folder)
    left join worded as w on w.words = d.words
)
select
    case
        when d.rule is null then d.act_id
        else 'inbox rule ' || coalesce(d.mailbox, '') || ' ' || lower(d.rule)
    end as act_id,
    d.event_time,
    d.operation,
    d.actor,
    coalesce(d.mailbox, d.actor) as mailbox,
    d.rule,
    coalesce(regexp_full_match(d.rule, '[^\pL\pN]+|.{1,2}') or regexp_full_match(d.rule, 'a+|b+|x+|z+|s+'), false) as is_odd_name,
    concat(
        coalesce(d.actor, 'Somebody'), case when d.failed then ' tried to set ' else ' set ' end,
        coalesce('the inbox rule "' || d.rule || '" of ', 'an inbox rule of '), whose_mailbox(d.actor, coalesce(d.mailbox, d.actor)), ': ',
        case when len(d.which_mail) = 0 and d.operation = 'new-inboxrule' then 'all mail' else 'mail' end,
        ' ' || nullif(left(array_to_string(d.which_mail, ', '), 300), ''),
        coalesce(' is ' || in_words(list_filter([
            case when d.is_deleting then 'deleted' end,
            case when d.folder is not null and not d.is_deleting then case when d.parameters['copytofolder'] <> '' or list_contains(d.action_types, 'copy') then 'copied' else 'moved' end || ' to "' || d.folder || '"' end,
            case when d.is_marking_read then 'marked as read' end,
            'given the category ' || nullif(d.parameters['applycategory'], ''),
            'marked as of ' || lower(nullif(d.parameters['markimportance'], '')) || ' importance',
            case when len(d.recipients) > 0 then 'sent on to ' || few(d.recipients) end
        ], a -> a is not null)), case when d.is_stopping and len(d.action_types) = 0 then ' is left out of the rules that follow' else ' is handled in a way that the log does not name' end || coalesce(' (' || nullif(array_to_string(list_filter(d.action_types, a -> a <> 'stopprocessingrules'), ', '), '') || ')', '')),
        case when d.failed then '; it was refused' end
    ) as what,
    d.conditions,
    nullif(d.words, '') as words,
    d.word_kinds,
    d.actions,
    d.recipients,
    list_filter(
        d.recipients,
        r -> contains(r, '#ext#') or not list_contains(
            d.domains || list_filter([mail_domain(d.actor), mail_domain(d.mailbox)], o -> o is not null), regexp_extract(r, '@(.+)$', 1)
        )
    ) as outside,
    len(d.domains) > 0 or mail_domain(d.actor) is not null or mail_domain(d.mailbox) is not null as is_outside_known,
    d.folder,
    case d.place when 1 then 'unread' when 2 then 'ordinary' end as hiding_folder,
    d.is_deleting,
    d.is_marking_read,
    d.is_stopping,
    len(d.recipients) = 0 and len(d.actions) > 0
        and len(list_filter(d.actions, a -> not regexp_matches(lower(a), '^(moveto|copyto|copy|move|applycategory|applysystemcategory|categorize|assigncategor|flag|pinmessage|markimportance|stopprocessing|tag)'))) = 0
        as is_sorting_only,
    d.failed,
    d.ip_address,
    d.session_id,
    d.app_id,
    d.user_agent,
    d.file_id,
    d.record,
    d.id
from judged as d
