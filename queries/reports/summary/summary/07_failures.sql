-- title: failed sign-ins
-- description: Why sign-ins failed: first where the password was right.
with
-- First where the password was right, or a revoked session was tried again;
-- last what is left over of sessions and pages.
failures as (
    select
        case
            when error_code = 50057 and password_given is null then 2
            when error_code = 50057 and not password_given then 3
            when first_factor_passed then 1
            when stopped_by in ('session', 'prompt') and not coalesce(first_factor_passed, false) then 3
            else 2
        end as meaning_rank,
        *,
    from (
        select
            error_code,
            case
                when error_code = 50053 and failure_reason ilike '%malicious%' then false
                when error_code = 50053 and failure_reason ilike '%locked%' then true
            end as lockout,
            case
                when error_code <> 50057 then null
                when regexp_matches(lower(incoming_token_type), 'token|ticket') then false
                when category = 'interactive' then true
                when category = 'non_interactive' and not coalesce(is_legacy_auth, false) and coalesce(lower(authentication_protocol), '') <> 'ropc' then false
            end as password_given,
            count(*) as times,
            count(distinct lower(coalesce(user_principal_name, sign_in_identifier, user_id))) as users,
            count(distinct ip_address) as ip_addresses,
            min(event_time) as first_seen,
            max(event_time) as last_seen,
        from sign_ins
        where status = 'failure'
        group by all
    )
    left join error_codes using (error_code)
)
select
    row_number() over (order by meaning_rank, times desc, error_code, lockout, password_given) as item_no,
    'code ' || coalesce(error_code::varchar, 'unknown') as item,
    times::varchar as value,
    concat_ws(
        '; ',
        case
            when lockout then 'The account was locked after too many wrong passwords'
            when not lockout then 'The address is known for attacks, whatever the password'
            when not password_given then 'The account is disabled; a token was tried, no password given'
            when meaning is null then 'what it means is not known here: signin_failures has the log''s own words'
            else rtrim(meaning, '.')
        end,
        counted(users, 'user', 'users') || ' from ' || counted(ip_addresses, 'address', 'addresses'),
        period_text(first_seen, last_seen)
    ) as detail,
from failures
qualify item_no <= 8
union all
select
    99,
    'other codes',
    sum(times)::bigint::varchar,
    counted(count(distinct error_code), 'code', 'codes') || ' more: signin_failures has all',
from (
    select *
    from failures
    qualify row_number() over (order by meaning_rank, times desc, error_code, lockout, password_given) > 8
)
having count(*) > 0
