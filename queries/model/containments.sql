-- description: When somebody's sessions were ended: a password reset or changed, tokens revoked. One row an account
--   and event, from both logs.
-- column account varchar: whose
-- column event_time timestamp: when (UTC)
-- column action varchar: what was done, in words
-- column actor varchar: by whom, lower case
-- column by_user boolean: by the account itself
-- column ip_address varchar: from where; NULL = the log does not say
-- column session_id varchar: in which session, likewise
with acts as (
    select event_time, operation as action, object_id as target, home_account(user_id) as actor, client_address(ip_address) as ip_address, session_id
    from evidence.audit_events
    where (record_type in (8, 15) or workload = 'AzureActiveDirectory')
        and lower(coalesce(result_status, '')) not in ('failure', 'failed', 'false')
    union all
    select event_time, activity, unnest(string_split_regex(targets, '\s*,\s*')), home_account(initiated_by), client_address(ip_address), null
    from evidence.directory_audits
    where coalesce(result, '') <> 'failure'
)
select
    coalesce(account_names.user_principal_name, home_account(target)) as account,
    event_time,
    case
        when lower(action) like '%password%' then 'the password was ' || case when lower(action) like 'change %' then 'changed' else 'reset' end
        else 'tokens were revoked'
    end as action,
    lower(actor) as actor,
    coalesce(actor = coalesce(account_names.user_principal_name, home_account(target)), false) as by_user,
    min(ip_address) as ip_address,
    min(session_id) as session_id
from acts
left join account_names on lower(target) = account_names.user_id
where event_time is not null and target <> '' and regexp_matches(
    lower(action),
    '^(reset user password|reset password \(by admin\)|reset password \(self-service\)|change user password'
    || '|change password \(self-service\)|update stsrefreshtokenvalidfrom|revoke .*(session|token)|admin revoked|user revoked)'
)
group by all
