-- title: Method of the second factor added, changed or removed
-- severity: low
-- techniques: T1098.005, T1556.006
-- catalogue: D57
-- meaning: A user, or an administrator for the user, changed how the account proves itself. An intruder who has
--   the password registers a phone of theirs, often right after a sign-in that the service called risky.
-- false positives: New phones, new staff, the help desk: every day. Only with a risky sign-in in the day before,
--   or from a country that is new for the user, or from a new network with a new kind of client that is no phone, is it
--   more than low here.
-- blind spots: Sign-ins of which the files hold no record.
-- next: Call the user on a number you know. Remove the method if it isn't theirs, then reset the password and end
--   the sessions.
-- needs: directory_audits, audit_events, sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/authentication/howto-authentication-methods-activity,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 3 samples, marked 0 of 58 benign ones
with registered as (
    select
        *,
        coalesce(target, actor) as account
    from directory_acts
    where (
        regexp_matches(
            activity,
            '^(user|admin) (registered|deleted|changed|updated|registered all required|started) .*security info|^user changed default security info|^(user|admin) (registered|deleted|updated|changed) .*(method|passkey)|^(add|delete|update) passkey'
        )
        -- as the directory itself logs it, where a person did it: the service notes each use of a method so
        or activity = 'update user' and not is_service and actor_type = 'user' and (
            (new_values ->> 'strongauthenticationphoneappdetail') is not null
            or (new_values ->> 'strongauthenticationuserdetails') is not null
            or (old_values ->> 'strongauthenticationmethod') is not null and (new_values ->> 'strongauthenticationmethod') is not null
        )
    )
        and activity not like '%started%'
        and coalesce(result_reason, '') not ilike '%temporary access pass%'
        and result is distinct from 'failure'
),
risky as (
    select
        lower(user_principal_name) as account,
        event_time,
        client_address(ip_address) as address,
        [{'file_id': file_id, 'record': record, 'id': id}] as evidence
    from evidence.sign_ins
    where status = 'success'
        and (risk_level_during_sign_in in ('medium', 'high') or risk_level_aggregated = 'high' or risk_state in ('atRisk', 'confirmedCompromised'))
),
-- A sign-in from a country that is new for the account, or from a new network with a new kind of client; a new phone comes
-- from the network of its carrier, and its owner then adds it.
strange as (
    select
        l.account,
        l.event_time,
        l.ip_address as address,
        concat_ws(' ', l.ip_address, '(' || concat_ws(' ', l.country, 'AS' || l.network) || ')') as place,
        [{'file_id': l.file_id, 'record': l.record, 'id': l.id}] as evidence
    from logons as l
    join strange_logons as n using (file_id, record)
    where l.is_success and l.kind = 'user' and not coalesce(l.is_managed or l.is_compliant, false)
        and (n.is_new_country or n.is_new_network and n.is_new_client and not coalesce(regexp_matches(l.client, '^(ios|android)'), false))
),
chained as (
    select
        r.*,
        k.event_time as risky_time,
        k.address as risky_address,
        k.evidence as risky_records
    from registered as r
    asof left join risky as k on k.account = r.account and k.event_time <= r.event_time
),
placed as (
    select
        c.*,
        s.event_time as strange_time,
        s.address as strange_address,
        s.place,
        s.evidence as strange_records
    from chained as c
    asof left join strange as s on s.account = c.account and s.event_time <= c.event_time
),
judged as (
    select
        *,
        coalesce(risky_time >= event_time - interval 1 day, false) as is_after_risk,
        coalesce(strange_time >= event_time - interval 1 day, false) as is_after_strange
    from placed
)
select
    case when bool_or(is_after_risk) then 'high' when bool_or(is_after_strange) then 'medium' else 'low' end as severity,
    concat(
        actor, ' changed methods of ', case when actor = account then 'their own account' else account end, ': ',
        listed(list(distinct coalesce(nullif(result_reason, ''), activity) order by coalesce(nullif(result_reason, ''), activity))),
        case
            when bool_or(is_after_risk) then ', within a day of a risky sign-in'
            when bool_or(is_after_strange) then ', within a day of a sign-in that is unusual for the account, from ' || min(place) filter (is_after_strange)
        end) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    account as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(list_filter(
        flatten(list(ip_addresses)) || [
            min_by(risky_address, {'t': event_time, 'id': act_id}) filter (is_after_risk),
            min_by(strange_address, {'t': event_time, 'id': act_id}) filter (is_after_strange)
        ],
        a -> a is not null
    ))) as ip_addresses,
    null::varchar as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id))
        || coalesce(min_by(risky_records, {'t': event_time, 'id': act_id}) filter (is_after_risk), [])
        || coalesce(min_by(strange_records, {'t': event_time, 'id': act_id}) filter (is_after_strange), []) as records
from judged
group by actor, account, event_time::date
order by first_seen, who, target
