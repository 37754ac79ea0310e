-- title: Coverage of each account
-- description: What the evidence has of each account, those with something missing first: its days with sign-ins and
--   with audit events, and the days of its own period without either. acts_without_sign_in counts the days on which
--   it acted in the audit log with no good sign-in in the week before: a long-lived session, or sign-ins that are
--   not in the files. audit_events leaves out the logons of the audit log (record type 15): they are sign-ins.
--   Audit events under another name than a user principal name (an object id, an application, a service) are in
--   audit_users alone. Never filtered.
-- notes on: user
-- position: 4
-- needs: sign_ins, audit_events
-- filled by: Entra admin center > Sign-in logs > Download, and the unified audit log.
-- caveat: A session may live for months, and people take holidays: a hole is a question to the export, not a finding.
with
acts as (
    select
        user_principal_name as name,
        local_time(event_time)::date as day,
        count(*) filter (where status = 'success') as good_sign_ins,
        count(*) as sign_ins,
        0 as audit_events,
    from evidence.sign_ins
    where user_principal_name is not null and event_time is not null
    group by all
    union all
    select
        user_id,
        local_time(event_time)::date,
        0,
        0,
        count(*),
    from evidence.audit_events
    where user_id like '%@%' and not is_system and record_type is distinct from 15 and event_time is not null
    group by all
),
days as (
    select
        home_account(name) as user,
        day,
        sum(good_sign_ins) as good_sign_ins,
        sum(sign_ins) as sign_ins,
        sum(audit_events) as audit_events,
    from acts
    group by all
),
judged as (
    select
        *,
        max(case when good_sign_ins > 0 then day end) over (partition by user order by day) as last_good_sign_in,
    from days
)
select
    user,
    sum(sign_ins)::bigint as sign_ins,
    sum(audit_events)::bigint as audit_events,
    count(*) filter (where sign_ins > 0) as days_with_sign_ins,
    count(*) filter (where audit_events > 0) as days_with_audit_events,
    max(day) - min(day) + 1 - count(*) as days_without,
    count(*) filter (where audit_events > 0 and (last_good_sign_in is null or day - last_good_sign_in > 7)) as acts_without_sign_in,
    strftime(min(day), '%Y-%m-%d') as first_day,
    strftime(max(day), '%Y-%m-%d') as last_day
from judged
group by user
order by
    acts_without_sign_in desc,
    days_without desc,
    user
