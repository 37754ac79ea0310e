-- title: Why sign-ins failed or were interrupted
-- sheet: Failed sign-ins
-- description: One row a status and error code, failures first. password_was_right says whether the first factor
--   had been accepted: false = guessing or a typing error, true = somebody knew the password (or held a session) and
--   something else stopped them, empty = the code does not tell. stopped_by names what stopped it. An interruption
--   for multifactor authentication comes before nearly every good sign-in and is no failed password. Code 50053 is
--   two things, a locked account or an address known for attacks: a row each, by the log's own reason. A code
--   that we do not know is explained by the log's failure_reason.
-- position: 7
-- on a terminal: error_code, sign_ins, users, password_was_right, meaning
-- wrap: meaning
-- topics: password spray, brute force, lockout, locked accounts, error codes, credential stuffing, enumeration
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: In non-interactive sign-ins a token stands in for the password. Microsoft documents the first factor for
--   some codes only; for the others it is inferred from their meaning.
-- chart: bar x=error_code y=sign_ins title=Failures and interruptions by code
with not_signed_in as (
    select
        status,
        error_code,
        failure_reason,
        case
            when error_code <> 50053 then null
            when failure_reason ilike '%malicious%' then 'malicious address'
            when failure_reason ilike '%locked%' then 'lockout'
            else 'lockout or malicious address'
        end as lockout,
        coalesce(user_principal_name, user_id) as who,
        ip_address,
        coalesce(app_id, app_display_name) as application,
        event_time
    from sign_ins
    where status is distinct from 'success'
),
by_code as (
    select
        status,
        error_code,
        lockout,
        count(*) as sign_ins,
        count(distinct who) as users,
        count(distinct ip_address) as ip_addresses,
        count(distinct application) as applications,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        min(failure_reason) as failure_reason
    from not_signed_in
    group by all
)
select
    by_code.status,
    by_code.error_code,
    case by_code.lockout
        when 'malicious address' then 'Blocked because the address is known for attacks, whatever the password.'
        when 'lockout' then 'The account was locked after too many wrong passwords.'
        else coalesce(code.meaning, by_code.failure_reason)
    end as meaning,
    code.first_factor_passed as password_was_right,
    coalesce(by_code.lockout, code.stopped_by) as stopped_by,
    by_code.sign_ins,
    by_code.users,
    by_code.ip_addresses,
    by_code.first_seen,
    by_code.last_seen,
    code.name,
    by_code.applications,
    by_code.failure_reason
from by_code
left join error_codes as code using (error_code)
order by
    by_code.status nulls last,
    by_code.sign_ins desc,
    by_code.error_code,
    by_code.lockout
