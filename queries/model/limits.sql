-- description: What the loaded files do not let one conclude, a sentence a row.
-- materialized: yes
-- ordered by: position, subject
-- column position integer: order
-- column subject varchar: what the sentence is about
-- column remark varchar: the sentence
with
sign_in_kinds as materialized (
    select
        count(*) filter (where category = 'interactive') as interactive,
        count(*) filter (where category = 'non_interactive') as non_interactive,
        count(*) as all_kinds,
        max(event_time) as last_event,
    from evidence.sign_ins
),
throttled as (
    select
        lower(mailbox) as mailbox,
        count(*) as times,
        min(event_time) as first_time,
        max(event_time) as last_time,
    from mail_reads
    where is_throttled
    group by all
),
exchange as (
    select
        count(*) filter (where workload = 'Exchange' and not is_system) as by_people,
        count(*) filter (where operation = 'MailItemsAccessed') as reads,
    from evidence.audit_events
),
-- https://learn.microsoft.com/purview/audit-log-enable-disable
switches as (
    select
        event_time,
        user_id,
        id,
        lower(list_filter(parameters, p -> p.Name = 'Identity')[1].Value) as whose,
        lower(set.Name) as switch,
        case lower(set.Name)
            when 'unifiedauditlogingestionenabled' then 'the unified audit log was switched off'
            when 'adminauditlogenabled' then 'auditing of what administrators do in Exchange was switched off'
            when 'adminauditlogcmdlets' then 'auditing of what administrators do in Exchange was narrowed to the cmdlets ' || set.Value
            when 'adminauditlogparameters' then 'auditing of what administrators do in Exchange was narrowed to the parameters ' || set.Value
            when 'adminauditlogexcludedcmdlets' then 'auditing of what administrators do in Exchange leaves out the cmdlets ' || set.Value
            when 'auditdisabled' then 'auditing was switched off for all mailboxes'
            when 'auditbypassenabled' then 'auditing was bypassed for ' || coalesce(list_filter(parameters, p -> p.Name = 'Identity')[1].Value, 'an account')
            else 'auditing was switched off for the mailbox ' || coalesce(list_filter(parameters, p -> p.Name = 'Identity')[1].Value, '')
        end as what,
        case
            when switch in ('auditbypassenabled', 'auditdisabled') then lower(set.Value) = 'true'
            when switch in ('adminauditlogcmdlets', 'adminauditlogparameters') then set.Value <> '*'
            when switch = 'adminauditlogexcludedcmdlets' then set.Value <> ''
            else lower(set.Value) = 'false'
        end as is_off,
    from (
        select *, unnest(parameters) as set
        from (
            select
                event_time,
                user_id,
                id,
                from_json(raw, '{"Parameters": [{"Name": "VARCHAR", "Value": "VARCHAR"}]}').Parameters as parameters,
            from evidence.audit_events
            where list_contains(['set-adminauditlogconfig', 'set-organizationconfig', 'set-mailboxauditbypassassociation', 'set-mailbox'], lower(operation))
                and coalesce(lower(result_status) not in ('false', 'failed', 'failure'), true)
        )
    )
    where switch in ('unifiedauditlogingestionenabled', 'adminauditlogenabled', 'auditenabled', 'auditbypassenabled', 'auditdisabled',
        'adminauditlogcmdlets', 'adminauditlogparameters', 'adminauditlogexcludedcmdlets')
),
switched_off as (
    select
        s.event_time,
        s.user_id,
        s.id,
        s.what,
        min(o.event_time) as on_again,
        min_by(o.user_id, (o.event_time, o.id)) as on_again_by,
        min_by(o.id, (o.event_time, o.id)) as on_again_id,
    from switches as s
    left join switches as o
        on o.switch = s.switch and o.whose is not distinct from s.whose and not o.is_off and o.event_time > s.event_time
    where s.is_off
    group by all
),
people as (
    select user_principal_name as name, count(*) as sign_ins, 0 as audit_events
    from evidence.sign_ins
    where user_principal_name is not null and status = 'success'
    group by all
    union all
    select user_id, 0, count(*)
    from evidence.audit_events
    where not is_system and user_id like '%@%' and record_type is distinct from 15
    group by all
),
both_logs as (
    select
        home_account(name) as person,
        sum(sign_ins) as sign_ins,
        sum(audit_events) as audit_events,
    from people
    group by all
),
one_sided as materialized (
    select
        list(person order by audit_events desc, person) filter (where sign_ins = 0) as only_audited,
        list(person order by person) filter (where audit_events = 0) as only_signed_in,
    from both_logs
),
is_loaded as (
    select
        (select count(*) > 0 from evidence.sign_ins) as sign_ins,
        (select count(*) > 0 from evidence.audit_events) as audit,
),
damage as (
    select
        coalesce(sum(rejected), 0)::bigint as rejected,
        few(list(regexp_extract(path, '[^/\\]*$') order by file_id) filter (where rejected > 0)) as damaged,
        -- what a collector leaves beside its exports is known
        count(*) filter (where format is null and sha256 is not null and not starts_with(note, 'a file that ') and not starts_with(note, 'empty: ')) as unrecognised,
        count(*) filter (where note like '%cut off%') as cut,
    from evidence.files
),
id_clashes as (
    select count(*) as ids
    from (
        select id
        from evidence.audit_events
        where id is not null
        group by id
        having count(*) > 1
    )
)
select 1 as position, 'files' as subject,
    counted(unrecognised, 'file was', 'files were') || ' not recognised and left out, see the report files.' as remark
