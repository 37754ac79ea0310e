-- description: One row a session that began in these files or shows how an adversary in the middle (AiTM) got into it. The sign-in
--   that began it is its first successful interactive one. A page of such an adversary leaves a chain of errors on the way: the
--   second factor is asked for, then the prompt to stay signed in, and it is in; or a policy asks for the device that the page
--   does not have.
-- column session bigint: its number
-- column root_file_id integer: the file of the sign-in that began it; NULL = not in these files
-- column root_record bigint: its record in the file
-- column start_page_without_device varchar: the application that it began at, if such a page may have led there
-- column is_chained boolean: one of its sign-ins follows such a chain of errors
with
roots as (
    select
        session,
        file_id as root_file_id,
        record as root_record,
        start_page_without_device,
    from session_activity
    where status = 'success' and (category = 'interactive' or category is null)
    qualify row_number() over (partition by session order by event_time, file_id, record) = 1
),
chains as (
    select correlation_id
    from evidence.sign_ins
    where error_code in (50074, 50140, 53000) and correlation_id <> ''
        and is_start_page_without_device(app_id, device_id)
    group by correlation_id
    having bool_or(error_code = 50074) and bool_or(error_code in (50140, 53000))
),
chained as (
    select distinct
        session,
        true as is_chained,
    from evidence.sign_ins
    join session_numbers using (session_id)
    where status = 'success' and correlation_id in (select correlation_id from chains)
)
select
    session,
    root_file_id,
    root_record,
    start_page_without_device,
    coalesce(is_chained, false) as is_chained,
from roots
full join chained using (session)
