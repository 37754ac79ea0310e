-- description: The accounts of each incident: who acted in its findings of medium severity or more, and which others these findings'
--   sign-ins tried.
-- materialized: yes
-- ordered by: incident, account
-- column incident integer: of incidents
-- column account varchar: user principal name, lower case, or the name of an application
-- column is_actor boolean: it acted; FALSE = somebody tried to sign in to it, or it was the target
with seeds as (
    select
        i.incident,
        f.finding_id,
        f.who,
        f.target
    from incident_findings as i
    join all_findings as f using (finding_id)
    where f.severity_rank <= 3
),
named as (
    select incident, unnest(accounts_in(who)) as account, true as is_actor
    from seeds
    union all
    select s.incident, coalesce(l.user_principal_name, l.user_id), false
    from seeds as s
    join finding_records as r using (finding_id)
    join evidence.sign_ins as l on l.file_id = r.file_id and l.record = r.record
    union all
    select s.incident, e.user_id, false
    from seeds as s
    join finding_records as r using (finding_id)
    join evidence.audit_events as e on e.file_id = r.file_id and e.record = r.record and e.operation = 'UserLoginFailed'
)
select
    incident,
    lower(account) as account,
    bool_or(is_actor) as is_actor
from named
where account <> ''
group by incident, lower(account)