from damage where unrecognised > 0
union all
select 2, 'files', counted(rejected, 'record', 'records') || ' of ' || damaged || ' could not be read, see the table rejects: what they said is missing everywhere.'
from damage where rejected > 0
union all
select 3, 'files', counted(cut, 'file was', 'files were') || ' cut off, at one end or in some records: a part of what happened may be missing.'
from damage where cut > 0
union all
select 10, 'sign-ins', 'Interactive sign-ins without the non-interactive ones: the use of a stolen token shows mostly in the latter.'
from sign_in_kinds where interactive > 0 and non_interactive = 0
union all
select 11, 'sign-ins', 'Non-interactive sign-ins without the interactive ones: how a session began is unknown.'
from sign_in_kinds where interactive = 0 and non_interactive > 0
union all
select 12, 'sign-ins', 'Microsoft''s portal gets some sign-ins up to two hours late: those after '
    || minute_text(last_event - interval 2 hour) || ' may be incomplete, if the download was made then.'
from sign_in_kinds where last_event is not null
union all
select 13, 'sign-ins', counted(len(only_audited), 'account acts', 'accounts act') || ' in the audit log without any good sign-in in these files: '
    || few(only_audited) || '. Their sign-ins are not in the exports, or older than these.'
from one_sided, is_loaded where len(only_audited) > 0 and is_loaded.sign_ins
union all
select 20, 'audit log', counted(len(only_signed_in), 'account signs', 'accounts sign') || ' in without doing anything that the audit log has: '
    || few(only_signed_in) || '. The audit log may have been searched for some users or some operations only.'
from one_sided, is_loaded where len(only_signed_in) > 0 and is_loaded.audit
union all
select 21, 'audit log', counted(ids, 'record id comes', 'record ids come') || ' back with another content; both are kept and counted.'
from id_clashes where ids > 0
union all
select 22, 'audit log', upper(what[1]) || what[2:] || ' by ' || coalesce(user_id, 'somebody') || ' at ' || minute_text(event_time)
    || case
        when on_again is null
        then ': what the log lacks after that may never have been recorded (record ' || coalesce(id, '?') || ').'
        else ', and undone by ' || coalesce(on_again_by, 'somebody') || ' at ' || minute_text(on_again)
            || ': what the log lacks in between may never have been recorded (records ' || coalesce(id, '?') || ' and ' || coalesce(on_again_id, '?') || ').'
    end
from switched_off
union all
select 30, 'mail', 'No MailItemsAccessed record: which mail was read is unknown. It is recorded only with the right licence, and left out by searches that do not ask for it.'
from exchange where by_people > 0 and reads = 0
union all
select 31, 'mail', 'The mailbox ' || mailbox || ' was throttled (' || counted(times, 'record', 'records') || ', ' || period_text(first_time, last_time)
    || '): for a day from then on reads were not recorded, so all of its mail must be taken as read.'
from throttled
union all
select 32, 'mail', 'Where a mail program copies a folder whole, the log (a Sync record of MailItemsAccessed) names the folder and not its messages: all of it must be taken as read by whoever used the program, most often the user ('
    || counted(count(*), 'record', 'records') || ', ' || few(list_sort(list(distinct lower(mailbox)))) || ').'
from mail_reads where lower(access) = 'sync' having count(*) > 0
