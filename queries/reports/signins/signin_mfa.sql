-- title: Multifactor authentication
-- description: One row a requirement, status, way and result. authentication_requirement is what the sign-in had to
--   pass. mfa is how that went: previously satisfied = an earlier one in the same session or token was enough, nobody was
--   asked; completed = asked and passed, whatever stopped the sign-in after that; not passed = asked or about to be
--   asked, and not passed in this record; skipped = the log says that it was waived; single factor = none was required; empty = the log does not tell, or in
--   words not known here (portals in other languages translate them). The rows to look at are successes with a single
--   factor. mfa_method and mfa_result are the log's own words.
-- position: 12
-- topics: multifactor, two factor, 2fa, single factor
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON); the AuthDetails CSV that comes with
--   the portal's CSV adds methods
-- caveat: What was previously satisfied may have been satisfied by somebody else: a stolen token carries it along.
--   Sign-ins without the requirement (service principals, older exports) have an empty one.
-- chart: bar x=mfa y=sign_ins title=Multifactor authentication
with mfa_steps as not materialized (
    select
        *,
        method = 'Previously satisfied' or result_detail ilike '%satisfied by claim%' as previously_satisfied,
        {'step_time': step_time, 'result': result_detail} as result
    from sign_in_steps
    where requirement ilike '%multi%factor%'
        or method = 'Previously satisfied'
),
own_steps as (
    select
        parent_file_id,
        parent_record,
        listed(list_sort(list(distinct method) filter (where method <> 'Previously satisfied'))) as method,
        bool_or(previously_satisfied) as previously_satisfied,
        max(result).result as result
    from mfa_steps
    where parent_record is not null
    group by all
),
-- those of the AuthDetails CSV know the sign-in's id only
id_steps as (
    select
        sign_in_id,
        listed(list_sort(list(distinct method) filter (where method <> 'Previously satisfied'))) as method,
        bool_or(previously_satisfied) as previously_satisfied,
        max(result).result as result
    from mfa_steps
    where parent_record is null
    group by all
),
answers as (
    select
        s.authentication_requirement,
        s.status,
        s.event_time,
        coalesce(s.app_id, s.app_display_name) as application,
        coalesce(s.user_principal_name, s.user_id) as who,
        coalesce(s.mfa_method, own_steps.method, id_steps.method) as mfa_method,
        coalesce(s.mfa_result, own_steps.result, id_steps.result) as mfa_result,
        coalesce(own_steps.previously_satisfied, id_steps.previously_satisfied) as previously_satisfied
    from sign_ins as s
    left join own_steps on own_steps.parent_file_id = s.file_id and own_steps.parent_record = s.record
    left join id_steps on id_steps.sign_in_id = s.id
),
classed as (
    select
        *,
        case
            when authentication_requirement = 'single_factor' then 'single factor'
            when contains(lower(mfa_result), 'skipped') then 'skipped'
            when previously_satisfied or contains(lower(mfa_result), 'satisfied by claim') then 'previously satisfied'
            when authentication_requirement = 'multi_factor'
                and (contains(lower(mfa_result), 'completed') or status = 'success' and mfa_method is not null) then 'completed'
            when status <> 'success' and authentication_requirement = 'multi_factor' then 'not passed'
        end as mfa
    from answers
)
select
    authentication_requirement,
    status,
    mfa,
    mfa_method,
    mfa_result,
    count(*) as sign_ins,
    count(distinct who) as users,
    count(distinct application) as applications,
    min(event_time) as first_seen,
    max(event_time) as last_seen
from classed
group by authentication_requirement, status, mfa, mfa_method, mfa_result
order by
    authentication_requirement nulls last,
    status = 'success' desc,
    sign_ins desc,
    status,
    mfa,
    mfa_method,
    mfa_result
